#pragma once
/// The distance to a surface on a coarse dense grid, also far beyond the narrow band of the level set.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"

namespace spongiosa::lattice {

/// Signed distance, mm, to the zero surface of `level_set` (negative inside) at the points of a grid parallel to `frame`.
/// Near the surface it is the level set's own value, beyond that the way towards the nearest of the points where the level
/// set's grid lines cross the surface: too long by at most a 20th of its voxel. Between grid points trilinear interpolation adds at
/// most a quarter of the spacing where two parts of the surface are equally far, and spacing^2 / (8 radius) elsewhere.
/// The solid must be closed: what its own grid cuts off (a half space) has no surface there, and signs are wrong.
/// @param box_Frame  what the grid must cover, in `frame`.
/// @param spacing_mm  of the grid, > 0.
/// @throws Error(kBadInput) when the level set has no surface. Cost: about 1 us per point beyond the band.
geometry::FloatImage distance_grid(const geometry::LevelSet& level_set, const geometry::Frame& frame, const geometry::Box& box_Frame,
                                   double spacing_mm, const Progress& progress);

}  // namespace spongiosa::lattice
