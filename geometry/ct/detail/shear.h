#pragma once
/// A tilted gantry stacks its planes like a deck of cards pushed askew; this pushes them straight again.

#include "core/progress.h"
#include "geometry/image/image.h"

#include <vector>

namespace spongiosa::geometry::detail {

/// @param stack     a volume whose planes k lie displaced within their plane
/// @param shift_mm  per plane: displacement of its first voxel along the image's first and second axis, from where the regular grid
///   of `stack` has it
/// @return the regular volume that holds all planes, whose voxels keep size and spacing; values are interpolated linearly within
///   each plane, and `outside` where there is none.
HuImage straightened(const HuImage& stack, const std::vector<Vec2>& shift_mm, std::int16_t outside, const Progress& progress);

}  // namespace spongiosa::geometry::detail
