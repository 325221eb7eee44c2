#include "fea/micro/stress_recovery.h"

#include <Eigen/Cholesky>

#include <algorithm>

namespace spongiosa::fea::micro {

RecoveryPatch recovery_patch(const VoxelBlocks& model, const Index3& voxel, const Vec3& where) {
  RecoveryPatch patch;
  std::array<Eigen::Vector4d, 27> weighted;  // basis times weight
  Eigen::Matrix4d moments = Eigen::Matrix4d::Zero();
  for (int n = 0; n < 27; ++n) {
    const std::int64_t index = model.voxel_index({voxel[0] + n % 3 - 1, voxel[1] + n / 3 % 3 - 1, voxel[2] + n / 9 - 1});
    if (index < 0) continue;
    const double share = double(model.scale()[std::size_t(index)]);
    const Eigen::Vector4d basis(1.0, n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1);
    weighted[std::size_t(patch.count)] = share * share * basis;
    moments += weighted[std::size_t(patch.count)] * basis.transpose();
    patch.voxel[std::size_t(patch.count++)] = index;
  }
  // A strut one voxel thick has no slope across itself: a thousandth of the weight keeps it at zero there.
  moments.diagonal().tail<3>().array() += 1e-3 * moments(0, 0);
  const Eigen::Vector4d solution = Eigen::LDLT<Eigen::Matrix4d>(moments).solve(Eigen::Vector4d(1.0, where[0], where[1], where[2]));
  for (std::size_t m = 0; m < std::size_t(patch.count); ++m) patch.weight[m] = float(weighted[m].dot(solution));
  return patch;
}

Vec3 solid_middle(const VoxelBlocks& model, const Index3& voxel) {
  const double share = std::min(1.0, double(model.scale_at(voxel)));
  Vec3 gradient = Vec3::Zero();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Index3 before = voxel, after = voxel;
    --before[axis];
    ++after[axis];
    gradient[Eigen::Index(axis)] = 0.5 * (double(model.scale_at(after)) - double(model.scale_at(before)));
  }
  const double slope = gradient.norm();
  return slope < 1e-6 ? Vec3(Vec3::Zero()) : Vec3(0.5 * (1.0 - share) / slope * gradient);
}

}  // namespace spongiosa::fea::micro
