#include "lattice/grading/detail/phase_integration.h"

#include "core/error.h"

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::lattice::detail {
namespace {

/// Wanted rows at one set of places: the grid's points, or the middles of its edges along one axis.
struct Samples {
  std::array<std::vector<float>, 9> rows;
  std::array<std::vector<float>, 3> weight;

  Samples(const PhaseGrid& grid, const Vec3& shift_mm, const WantedRows& wanted) {
    for (auto& row : rows) row.resize(grid.points());
    for (auto& w : weight) w.resize(grid.points());
    tbb::parallel_for(std::int64_t(0), grid.size[2], [&](std::int64_t k) {
      std::vector<float> p[3];
      for (std::int64_t j = 0; j < grid.size[1]; ++j)
        for (std::int64_t i = 0; i < grid.size[0]; ++i) {
          const Vec3 place = grid.place(i, j, k) + shift_mm;
          for (int a = 0; a < 3; ++a) p[a].push_back(float(place[a]));
        }
      const std::size_t first = grid.offset(0, 0, k);
      float* to_rows[9];
      float* to_weight[3];
      for (std::size_t a = 0; a < 9; ++a) to_rows[a] = &rows[a][first];
      for (std::size_t a = 0; a < 3; ++a) to_weight[a] = &weight[a][first];
      wanted(int(p[0].size()), p[0].data(), p[1].data(), p[2].data(), to_rows, to_weight);
    });
  }
};

using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;
using Solver = Eigen::ConjugateGradient<Matrix, Eigen::Lower, Eigen::IncompleteCholesky<double, Eigen::Lower, Eigen::NaturalOrdering<int>>>;

std::vector<double> solve_phase(const PhaseGrid& grid, const Samples& nodes, const std::array<Samples, 3>& middles, std::size_t phase) {
  const std::size_t n = grid.points();
  Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(Eigen::Index(n)), right = diagonal, start = diagonal;
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(4 * n);
  const std::size_t stride[3] = {1, std::size_t(grid.size[0]), std::size_t(grid.size[0] * grid.size[1])};
  for (std::int64_t k = 0; k < grid.size[2]; ++k)
    for (std::int64_t j = 0; j < grid.size[1]; ++j)
      for (std::int64_t i = 0; i < grid.size[0]; ++i) {
        const Index3 index{i, j, k};
        const std::size_t a = grid.offset(i, j, k);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (index[axis] + 1 == grid.size[axis]) continue;
          const std::size_t b = a + stride[axis];
          const Samples& middle = middles[axis];
          const auto& k_axis = nodes.rows[3 * phase + axis];
          const double wanted = grid.spacing_mm / 6.0 * (double(k_axis[a]) + 4.0 * double(middle.rows[3 * phase + axis][a]) + double(k_axis[b]));
          double squared = 0.0;
          for (std::size_t c = 0; c < 3; ++c) squared += double(middle.rows[3 * phase + c][a]) * double(middle.rows[3 * phase + c][a]);
          const double w = double(middle.weight[phase][a]) / (squared > 1e-12 ? squared : 1.0);  // no row wanted: a flat phase
          entries.emplace_back(int(b), int(a), -w);
          diagonal[Eigen::Index(a)] += w;
          diagonal[Eigen::Index(b)] += w;
          right[Eigen::Index(a)] -= w * wanted;
          right[Eigen::Index(b)] += w * wanted;
          // Along the first path that reaches a point: a start that is nearly right where the field has no curl.
          if (axis == 0 || (axis == 1 && i == 0) || (axis == 2 && i == 0 && j == 0)) start[Eigen::Index(b)] = start[Eigen::Index(a)] + wanted;
        }
      }
  // The constant is free; this shift of the diagonal makes the matrix definite and changes no difference that matters.
  for (std::size_t a = 0; a < n; ++a) entries.emplace_back(int(a), int(a), diagonal[Eigen::Index(a)] * (1.0 + 1e-11));
  Matrix matrix{Eigen::Index(n), Eigen::Index(n)};
  matrix.setFromTriplets(entries.begin(), entries.end());
  start.array() -= start.mean();
  Solver solver;
  solver.setTolerance(1e-9);
  solver.setMaxIterations(3000);
  solver.compute(matrix);
  if (solver.info() != Eigen::Success) fail_computation("phase {}: the incomplete factorisation failed; expected finite wanted cell sizes and directions", phase + 1);
  const Eigen::VectorXd u = solver.solveWithGuess(right, start);
  if (solver.info() != Eigen::Success)
    fail_computation("phase {}: no convergence after {} iterations (residual {:.1e}, wanted 1e-9); choose a coarser phase grid or smoother fields",
                     phase + 1, solver.iterations(), solver.error());
  return {u.data(), u.data() + u.size()};
}

}  // namespace

std::array<std::vector<double>, 3> integrate_rows(const PhaseGrid& grid, const WantedRows& wanted, int first_phase, const Progress& progress) {
  progress.report(0.0, "wanted cell sizes and directions");
  const double half = 0.5 * grid.spacing_mm;
  const Samples nodes(grid, Vec3::Zero(), wanted);
  const std::array<Samples, 3> middles{Samples(grid, half * Vec3::UnitX(), wanted), Samples(grid, half * Vec3::UnitY(), wanted),
                                       Samples(grid, half * Vec3::UnitZ(), wanted)};
  progress.report(0.2, "integrating the phases");
  std::array<std::vector<double>, 3> u;
  tbb::parallel_for(std::size_t(first_phase), std::size_t(3), [&](std::size_t phase) { u[phase] = solve_phase(grid, nodes, middles, phase); });
  progress.report(1.0, "integrating the phases");
  return u;
}

}  // namespace spongiosa::lattice::detail
