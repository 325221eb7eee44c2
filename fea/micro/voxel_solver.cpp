#include "fea/micro/voxel_solver.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kChunk = 32768;

/// work(begin, end) for chunks of fixed size; returns the sum of what it returns, added in order.
template <class Work>
double sum_chunks(std::int64_t count, const Work& work) {
  const std::int64_t chunks = (count + kChunk - 1) / kChunk;
  std::vector<double> sums(std::size_t(chunks), 0.0);
  tbb::parallel_for(std::int64_t(0), chunks, [&](std::int64_t c) { sums[std::size_t(c)] = work(c * kChunk, std::min(count, (c + 1) * kChunk)); });
  double sum = 0.0;
  for (const double s : sums) sum += s;
  return sum;
}

/// One vector through the operator.
template <class Real, class Finish>
void apply_one(const VoxelOperator& op, const Real* x, const Finish& finish) {
  op.apply(std::span<const Real* const>(&x, 1), VoxelOperator::Rows::kFree,
           [&](std::size_t strip, const VoxelBlock& block, std::size_t, const Real* force) { finish(strip, block, force); });
}

}  // namespace

VoxelSolver::VoxelSolver(const VoxelOperator& op, const MultigridOptions& options, const Progress& progress)
    : op_(op), options_(options), coarse_(op.model(), op.poisson_ratio(), op.fixed(), options, progress),
      inverse_diagonal_(op.inverse_diagonal()),
      steps_(jacobi_bound(op.poisson_ratio()), options.smoothing_range, options.fine_degree), x_(op.model()), y_(op.model()) {}

VoxelSolver::~VoxelSolver() = default;

std::int64_t VoxelSolver::bytes() const {
  const std::int64_t n = op_.model().unknown_count();
  std::int64_t bytes = n * (3 * 8 + 3 * 4) + n / 3 * 4;
  for (const auto& level : levels()) bytes += level.bytes;
  return bytes;
}

/// x_ = M^-1 b
void VoxelSolver::precondition(const ScaledVector& b) {
  NodalVector<float>* now = &x_;
  NodalVector<float>* other = &y_;
  const auto smooth = [&](std::size_t from) {
    for (std::size_t k = from; k < steps_.step.size(); ++k) {
      apply_one(op_, static_cast<const float*>(now->data()), [&](std::size_t, const VoxelBlock& block, const float* force) {
        const std::int64_t first = 3 * block.first_node;
        smooth_block(block.node_count, now->data() + first, other->data() + first, ScaledVector{b.value + first, b.scale}, force,
                     inverse_diagonal_.data() + block.first_node, steps_.momentum[k], steps_.step[k]);
      });
      std::swap(now, other);
    }
  };
  tbb::parallel_for(std::size_t(0), op_.model().blocks().size(), [&](std::size_t number) {
    const VoxelBlock& block = op_.model().blocks()[number];
    for (int c = 0; c < 3; ++c)
      for (std::int64_t i = 0; i < block.node_count; ++i) {
        const std::int64_t at = 3 * block.first_node + c * block.node_count + i;
        (*now)[at] = steps_.step[0] * inverse_diagonal_[std::size_t(block.first_node + i)] * float(b.scale * b.value[at]);
        (*other)[at] = 0.0f;
      }
  });
  smooth(1);
  apply_one(op_, static_cast<const float*>(now->data()), [&](std::size_t, const VoxelBlock& block, const float* force) {
    const std::int64_t first = 3 * block.first_node;
    residual_block(3 * block.node_count, ScaledVector{b.value + first, b.scale}, force, other->data() + first);
  });
  coarse_.correct(other->data(), now->data());
  op_.clear_fixed(now->data());
  smooth(0);
  if (now != &x_) std::swap(x_, y_);
}

