#pragma once
/// Effective stiffness of a periodic voxel solid: six unit macroscopic strains, K chi_s = -K u_s with u_s the linear displacement of
/// strain s and chi_s the periodic fluctuation, C_st = (u_s + chi_s)' K (u_t + chi_t) / V. The product is taken in full, so that an
/// error in chi enters by its square only.

#include "fea/micro/voxel_solver.h"

namespace spongiosa::fea::micro {

struct PeriodicStrains {
  /// For unit modulus of the solid; Voigt xx yy zz yz xz xy, engineering shear. Symmetric.
  Mat6 stiffness = Mat6::Zero();
  double solid_fraction = 0.0;    ///< sum of the scales over the number of voxels
  int iterations = 0;             ///< of the six solves together
  double relative_residual = 0.0; ///< the largest; relative to the norm of the forces of single voxels under the unit strain
  std::int64_t bytes = 0;         ///< held during the solves
  std::array<NodalVector<double>, 6> fluctuation;  ///< in voxel edges
};

/// @param model  periodic along all axes, connected across them (fea::find_periodic_solid says so)
/// @throws Error(kComputationFailed) without convergence; Error(kBadInput) for an odd number of voxels along an axis.
PeriodicStrains solve_periodic_strains(const VoxelBlocks& model, double poisson_ratio, const MultigridOptions& multigrid,
                                       const SolveOptions& options, const Progress& progress);

/// Strain in the middle of a voxel per unit macroscopic strain: column s for strain s.
Mat6 centre_strain(const VoxelBlocks& model, const PeriodicStrains& strains, const Index3& voxel);

}  // namespace spongiosa::fea::micro
