#pragma once
/// From what the engineer asks (porosity, pore size) to what the cell needs (threshold, cell size), on the periodic unit cell.

#include "core/vector.h"
#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Exact by integration (no fitted formula): the threshold whose solid share is 1 - porosity_fraction.
/// @param porosity_fraction  0..1, open interval. Error in the share below 5e-5.
/// @throws Error(kBadInput) when no threshold gives it.
double threshold_for_porosity(const Cell& cell, double porosity_fraction);
/// The inverse: share of the periodic cell that is void at a threshold. Error below 5e-5.
double porosity_for_threshold(const Cell& cell, double threshold);

/// How often a line through the cell, parallel to an edge and one cell long, meets the solid's surface; the mean over all
/// such lines. A grid of spacing h has three times that many surface vertices per a * h^2 of lattice (all cells are cubic).
double crossings_per_line(const Cell& cell, double threshold);

/// Sizes of the periodic cell at a threshold, as multiples of the cell edge.
struct CellSizes {
  double porosity_fraction;
  double pore_diameter;   ///< largest inscribed sphere of the void
  double strut_diameter;  ///< largest inscribed sphere of the solid (the wall, for a sheet)
  Vec3 pore_centre, strut_centre;  ///< where these spheres are
};
/// Error below 0.5 % (checked against lattice-reference tables).
CellSizes measure_unit_cell(const Cell& cell, double threshold);

}  // namespace spongiosa::lattice
