#pragma once
/// Stress of a voxel solution, recovered from the middles of voxels to where the solid is.
///
/// Trilinear voxels are most accurate in their middles (superconvergent points), and a staircase surface disturbs the voxels next to it.
/// For every voxel a linear function is fitted to the strains in the middles of the 27 voxels around, each with the weight of its solid
/// share squared, and evaluated at the middle of the voxel's solid part. That is patch recovery (Zienkiewicz and Zhu, Int. J. Numer. Meth.
/// Engng 33 (1992) 1331) on patches that favour the inside of the solid. At the surface the same function is taken on to the surface itself.

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

enum class Recovery {
  kNone,    ///< the strain in the middle of the voxel itself
  kLinear,  ///< as above
};

/// von Mises stress of every voxel for unit modulus, displacements in voxel edges, and its largest principal stress.
struct VoxelStress {
  std::vector<float> von_mises, principal_max;                  ///< in the middle of the voxel's solid; in the order of voxels
  std::vector<float> surface_von_mises, surface_principal_max;  ///< on the surface in the voxel; 0 in voxels without surface
  std::vector<float> surface_area;                              ///< in the voxel, in voxel faces, from the gradient of the shares
};
VoxelStress voxel_stress(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement, Recovery recovery);

/// How the surface cuts a voxel: its solid lies on the side towards which the shares of the neighbours rise. Exact for a surface along the
/// grid. Places are seen from the middle of the voxel, in voxel edges.
struct VoxelCut {
  Vec3 solid_middle = Vec3::Zero();
  Vec3 surface_point = Vec3::Zero();
  double area = 0.0;  ///< of the surface, in voxel faces; 0: none
};
VoxelCut voxel_cut(const VoxelBlocks& model, const Index3& voxel);

}  // namespace spongiosa::fea::micro
