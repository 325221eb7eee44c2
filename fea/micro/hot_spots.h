#pragma once
/// Where a part is stressed most: the voxels above a percentile of the solid, gathered into spots.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

struct HotSpot {
  Vec3 centre = Vec3::Zero();     ///< of the solid in it, in voxel edges from the grid's corner
  Index3 peak_voxel{0, 0, 0};
  double peak = 0.0, mean = 0.0;  ///< unit of the values; the mean is weighted by solid share
  double volume = 0.0;            ///< solid, in voxels
};

/// Voxels with a value of at least `threshold` that touch at faces, edges or corners are one spot. Sorted by falling peak; equal peaks by
/// the order of their voxels.
/// @param values  one per voxel, in the order of voxels
std::vector<HotSpot> find_hot_spots(const VoxelBlocks& model, const std::vector<float>& values, double threshold);

}  // namespace spongiosa::fea::micro
