#pragma once
/// How deep every sample of a part lies below a surface.

#include "core/progress.h"
#include "geometry/image/image.h"

namespace spongiosa::lattice {

/// Depth, mm, below the surface of {inside < 0}; with null, or where that has no surface, below the border of the grid's voxels.
/// @param inside  on the grid of `field`, whose values are not read
geometry::FloatImage depth_below(const geometry::FloatImage* inside, const geometry::FloatImage& field, const Progress& progress);

/// The same below a smooth surface (radii of many voxels, such as a body's) by distances at every second sample along each axis and linear
/// interpolation between them: an eighth of the samples; the difference is about 1/r voxels at a distance of r voxels from a centre of
/// curvature, and below two voxels where two parts of the surface are equally far.
geometry::FloatImage depth_below_smooth(const geometry::FloatImage& inside, const Progress& progress);

}  // namespace spongiosa::lattice
