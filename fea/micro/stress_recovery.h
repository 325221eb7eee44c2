#pragma once
/// Values in the middles of voxels, recovered to where the solid is.
///
/// Trilinear voxels are most accurate in their middles (superconvergent points), and a staircase surface disturbs the voxels next to it.
/// For every voxel a linear function is fitted to the strains in the middles of the 27 voxels around, each with the weight of its solid
/// share squared, and evaluated at the middle of the voxel's solid part. That is patch recovery (Zienkiewicz and Zhu, Int. J. Numer. Meth.
/// Engng 33 (1992) 1331) on patches that favour the inside of the solid.

#include "fea/micro/voxel_operator.h"

#include <array>

namespace spongiosa::fea::micro {

/// The fit as a sum over the voxels around: recovered value = sum of weight times value in the middle.
struct RecoveryPatch {
  int count = 0;
  std::array<std::int64_t, 27> voxel;  ///< in the order of voxels
  std::array<float, 27> weight;        ///< add up to 1
};
/// @param where  seen from the middle of the voxel, in voxel edges
RecoveryPatch recovery_patch(const VoxelBlocks& model, const Index3& voxel, const Vec3& where);

/// The middle of a voxel's solid, which lies on the side towards which the shares of the neighbours rise. Exact for a surface along the
/// grid. Seen from the middle of the voxel, in voxel edges.
Vec3 solid_middle(const VoxelBlocks& model, const Index3& voxel);

}  // namespace spongiosa::fea::micro