SolveReport VoxelSolver::solve(const NodalVector<double>& b, NodalVector<double>& x, double reference, const SolveOptions& options,
                               const Progress& progress) {
  const std::int64_t n = op_.model().unknown_count();
  SPONGIOSA_ASSERT(b.size() == n && x.size() == n && reference >= 0.0);
  NodalVector<double> r(op_.model()), p(op_.model());
  // K p in single precision: the residual of the recurrence drifts from the true one by some 1e-7 of where it began, also along motions
  // without stiffness. The true one is put in its place each time it has fallen to a thousandth, and decides at the end.
  NodalVector<float> q(op_.model());
  const auto true_residual = [&] {
    apply_one(op_, static_cast<const double*>(x.data()), [&](std::size_t, const VoxelBlock& block, const double* force) {
      for (std::int64_t i = 0; i < 3 * block.node_count; ++i) r[3 * block.first_node + i] = b[3 * block.first_node + i] - force[i];
    });
    op_.clear_fixed(r.data());
    const double norm = std::sqrt(sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
      double sum = 0.0;
      for (std::int64_t i = from; i < to; ++i) sum += r[i] * r[i];
      return sum;
    }));
    if (!std::isfinite(norm)) fail_input("the loads or prescribed displacements of the voxel model are not finite");
    return norm;
  };
  double norm = true_residual();
  if (reference == 0.0) reference = norm;
  SolveReport report;
  if (norm == 0.0) return report;
  report.relative_residual = norm / reference;
  constexpr double kRecurrenceTarget = 0.95;  // leaves room for the drift
  double pq = 0.0;
  bool is_true = true;            // r is b - K x
  double last_true_norm = norm;
  std::vector<double> strip_sums(op_.model().strips().size());
  while (!is_true || report.relative_residual > options.tolerance) {
    if (report.iterations == options.max_iterations)
      fail_computation("the voxel solver stopped after {} iterations at a relative residual of {:.1e}; expected {:.1e}. Loose pieces, hinges "
                       "or a very high stiffness contrast slow it down",
                       report.iterations, report.relative_residual, options.tolerance);
    progress.report(std::min(0.99, std::log(report.relative_residual) / std::log(options.tolerance)),
                    fmt::format("iteration {}, relative residual {:.1e}", report.iterations, report.relative_residual));
    precondition({r.data(), 1.0 / norm});  // scaled, so that single precision has its whole range
    // Flexible conjugate gradients: z is made A-orthogonal to the last direction, whatever the preconditioner did.
    double beta = 0.0;
    if (report.iterations > 0)
      beta = -sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
        double sum = 0.0;
        for (std::int64_t i = from; i < to; ++i) sum += double(x_[i]) * double(q[i]);
        return sum;
      }) / pq;
    const double pr = sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
      double sum = 0.0;
      for (std::int64_t i = from; i < to; ++i) {
        p[i] = double(x_[i]) + beta * p[i];
        sum += p[i] * r[i];
      }
      return sum;
    });
    apply_one(op_, static_cast<const double*>(p.data()), [&](std::size_t strip, const VoxelBlock& block, const double* force) {
      if (&block == &op_.model().blocks()[std::size_t(op_.model().strips()[strip].first)]) strip_sums[strip] = 0.0;
      double sum = 0.0;
      for (std::int64_t i = 0; i < 3 * block.node_count; ++i) {
        q[3 * block.first_node + i] = float(force[i]);
        sum += force[i] * p[3 * block.first_node + i];
      }
      strip_sums[strip] += sum;
    });
    pq = 0.0;
    for (const double s : strip_sums) pq += s;
    if (!(pq > 0.0) || !std::isfinite(pr))
      fail_computation("the voxel solver met a direction without stiffness in iteration {}: the solid can move without deforming; hold it at "
                       "three points that are not in line, or leave out loose pieces",
                       report.iterations + 1);
    const double alpha = pr / pq;
    norm = std::sqrt(sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
      double sum = 0.0;
      for (std::int64_t i = from; i < to; ++i) {
        x[i] += alpha * p[i];
        r[i] -= alpha * double(q[i]);
        sum += r[i] * r[i];
      }
      return sum;
    }));
    if (!std::isfinite(norm)) fail_computation("the voxel solver diverged in iteration {}", report.iterations + 1);
    ++report.iterations;
    is_true = norm <= std::max(kRecurrenceTarget * options.tolerance * reference, 1e-3 * last_true_norm);
    if (is_true) last_true_norm = norm = true_residual();
    report.relative_residual = norm / reference;
  }
  return report;
}

}  // namespace spongiosa::fea::micro
