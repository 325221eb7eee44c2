#pragma once
/// Effective stiffness of a periodic cell, and the local stress in its struts, by the voxel engine (fea/micro).

#include "core/progress.h"
#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

/// A periodic cube of n^3 cells of equal size with the solid share of each (x fastest); material isotropic.
struct PeriodicCell {
  int n = 0;
  std::vector<float> solid_share;
  double youngs_modulus_mpa = 0.0, poisson_ratio = 0.3;
  double void_share = 0.1;  ///< cells with less are left out
};

struct HomogenizedCell {
  Mat6 stiffness_mpa = Mat6::Zero();   ///< effective, in the cell's axes, Voigt with engineering shear
  double solid_fraction = 0.0;
  double youngs_modulus_x_mpa = 0.0, youngs_modulus_y_mpa = 0.0, youngs_modulus_z_mpa = 0.0;  ///< from the inverse
  double shear_modulus_yz_mpa = 0.0, poisson_ratio_xy = 0.0;
  double zener_ratio = 0.0;            ///< 2 C44 / (C11 - C12)
  int n = 0;
  double relative_residual = 0.0;
  /// Local stress of a solid cell per unit macroscopic strain; one 6x6 per sampled solid cell (share >= 0.5).
  std::vector<Eigen::Matrix<float, 6, 6>> local_stress_mpa;
  std::vector<float> local_share;      ///< the solid share of those cells, their weight in percentiles
  double dropped_solid_fraction = 0.0; ///< of the solid: small pieces that do not touch the rest, left out of the solve
  std::int64_t unknowns = 0;
  int iterations = 0;                  ///< of the six solves together

  /// Volume-weighted percentile (0..1) of the von Mises stress in the struts under a macroscopic strain.
  double strut_von_mises_mpa(const Vec6& macro_strain, double percentile) const;
};

/// Six unit strains with periodic fluctuations, trilinear hexahedra, stiffness scaled by the solid share of cut cells.
/// Pieces that touch the rest by no face are left out up to 1 % of the solid (see dropped_solid_fraction).
/// @throws Error(kComputationFailed) when a solve does not converge or the solid is not connected along all three axes.
HomogenizedCell homogenize(const PeriodicCell& cell, const Progress& progress);

}  // namespace spongiosa::fea
