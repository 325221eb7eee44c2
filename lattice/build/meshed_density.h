#pragma once
/// What the grid makes of a cell's density: thin walls and struts change their volume when they are sampled and meshed.

#include "lattice/cells/cell.h"
#include "lattice/grading/level_table.h"

namespace spongiosa::lattice {

/// Solid share of the mesh of the periodic cell at one level, sampled as parts are: first-order distances on a grid.
/// The grid has a whole number of steps per cell, the nearest to the voxel, and begins at the cell's corner where the cell's edges are whole
/// numbers of voxels; otherwise the mean over two places of the grid is taken, as cells of a part lie anyhow on its grid.
/// @param edges_mm  of the cell.  Cost: 27 cells of marching cubes, 54 where the mean is taken.
double meshed_density(const Cell& cell, double level, const Vec3& edges_mm, double voxel_mm);

/// Levels at which the mesh, rather than the cell, has the densities from `least` to `most`; those of the cell for large tiles, in which errors
/// of walls in all directions even out.
/// @param margin_below,margin_above  room in the table beyond them
struct MeshedLevels {
  double least, most, margin_below, margin_above;
};
std::shared_ptr<const LevelTable> meshed_levels(const Cell& cell, const MeshedLevels& densities, const Vec3& edges_mm, double voxel_mm);

}  // namespace spongiosa::lattice
