#include "fea/micro/stress_field.h"

#include "fea/material/material.h"
#include "fea/micro/voxel_results.h"

#include <Eigen/Cholesky>

#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

constexpr int kParts = 3;  ///< of a voxel along each axis

}  // namespace

/// Linear function of place through the strains around one voxel.
class StressField::Fit {
 public:
  Fit(const StressField& field, const Index3& voxel) {
    Eigen::Matrix4d moments = Eigen::Matrix4d::Zero();
    Eigen::Matrix<double, 4, 6> sums = Eigen::Matrix<double, 4, 6>::Zero();
    for (int n = 0; n < 27; ++n) {
      const std::int64_t index = field.model_.voxel_index({voxel[0] + n % 3 - 1, voxel[1] + n / 3 % 3 - 1, voxel[2] + n / 9 - 1});
      if (index < 0) continue;
      const double share = double(field.model_.scale()[std::size_t(index)]);
      const Eigen::Vector4d basis(1.0, n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1);
      const Eigen::Vector4d weighted = share * share * basis;
      moments += weighted * basis.transpose();
      sums += weighted * field.strains_[std::size_t(index)].cast<double>().transpose();
    }
    // A strut one voxel thick has no slope across itself: a thousandth of the weight keeps it at zero there.
    moments.diagonal().tail<3>().array() += 1e-3 * moments(0, 0);
    coefficients_ = field.stiffness_ * Eigen::LDLT<Eigen::Matrix4d>(moments).solve(sums).transpose();
  }

  StressSample at(const Vec3& place, double weight) const {
    return {place, weight, coefficients_ * Eigen::Vector4d(1.0, place[0], place[1], place[2])};
  }

 private:
  Eigen::Matrix<double, 6, 4> coefficients_;
};

StressField::StressField(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement)
    : model_(model), stiffness_(isotropic_stiffness(1.0, poisson_ratio)), strains_(std::size_t(model.voxel_count())) {
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      strains_[std::size_t(index)] = centre_strain(model, displacement, voxel).cast<float>();
    });
  });
}

void StressField::volume_samples(const Index3& voxel, std::vector<StressSample>& samples) const {
  samples.clear();
  const SolidCut cut = solid_cut(model_, voxel);
  const Fit fit(*this, voxel);
  // Where the shares around do not say on which side the solid is, it is spread over the voxel.
  const double spread = cut.cut ? 1.0 : double(model_.scale_at(voxel));
  constexpr double kEdge = 1.0 / kParts;
  const double volume = spread * kEdge * kEdge * kEdge;
  for (int p = 0; p < kParts * kParts * kParts; ++p) {
    const Vec3 middle = kEdge * Vec3(p % kParts, p / kParts % kParts, p / (kParts * kParts)) - Vec3::Constant(0.5 - 0.5 * kEdge);
    const double share = cut.share_of(middle, kEdge);
    if (share > 0.0) samples.push_back(fit.at(middle + 0.5 * (1.0 - share) * kEdge * cut.inwards, share * volume));
  }
}

void StressField::surface_samples(const Index3& voxel, std::vector<StressSample>& samples) const {
  samples.clear();
  const SolidCut cut = solid_cut(model_, voxel);
  if (cut.inwards.isZero()) return;
  const Fit fit(*this, voxel);
  if (cut.cut) samples.push_back(fit.at(cut.offset * cut.inwards, cut.area()));
  const double share = double(model_.scale_at(voxel));
  for (std::size_t face = 0; face < 6; ++face) {
    const std::size_t axis = face / 2;
    Index3 beyond = voxel;
    beyond[axis] += face % 2 ? 1 : -1;
    const bool ends = !model_.grid().periodic[axis] && (beyond[axis] < 0 || beyond[axis] >= model_.grid().size[axis]);
    if (!ends && (cut.cut || model_.voxel_index(beyond) >= 0)) continue;
    Vec3 outwards = Vec3::Zero();
    outwards[Eigen::Index(axis)] = face % 2 ? 1.0 : -1.0;
    // The face of a grid is a face of the part. Inside, faces are the steps of a slanted surface: each counts with its projection.
    const double area = ends ? share : std::max(0.0, -outwards.dot(cut.inwards));
    if (area > 0.0) samples.push_back(fit.at(0.5 * outwards, area));
  }
}

StressSample StressField::middle(const Index3& voxel) const {
  const SolidCut cut = solid_cut(model_, voxel);
  const double share = double(model_.scale_at(voxel));
  return Fit(*this, voxel).at(cut.cut ? Vec3(0.5 * (1.0 - share) * cut.inwards) : Vec3(Vec3::Zero()), share);
}

}  // namespace spongiosa::fea::micro
