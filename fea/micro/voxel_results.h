#pragma once
/// What is read from a displacement: energy and strain of voxels.

#include "fea/micro/voxel_operator.h"

namespace spongiosa::fea::micro {

/// Strain in the middle of a voxel, per unit voxel edge: xx yy zz yz xz xy, engineering shear.
Vec6 centre_strain(const VoxelBlocks& model, const NodalVector<double>& displacement, const Index3& voxel);
/// The same of six displacements: column s for displacement s.
Mat6 centre_strains(const VoxelBlocks& model, const std::array<NodalVector<double>, 6>& displacements, const Index3& voxel);
/// Strain energy density in the middle of every voxel, in the order of voxels; for unit modulus and displacements in voxel edges.
std::vector<double> centre_energy_density(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement);
/// The same, as mean over the voxel (the exact integral of the trilinear element).
std::vector<double> mean_energy_density(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement);

}  // namespace spongiosa::fea::micro
