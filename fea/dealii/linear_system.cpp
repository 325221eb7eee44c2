#include "fea/dealii/linear_system.h"

#include "core/error.h"

#include <deal.II/base/index_set.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/full_matrix.h>
#include <deal.II/lac/solver_cg.h>
#include <deal.II/lac/trilinos_precondition.h>
#include <deal.II/lac/trilinos_sparse_matrix.h>
#include <deal.II/lac/trilinos_vector.h>

#include <Epetra_MultiVector.h>
#include <Teuchos_ParameterList.hpp>

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea {

using TrilinosVector = dealii::TrilinosWrappers::MPI::Vector;

struct LinearSystem::Impl {
  const ElasticSystem& system;
  std::vector<std::int32_t> free_nodes;   ///< in ascending order: row 3 * position + component
  std::vector<std::int32_t> free_number;  ///< per node: position in free_nodes, or -1 when held
  dealii::IndexSet rows;
  dealii::TrilinosWrappers::SparseMatrix matrix;
  dealii::TrilinosWrappers::PreconditionAMG preconditioner;

  Impl(const ElasticSystem& s, const std::vector<char>& held) : system(s), free_number(held.size(), -1) {
    for (std::size_t node = 0; node < held.size(); ++node) {
      if (held[node]) continue;
      free_number[node] = std::int32_t(free_nodes.size());
      free_nodes.push_back(std::int32_t(node));
    }
    rows = dealii::complete_index_set(unsigned(3 * free_nodes.size()));
  }

  void assemble();
  void set_up_multigrid(const std::vector<Vec3>& positions);
};

void LinearSystem::Impl::assemble() {
  std::vector<dealii::types::global_dof_index> unknowns;
  std::vector<int> local_of_unknown;
  const auto gather_unknowns = [&](std::size_t cell) {
    unknowns.clear();
    local_of_unknown.clear();
    int v = 0;
    for (const std::int32_t node : system.nodes_of(cell)) {
      const std::int32_t number = free_number[std::size_t(node)];
      for (int d = 0; number >= 0 && d < 3; ++d) {
        unknowns.push_back(unsigned(3 * number + d));
        local_of_unknown.push_back(3 * v + d);
      }
      ++v;
    }
  };
  {
    dealii::DynamicSparsityPattern pattern(rows.size());
    for (std::size_t cell = 0; cell < system.cell_count(); ++cell) {
      gather_unknowns(cell);
      std::sort(unknowns.begin(), unknowns.end());
      for (const auto row : unknowns) pattern.add_entries(row, unknowns.begin(), unknowns.end(), true);
    }
    matrix.reinit(rows, pattern, MPI_COMM_SELF);
  }
  Eigen::MatrixXd stiffness;
  for (std::size_t cell = 0; cell < system.cell_count(); ++cell) {
    if (cell % 4096 == 0) throw_if_cancelled();
    gather_unknowns(cell);
    system.matrix_of(cell, stiffness);
    const unsigned count = unsigned(unknowns.size());
    dealii::FullMatrix<double> local(count, count);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned j = 0; j < count; ++j) local(i, j) = stiffness(local_of_unknown[i], local_of_unknown[j]);
    matrix.add(unknowns, local, false);
  }
  matrix.compress(dealii::VectorOperation::add);
}

void LinearSystem::Impl::set_up_multigrid(const std::vector<Vec3>& positions) {
  dealii::TrilinosWrappers::PreconditionAMG::AdditionalData data;
  data.elliptic = true;
  data.smoother_type = "Chebyshev";
  data.smoother_sweeps = 2;
  data.aggregation_threshold = 0.01;  // couplings across the jump from bone to titanium do not join aggregates
  Teuchos::ParameterList parameters;
  std::unique_ptr<Epetra_MultiVector> unused;
  data.set_parameters(parameters, unused, matrix);
  // deal.II offers constant modes only; ML takes any vectors, column by column in one array. With the rotations a spinal
  // construct of 102,246 unknowns takes 129 iterations for preload and bending, with translations alone 238.
  const std::size_t count = positions.empty() ? 3 : 6, n = 3 * free_nodes.size();
  std::vector<double> modes(count * n, 0.0);
  Vec3 mean = Vec3::Zero();
  for (const Vec3& position : positions) mean += position / double(positions.size());
  for (std::size_t mode = 0; mode < count; ++mode)
    for (std::size_t node = 0; node < free_nodes.size(); ++node) {
      Vec3 motion = Vec3::Unit(Eigen::Index(mode % 3));
      if (mode >= 3) motion = motion.cross(positions[std::size_t(free_nodes[node])] - mean).eval();
      for (std::size_t d = 0; d < 3; ++d) modes[mode * n + 3 * node + d] = motion[Eigen::Index(d)];
    }
  parameters.set("PDE equations", 3);
  parameters.set("null space: type", "pre-computed");
  parameters.set("null space: dimension", int(count));
  parameters.set("null space: vectors", modes.data());
  preconditioner.initialize(matrix, parameters);
}

