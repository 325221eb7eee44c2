#pragma once
/// The same solid in voxels of twice the edge, and what two voxel sizes say about none.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

/// Every voxel gets the mean scale of its eight; an odd number of voxels along an axis is filled up with void at its end.
VoxelBlocks halved_voxels(const VoxelBlocks& fine, float smallest_scale);

/// High percentiles of recovered stress converge about with the first power of the voxel size (docs/07-micro-finite-elements.md has the figures): the straight
/// line through the values at one and at two voxel edges, taken on to none.
inline double extrapolated_stress(double fine, double coarse) { return 2.0 * fine - coarse; }

}  // namespace spongiosa::fea::micro
