#include "fea/micro/voxel_results.h"

#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

using Corners = std::array<VoxelBlocks::NodeIndex, 8>;

Corners corners_of(const VoxelBlocks& model, const Index3& voxel) {
  Corners corners;
  for (int a = 0; a < 8; ++a) corners[std::size_t(a)] = model.node_index({voxel[0] + (a & 1), voxel[1] + (a >> 1 & 1), voxel[2] + (a >> 2)});
  return corners;
}

/// h[component][axes] of one voxel, see element_modes.h.
void modes_of(const Corners& corners, const NodalVector<double>& displacement, double (&h)[3][8]) {
  for (int c = 0; c < 3; ++c) {
    double v[8];
    for (std::size_t a = 0; a < 8; ++a) v[a] = displacement[corners[a].x + c * corners[a].stride];
    for (int bit = 1; bit < 8; bit *= 2)
      for (int a = 0; a < 8; ++a)
        if (!(a & bit)) {
          const double low = v[a], high = v[a | bit];
          v[a] = low + high;
          v[a | bit] = high - low;
        }
    std::copy(v, v + 8, h[c]);
  }
}

Vec6 strain_of(const double (&h)[3][8]) {
  Vec6 strain;
  strain << h[0][1], h[1][2], h[2][4], h[1][4] + h[2][2], h[0][4] + h[2][1], h[0][2] + h[1][1];
  return 0.25 * strain;
}

template <class Value>
std::vector<double> of_voxels(const VoxelBlocks& model, const NodalVector<double>& displacement, const Value& value) {
  std::vector<double> values(std::size_t(model.voxel_count()));
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      double h[3][8];
      modes_of(corners_of(model, voxel), displacement, h);
      values[std::size_t(index)] = double(model.scale()[std::size_t(index)]) * value(h);
    });
  });
  return values;
}

}  // namespace

Vec6 centre_strain(const VoxelBlocks& model, const NodalVector<double>& displacement, const Index3& voxel) {
  double h[3][8];
  modes_of(corners_of(model, voxel), displacement, h);
  return strain_of(h);
}

Mat6 centre_strains(const VoxelBlocks& model, const std::array<NodalVector<double>, 6>& displacements, const Index3& voxel) {
  const Corners corners = corners_of(model, voxel);
  Mat6 strains;
  for (std::size_t s = 0; s < 6; ++s) {
    double h[3][8];
    modes_of(corners, displacements[s], h);
    strains.col(Eigen::Index(s)) = strain_of(h);
  }
  return strains;
}

std::vector<double> centre_energy_density(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement) {
  const double lambda = poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio)), mu = 0.5 / (1.0 + poisson_ratio);
  return of_voxels(model, displacement, [&](const double(&h)[3][8]) {
    const Vec6 strain = strain_of(h);
    const double trace = strain.head<3>().sum();
    return 0.5 * lambda * trace * trace + mu * (strain.head<3>().squaredNorm() + 0.5 * strain.tail<3>().squaredNorm());
  });
}

std::vector<double> mean_energy_density(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement) {
  const ModalStiffness<double> stiffness(poisson_ratio);
  return of_voxels(model, displacement, [&](const double(&h)[3][8]) {
    double g[3][8], energy = 0.0;
    std::copy(&h[0][0], &h[0][0] + 24, &g[0][0]);
    apply_modal_stiffness(stiffness, 1.0, g);
    for (int c = 0; c < 3; ++c)
      for (int m = 0; m < 8; ++m) energy += 0.5 * h[c][m] * g[c][m];
    return energy;
  });
}

}  // namespace spongiosa::fea::micro
