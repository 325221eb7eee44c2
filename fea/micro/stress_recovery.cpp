#include "fea/micro/stress_recovery.h"

#include "fea/micro/voxel_results.h"
#include "fea/material/material.h"
#include "fea/results/principal.h"

#include <Eigen/Cholesky>

#include <tbb/parallel_for.h>

#include <cmath>

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

VoxelCut voxel_cut(const VoxelBlocks& model, const Index3& voxel) {
  const double share = std::min(1.0, double(model.scale_at(voxel)));
  Vec3 gradient = Vec3::Zero();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Index3 before = voxel, after = voxel;
    --before[axis];
    ++after[axis];
    gradient[Eigen::Index(axis)] = 0.5 * (double(model.scale_at(after)) - double(model.scale_at(before)));
  }
  VoxelCut cut;
  cut.area = gradient.norm();
  if (cut.area < 1e-6) return {};
  const Vec3 inwards = gradient / cut.area;
  cut.solid_middle = 0.5 * (1.0 - share) * inwards;
  cut.surface_point = (0.5 - share) * inwards;
  return cut;
}

VoxelStress voxel_stress(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement, Recovery recovery) {
  using Strain = Eigen::Matrix<float, 6, 1>;
  std::vector<Strain> strains(std::size_t(model.voxel_count()));
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      strains[std::size_t(index)] = centre_strain(model, displacement, voxel).cast<float>();
    });
  });
  const Mat6 stiffness = isotropic_stiffness(1.0, poisson_ratio);
  VoxelStress stress;
  stress.von_mises.resize(strains.size());
  stress.principal_max.resize(strains.size());
  stress.surface_von_mises.resize(strains.size());
  stress.surface_principal_max.resize(strains.size());
  stress.surface_area.resize(strains.size());
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      const VoxelCut cut = voxel_cut(model, voxel);
      const auto evaluate = [&](const Vec3& where, float& mises, float& principal) {
        Strain strain = strains[std::size_t(index)];
        if (recovery == Recovery::kLinear) {
          const RecoveryPatch patch = recovery_patch(model, voxel, where);
          strain.setZero();
          for (std::size_t m = 0; m < std::size_t(patch.count); ++m) strain += patch.weight[m] * strains[std::size_t(patch.voxel[m])];
        }
        const Vec6 local = stiffness * strain.cast<double>();
        mises = float(von_mises(local));
        principal = float(extreme_principal_stresses(local).second);
      };
      evaluate(cut.solid_middle, stress.von_mises[std::size_t(index)], stress.principal_max[std::size_t(index)]);
      stress.surface_area[std::size_t(index)] = float(cut.area);
      if (cut.area > 0.0) evaluate(cut.surface_point, stress.surface_von_mises[std::size_t(index)], stress.surface_principal_max[std::size_t(index)]);
    });
  });
  return stress;
}

}  // namespace spongiosa::fea::micro
