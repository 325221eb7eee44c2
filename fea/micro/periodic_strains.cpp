#include "fea/micro/periodic_strains.h"

#include "core/error.h"
#include "fea/micro/element_matrix.h"
#include "fea/micro/voxel_results.h"

#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

using Affine = Eigen::Matrix<double, 24, 6>;

/// Displacement of the corners of a unit cube at the origin under the six unit strains.
Affine affine_displacements() {
  Affine affine = Affine::Zero();
  constexpr int kShear[3][2] = {{1, 2}, {0, 2}, {0, 1}};
  for (int a = 0; a < 8; ++a) {
    const double x[3] = {double(a & 1), double(a >> 1 & 1), double(a >> 2)};
    for (int d = 0; d < 3; ++d) {
      affine(3 * a + d, d) = x[d];
      affine(3 * a + kShear[d][0], 3 + d) = 0.5 * x[kShear[d][1]];
      affine(3 * a + kShear[d][1], 3 + d) = 0.5 * x[kShear[d][0]];
    }
  }
  return affine;
}

}  // namespace

PeriodicStrains solve_periodic_strains(const VoxelBlocks& model, double poisson_ratio, const MultigridOptions& multigrid,
                                       const SolveOptions& options, const Progress& progress) {
  SPONGIOSA_ASSERT(model.grid().periodic[0] && model.grid().periodic[1] && model.grid().periodic[2]);
  const Affine affine = affine_displacements();
  const Affine voxel_forces = cube_matrix(poisson_ratio) * affine;
  double sum = 0.0, squares = 0.0;
  for (std::int64_t v = 0; v < model.voxel_count(); ++v) {
    const double scale = double(model.scale()[std::size_t(v)]);
    sum += scale;
    squares += scale * scale;
  }
  const double volume = double(product(model.grid().size));
  PeriodicStrains result;
  result.solid_fraction = sum / volume;

  const VoxelOperator op(model, poisson_ratio, {});
  VoxelSolver solver(op, multigrid, progress.part(0.0, 0.1));
  result.bytes = model.bytes() + solver.bytes();
  std::array<NodalVector<double>, 6> load;
  std::vector<VoxelSolver::LoadCase> cases;
  for (NodalVector<double>& l : load) l = NodalVector<double>(model);
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_nodes(model.blocks()[b], [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      for (int a = 0; a < 8; ++a) {
        const double scale = double(model.scale_at({node[0] - (a & 1), node[1] - (a >> 1 & 1), node[2] - (a >> 2)}));
        if (scale == 0.0) continue;
        for (std::size_t s = 0; s < 6; ++s)
          for (int c = 0; c < 3; ++c) load[s][at.x + c * at.stride] -= scale * voxel_forces(3 * a + c, Eigen::Index(s));
      }
    });
  });
  for (std::size_t s = 0; s < 6; ++s) {
    // Relative to the forces that the voxels exert singly: in a homogeneous cell they cancel and nothing is left to solve.
    const double reference = std::sqrt(squares) * voxel_forces.col(Eigen::Index(s)).norm();
    result.fluctuation[s] = NodalVector<double>(model);
    cases.push_back({&load[s], &result.fluctuation[s], reference});
  }
  for (const SolveReport& report : solver.solve_all(cases, options, progress.part(0.1, 1.0))) {
    result.iterations += report.iterations;
    result.relative_residual = std::max(result.relative_residual, report.relative_residual);
  }
  if (solver.bytes_together() <= VoxelSolver::kBytesTogether) result.bytes += solver.bytes_together();
  result.bytes += 11 * 8 * model.unknown_count();

  result.stiffness = sum * (affine.transpose() * voxel_forces);
  // chi_s' K chi_t - chi_s' f_t - chi_t' f_s, strip by strip and added in order.
  std::vector<Mat6> strip_sums(model.strips().size(), Mat6::Zero());
  for (std::size_t t = 0; t < 6; ++t)
    op.apply_blocks<1>(static_cast<const double*>(result.fluctuation[t].data()), VoxelOperator::Rows::kFree,
                       [&](std::size_t strip, const VoxelBlock& block, const double* force) {
                         using Values = Eigen::Map<const Eigen::VectorXd>;
                         const Eigen::Index first = 3 * block.first_node, count = 3 * block.node_count;
                         const auto part = [&](const NodalVector<double>& v) { return Values(v.data() + first, count); };
                         for (std::size_t s = 0; s < 6; ++s)
                           strip_sums[strip](Eigen::Index(s), Eigen::Index(t)) +=
                               part(result.fluctuation[s]).dot(Values(force, count) - part(load[t])) -
                               part(result.fluctuation[t]).dot(part(load[s]));
                       });
  for (const Mat6& sums : strip_sums) result.stiffness += sums;
  result.stiffness = (0.5 / volume) * (result.stiffness + result.stiffness.transpose()).eval();
  return result;
}

Mat6 centre_strain(const VoxelBlocks& model, const PeriodicStrains& strains, const Index3& voxel) {
  return Mat6::Identity() + centre_strains(model, strains.fluctuation, voxel);
}

}  // namespace spongiosa::fea::micro
