#pragma once
/// Effective stiffness of a periodic cell, and the local stress in its struts, by the voxel engine (fea/micro).

#include "core/progress.h"
#include "core/vector.h"
#include "fea/homogenize/elastic_constants.h"

#include <string>
#include <vector>

namespace spongiosa::fea {

/// A periodic block of equal cubes with the solid share of each (x fastest); material isotropic.
struct PeriodicCell {
  Index3 size{0, 0, 0};
  std::vector<float> solid_share;
  double youngs_modulus_mpa = 0.0, poisson_ratio = 0.3;
  double void_share = 0.1;  ///< cells with less are left out
};

struct HomogenizedCell {
  Mat6 stiffness_mpa = Mat6::Zero();   ///< effective, in the cell's axes, Voigt with engineering shear
  double solid_fraction = 0.0;
  ElasticConstants elastic;            ///< what follows from it
  Index3 size{0, 0, 0};
  double relative_residual = 0.0;
  /// Local stress in the middle of a cell's solid per unit macroscopic strain, by patch recovery (fea/micro/stress_recovery.h); one 6x6 per
  /// cell with solid.
  std::vector<Eigen::Matrix<float, 6, 6>> local_stress_mpa;
  std::vector<float> local_share;      ///< the solid share of those cells, their weight in percentiles
  double dropped_solid_fraction = 0.0; ///< of the solid: small pieces that do not touch the rest, left out of the solve
  int pieces = 0;                      ///< that run through the lattice without touching each other; 1 but for interpenetrating networks
  std::int64_t unknowns = 0;
  int iterations = 0;                  ///< of the six solves together

  /// von Mises stress of the sampled cells under a macroscopic strain, in the order of local_stress_mpa.
  std::vector<float> local_von_mises_mpa(const Vec6& macro_strain) const;
  /// Volume-weighted percentile (0..1) of the von Mises stress in the struts under a macroscopic strain.
  double strut_von_mises_mpa(const Vec6& macro_strain, double percentile) const;
};

/// Six unit strains with periodic fluctuations, trilinear hexahedra, stiffness scaled by the solid share of cut cells.
/// Pieces that touch the rest by no face are left out up to 1 % of the solid (see dropped_solid_fraction).
/// @throws Error(kComputationFailed) when a solve does not converge or the solid is not connected along all three axes, Error(kBadInput)
/// for sizes, shares or a material that make no sense.
HomogenizedCell homogenize(const PeriodicCell& cell, const Progress& progress);

}  // namespace spongiosa::fea