LinearSystem::LinearSystem(const ElasticSystem& system, const std::vector<char>& held_nodes, const std::vector<Vec3>& positions)
    : impl_(std::make_unique<Impl>(system, held_nodes)) {
  if (impl_->free_nodes.empty()) return;  // every displacement is given
  impl_->assemble();
  impl_->set_up_multigrid(positions);
}

LinearSystem::~LinearSystem() = default;

double LinearSystem::free_norm(const std::vector<double>& forces) const {
  double sum = 0.0;
  for (const std::int32_t node : impl_->free_nodes)
    sum += Eigen::Map<const Vec3>(forces.data() + 3 * std::size_t(node)).squaredNorm();
  return std::sqrt(sum);
}

// Every round solves for a correction from the residual of the current x, which is computed cell by cell without the assembled
// matrix. One round is enough unless rounding separates the residual that CG updates from the true one.
SolveReport LinearSystem::solve(const std::vector<double>& load, std::vector<double>& x, double tolerance, double relative_to,
                                int max_iterations, const std::string& what, const Progress& progress) const {
  const Impl& impl = *impl_;
  SolveReport report;
  const double target = tolerance * relative_to;
  TrilinosVector residual(impl.rows, MPI_COMM_SELF), correction(impl.rows, MPI_COMM_SELF);
  constexpr int kRounds = 4;
  for (int round = 0;; ++round) {
    std::vector<double> difference = impl.system.apply(x);
    for (std::size_t i = 0; i < x.size(); ++i) difference[i] = load[i] - difference[i];
    for (std::size_t node = 0; node < impl.free_nodes.size(); ++node)
      for (std::size_t d = 0; d < 3; ++d)
        residual[unsigned(3 * node + d)] = difference[3 * std::size_t(impl.free_nodes[node]) + d];
    residual.compress(dealii::VectorOperation::insert);
    const double norm = free_norm(difference);
    report.relative_residual = relative_to > 0.0 ? norm / relative_to : norm;
    if (norm <= target || norm == 0.0) return report;
    if (round == kRounds || report.iterations >= max_iterations || !std::isfinite(norm))
      fail_computation("the linear solve of {} stopped at the relative residual {:.1e} after {} iterations (wanted {:.1e}); allow "
                       "more iterations, or check for thin or nearly detached parts of the model",
                       what, report.relative_residual, report.iterations, tolerance);
    dealii::SolverControl control(unsigned(max_iterations - report.iterations), 0.5 * target);
    dealii::SolverCG<TrilinosVector> solver(control);
    double done = 0.0;
    solver.connect([&](unsigned iteration, double check, const TrilinosVector&) {
      // CG converges about linearly in the logarithm of the residual.
      done = std::max(done, std::log(norm / std::max(check, 0.5 * target)) / std::log(norm / (0.5 * target)));
      if (round == 0) progress.report(done, fmt::format("{}: iteration {}", what, iteration));
      else throw_if_cancelled();
      return dealii::SolverControl::success;  // leaves the decision to `control`
    });
    correction = 0.0;
    try {
      solver.solve(impl.matrix, correction, residual, impl.preconditioner);
    } catch (const dealii::SolverControl::NoConvergence&) {
      // The round's end sees the residual that was reached and decides.
    }
    report.iterations += std::max(1, int(control.last_step()));
    for (std::size_t node = 0; node < impl.free_nodes.size(); ++node)
      for (std::size_t d = 0; d < 3; ++d) x[3 * std::size_t(impl.free_nodes[node]) + d] += correction[unsigned(3 * node + d)];
  }
}

}  // namespace spongiosa::fea
