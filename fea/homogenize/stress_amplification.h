#pragma once
/// From macroscopic stress to stress in the struts: how much larger it is there, and at which macroscopic stress the struts yield.
///
/// The local stress is that in the middle of each voxel's solid, weighted by its solid share. Percentiles converge with the voxel size; the
/// peak does not everywhere.

#include "fea/homogenize/homogenize.h"
#include "fea/results/percentiles.h"

#include <array>

namespace spongiosa::fea {

/// von Mises stress in the solid per unit of each macroscopic stress component (xx yy zz yz xz xy).
std::array<StressPercentiles, 6> stress_amplification(const HomogenizedCell& cell);

/// Macroscopic stresses at which a given share of the solid has reached the yield stress, as an ellipsoid through the origin's mirror
/// images: yield where sigma' shape sigma = 1 with sigma in multiples of the solid's yield stress. Linear elastic up to there, von Mises
/// yield of the solid; no plastic redistribution, no buckling, no defects: an estimate of first yield, not of collapse.
struct YieldSurface {
  double yielded_solid_fraction = 0.01;
  Mat6 shape = Mat6::Zero();
  Vec6 uniaxial = Vec6::Zero();       ///< macroscopic yield stress over that of the solid, for each component alone (computed, not fitted); 0: does not yield
  double hydrostatic = 0.0;           ///< the same for equal stress along all axes; 0: does not yield
  double fit_error_rms = 0.0, fit_error_max = 0.0;  ///< relative, of the yield stress over the directions computed
  int directions = 0;
  bool closed = false;                ///< the ellipsoid is bounded in all directions (shape is positive definite)

  /// Macroscopic stress times the result touches the fitted surface. @param stress  in multiples of the solid's yield stress, not zero
  double factor(const Vec6& stress) const;
};
YieldSurface yield_surface(const HomogenizedCell& cell, double yielded_solid_fraction);

}  // namespace spongiosa::fea
