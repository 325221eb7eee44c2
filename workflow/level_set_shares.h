#pragma once
/// Solid shares of voxels cut from a level set: what the voxel engine computes with.

#include "core/progress.h"
#include "geometry/levelset/level_set.h"

#include <vector>

namespace spongiosa::workflow {

/// Regular voxels in a level set's frame; voxel (i, j, k) spans first_mm + voxel_mm * (i..i+1, j..j+1, k..k+1).
struct VoxelBox {
  Vec3 first_mm = Vec3::Zero();
  double voxel_mm = 1.0;
  Index3 size{0, 0, 0};
};

/// Share of solid (0..1) of every voxel, x fastest. Each voxel is divided into 2^3 parts; in each the surface is the plane of the
/// trilinear distances' value and gradient. Needs 4 bytes per voxel and some layers of samples.
std::vector<float> solid_shares(const geometry::LevelSet& solid, const VoxelBox& box, const Progress& progress);

}  // namespace spongiosa::workflow
