#pragma once
/// From density to the cell's level and back, on the periodic unit cell. Sizes: measure/unit_cell.h; both together: targets.h.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Exact by integration (no fitted formula): the level whose solid share of the periodic cell is `density_fraction`.
/// @param density_fraction  0..1, open interval. Error in the density below 5e-5.
/// @throws Error(kBadInput) when no level gives it.
double level_for_density(const Cell& cell, double density_fraction);
/// The inverse: solid share of the periodic cell at a level. Error below 5e-5.
double density_at_level(const Cell& cell, double level);

/// The same in terms of porosity = 1 - density.
double threshold_for_porosity(const Cell& cell, double porosity_fraction);
double porosity_for_threshold(const Cell& cell, double threshold);

/// How often a line through the cell, parallel to an edge and one cell size long, meets the solid's surface; the mean over all
/// such lines. A grid of spacing h has three times that many surface vertices per a * h^2 of lattice.
double crossings_per_line(const Cell& cell, double level);

}  // namespace spongiosa::lattice
