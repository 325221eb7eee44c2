#pragma once
/// A fill request checked and resolved to numbers, before any grid is made.

#include "lattice/build/fill.h"
#include "lattice/grading/calibrate.h"

namespace spongiosa::lattice {

struct Plan {
  CellPtr cell;
  double cell_size_mm;
  double threshold;     ///< of the periodic cell at the requested porosity
  double share_slope;   ///< d(solid share) / d(threshold) there
  CellSizes sizes;      ///< multiples of the cell
  double voxel_mm;
};

/// @throws Error(kBadInput) for what cannot be made: says what, what was asked and what is possible.
Plan plan_fill(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request);

}  // namespace spongiosa::lattice
