#include "fea/micro/stress_field.h"

#include "fea/material/material.h"
#include "fea/micro/voxel_results.h"

#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

constexpr int kParts = 3;  ///< of a voxel along each axis

}  // namespace

StressField::StressField(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement)
    : stiffness_(isotropic_stiffness(1.0, poisson_ratio)), cuts_(model), strains_(std::size_t(model.voxel_count())) {
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      strains_[std::size_t(index)] = centre_strain(model, displacement, voxel).cast<float>();
    });
  });
}

StressField::Voxel::Voxel(const StressField& field, const Index3& voxel)
    : model_(field.model()), voxel_(voxel), cut_(field.cuts_[model_.voxel_index(voxel)]), share_(double(model_.scale_at(voxel))),
      patch_(field.cuts_, field.strains_, field.stiffness_, voxel) {}

void StressField::Voxel::volume_samples(std::vector<StressSample>& samples) const {
  samples.clear();
  // Where the shares around do not say on which side the solid is, it is spread over the voxel.
  const double spread = cut_.cut ? 1.0 : share_;
  constexpr double kEdge = 1.0 / kParts;
  const double volume = spread * kEdge * kEdge * kEdge;
  for (int p = 0; p < kParts * kParts * kParts; ++p) {
    const Vec3 middle = kEdge * Vec3(p % kParts, p / kParts % kParts, p / (kParts * kParts)) - Vec3::Constant(0.5 - 0.5 * kEdge);
    const double share = cut_.share_of(middle, kEdge);
    if (share > 0.0) samples.push_back(at(middle + 0.5 * (1.0 - share) * kEdge * cut_.inwards, share * volume));
  }
}

void StressField::Voxel::surface_samples(std::vector<StressSample>& samples) const {
  samples.clear();
  if (cut_.cut) samples.push_back(at(cut_.offset * cut_.inwards, cut_.area()));
  for (std::size_t face = 0; face < 6; ++face) {
    const std::size_t axis = face / 2;
    Index3 beyond = voxel_;
    beyond[axis] += face % 2 ? 1 : -1;
    const bool ends = !model_.grid().periodic[axis] && (beyond[axis] < 0 || beyond[axis] >= model_.grid().size[axis]);
    if (!ends && (cut_.cut || model_.voxel_index(beyond) >= 0)) continue;
    Vec3 outwards = Vec3::Zero();
    outwards[Eigen::Index(axis)] = face % 2 ? 1.0 : -1.0;
    // The face of a grid is a face of the part. Inside, faces are the steps of a slanted surface: each counts with its projection.
    const double area = ends ? share_ : std::max(0.0, -outwards.dot(cut_.inwards));
    if (area > 0.0) samples.push_back(at(0.5 * outwards, area));
  }
}

StressSample StressField::Voxel::middle() const { return at(cut_.cut ? Vec3(0.5 * (1.0 - share_) * cut_.inwards) : Vec3(Vec3::Zero()), share_); }

}  // namespace spongiosa::fea::micro
