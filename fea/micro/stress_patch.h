#pragma once
/// Stress around one voxel as a function of place, fitted to the strains in the middles of the voxels around.
///
/// Two things go wrong next to a surface. Cut voxels have their stiffness scaled as a whole, which makes their strains unreliable, and those of their neighbours
/// a little. And stress at a notch falls so fast that no polynomial through points inside reaches the surface: at a cavity of three voxels' radius a straight
/// line misses a third of it. So strains are taken from about 1.5 voxels inside, each with the weight (solid share)^4 exp(-(distance / 0.65 voxels)^2 / 2), and
/// go to the surface by the law that stress follows there. With the depth d below the surface and the curvature k of a notch (0 for flat and bulging surfaces)
///
///   strain(x) = c0 + c1 s1 + c2 s2 + c3 t(d) + c4 s1^2 + c5 s1 s2 + c6 s2^2,   t(d) = (1 - (1 + k d)^-4) / (4 k)
///
/// s1, s2: along the surface's principal directions. t is d itself for k = 0. The power: in exact solutions the stress that a notch adds has
/// second derivative = -(m + 1) k times the first at the surface, with m = 3.7 at a cylindrical hole (Kirsch: (rho^2 + 3 rho^4) / 2, rho = 1 / (1 + k d)), 4.7 at a
/// spherical cavity (Goodier: 0.23 rho^3 + 0.82 rho^5, nu = 0.3), 3.5 at the root of a blunt crack (Creager and Paris); 4 is the whole number between them.
/// Constant strain, and in flat surroundings linear strain, are kept. Forces on a surface are not set to zero: nodes may be held there.
/// Depth, distance and power were chosen at holes and cavities with exact solutions (tests/fea/micro/test_stress_field.cpp), with the figures of octet and gyroid
/// (docs/07) in sight; the sharpest curvature was set at an octet of 4 voxels per strut and changes nothing by volume from 6 on.

#include "fea/micro/surface_shape.h"

namespace spongiosa::fea::micro {

class StressPatch {
 public:
  /// @param strains  in the middle of every voxel  @param stiffness  strain to stress
  StressPatch(const SolidCuts& cuts, const std::vector<Eigen::Matrix<float, 6, 1>>& strains, const Mat6& stiffness, const Index3& voxel);

  /// @param place  from the middle of the voxel, voxel edges; within the voxel.
  Vec6 stress(const Vec3& place) const { return coefficients_ * terms(place); }

 private:
  using Terms = Eigen::Matrix<double, 7, 1>;
  Terms terms(const Vec3& place) const;

  std::optional<SurfaceShape> surface_;
  Eigen::Matrix<double, 6, 7> coefficients_;
};

}  // namespace spongiosa::fea::micro
