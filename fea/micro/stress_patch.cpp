#include "fea/micro/stress_patch.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::micro {

namespace {

constexpr double kDepth = 1.5;          ///< of the patch's middle below the surface, at least
constexpr double kWidth = 0.65;
constexpr double kSharpestNotch = 0.4;  ///< curvature: of radii below 2.5 voxels too little is seen to go all the way
constexpr double kOutside = -0.2;       ///< middles of voxels that lie farther out count as lying there: the law would rise without end

/// t(d) of the header.
double fall(double depth, double curvature) {
  if (curvature < 1e-3) return depth;
  const double rho = 1.0 / (1.0 + curvature * depth), square = rho * rho;
  return (1.0 - square * square) / (4.0 * curvature);
}

/// From the middle of the voxel to the middle of its patch. A wall may end before the patch is deep enough: it is then less deep.
Vec3 patch_middle(const VoxelBlocks& model, const SurfaceShape& surface, const Index3& voxel) {
  Vec3 shift = std::max(0.0, kDepth - surface.depth(Vec3::Zero())) * surface.inwards;
  const auto solid = [&](const Vec3& p) { return model.scale_at({voxel[0] + std::lround(p[0]), voxel[1] + std::lround(p[1]), voxel[2] + std::lround(p[2])}) >= 0.5f; };
  while (shift.squaredNorm() > 0.25 && !solid(shift)) shift *= 0.5;
  return shift;
}

}  // namespace

StressPatch::Terms StressPatch::terms(const Vec3& place) const {
  Terms t;
  if (!surface_) {
    t << 1.0, place, Vec3::Zero();
    return t;
  }
  const Vec3 from = place - surface_->foot;
  const double a = surface_->along[0].dot(from), b = surface_->along[1].dot(from);
  t << 1.0, a, b, fall(std::max(kOutside, surface_->depth(place)), std::clamp(surface_->curvature[0], 0.0, kSharpestNotch)), a * a, a * b, b * b;
  return t;
}

StressPatch::StressPatch(const SolidCuts& cuts, const std::vector<Eigen::Matrix<float, 6, 1>>& strains, const Mat6& stiffness, const Index3& voxel)
    : surface_(nearest_surface(cuts, voxel)) {
  const VoxelBlocks& model = cuts.model();
  const Vec3 middle = surface_ ? patch_middle(model, *surface_, voxel) : Vec3(Vec3::Zero());
  const Index3 shift{std::lround(middle[0]), std::lround(middle[1]), std::lround(middle[2])};
  Eigen::Matrix<double, 7, 7> moments = Eigen::Matrix<double, 7, 7>::Zero();
  Eigen::Matrix<double, 7, 6> sums = Eigen::Matrix<double, 7, 6>::Zero();
  for (int n = 0; n < 125; ++n) {
    const Index3 step{n % 5 - 2 + shift[0], n / 5 % 5 - 2 + shift[1], n / 25 - 2 + shift[2]};
    const Vec3 place{double(step[0]), double(step[1]), double(step[2])};
    const double distance = (place - middle).squaredNorm();
    if (distance > 9.0) continue;
    const std::int64_t index = model.voxel_index({voxel[0] + step[0], voxel[1] + step[1], voxel[2] + step[2]});
    if (index < 0) continue;
    const double share = std::min(1.0, double(model.scale()[std::size_t(index)])), square = share * share;
    const Terms t = terms(place);
    const Terms weighted = square * square * std::exp(-0.5 / (kWidth * kWidth) * distance) * t;
    moments += weighted * t.transpose();
    sums += weighted * strains[std::size_t(index)].cast<double>().transpose();
  }
  // A strut one voxel thick has no slope across itself: a thousandth of the weight keeps it at zero there.
  moments.diagonal().segment<3>(1).array() += 1e-3 * moments(0, 0);
  moments.diagonal().tail<3>().array() += 3e-3 * moments(0, 0);
  coefficients_ = stiffness * Eigen::LDLT<Eigen::Matrix<double, 7, 7>>(moments).solve(sums).transpose();
}

}  // namespace spongiosa::fea::micro
