#include "fea/micro/periodic_strains.h"

#include "core/error.h"
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

double dot(const NodalVector<double>& a, const NodalVector<double>& b) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
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
  for (std::size_t s = 0; s < 6; ++s) {
    load[s] = NodalVector<double>(model);
    tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
      model.visit_nodes(model.blocks()[b], [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        for (int a = 0; a < 8; ++a) {
          const double scale = double(model.scale_at({node[0] - (a & 1), node[1] - (a >> 1 & 1), node[2] - (a >> 2)}));
          for (int c = 0; c < 3; ++c) load[s][at.x + c * at.stride] -= scale * voxel_forces(3 * a + c, Eigen::Index(s));
        }
      });
    });
    // Relative to the forces that the voxels exert singly: in a homogeneous cell they cancel and nothing is left to solve.
    const double reference = std::sqrt(squares) * voxel_forces.col(Eigen::Index(s)).norm();
    result.fluctuation[s] = NodalVector<double>(model);
    const double from = 0.1 + 0.15 * double(s);
    const SolveReport report = solver.solve(load[s], result.fluctuation[s], reference, options, progress.part(from, from + 0.15));
    result.iterations += report.iterations;
    result.relative_residual = std::max(result.relative_residual, report.relative_residual);
  }
  result.bytes += 11 * 8 * model.unknown_count();

  result.stiffness = sum * (affine.transpose() * voxel_forces);
  NodalVector<double> force(model);
  for (std::size_t t = 0; t < 6; ++t) {
    op.apply(result.fluctuation[t], force);
    for (std::size_t s = 0; s < 6; ++s)
      result.stiffness(Eigen::Index(s), Eigen::Index(t)) +=
          dot(result.fluctuation[s], force) - dot(result.fluctuation[s], load[t]) - dot(result.fluctuation[t], load[s]);
  }
  result.stiffness = (0.5 / volume) * (result.stiffness + result.stiffness.transpose()).eval();
  return result;
}

Mat6 centre_strain(const VoxelBlocks& model, const PeriodicStrains& strains, const Index3& voxel) {
  return Mat6::Identity() + centre_strains(model, strains.fluctuation, voxel);
}

}  // namespace spongiosa::fea::micro
