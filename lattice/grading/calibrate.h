#pragma once
/// From what the engineer asks (porosity, pore size) to what the cell needs (threshold, cell size), on the periodic unit cell.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Exact by integration (no fitted formula): the threshold whose solid share is 1 - porosity_fraction.
/// @param porosity_fraction  0..1, open interval. Error in the share below 2e-4.
/// @throws Error(kBadInput) when no threshold gives it.
double threshold_for_porosity(const Cell& cell, double porosity_fraction);

/// Sizes of the periodic cell at a threshold, as multiples of the cell edge.
struct CellSizes {
  double porosity_fraction;
  double pore_diameter;   ///< largest inscribed sphere of the void
  double strut_diameter;  ///< largest inscribed sphere of the solid (the wall, for a sheet)
};
/// Error below 0.5 % (checked against lattice-reference tables).
CellSizes measure_unit_cell(const Cell& cell, double threshold);

}  // namespace spongiosa::lattice
