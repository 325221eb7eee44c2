#include "fea/micro/voxel_solver.h"

#include "core/error.h"
#include "fea/micro/vector_kernels.h"

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
      steps_(jacobi_bound(op.poisson_ratio()), options.smoothing_range, options.fine_degree), b_(op.model()), x_(op.model()), y_(op.model()) {}

VoxelSolver::~VoxelSolver() = default;

std::int64_t VoxelSolver::bytes() const {
  const std::int64_t n = op_.model().unknown_count();
  std::int64_t bytes = n * (4 * 8 + 3 * 4) + n / 3 * 4;
  for (const auto& level : levels()) bytes += level.bytes;
  return bytes;
}

/// x_ = M^-1 b_
void VoxelSolver::precondition() {
  const std::int64_t n = b_.size();
  NodalVector<float>* now = &x_;
  NodalVector<float>* other = &y_;
  const auto smooth = [&](std::size_t from) {
    for (std::size_t k = from; k < steps_.step.size(); ++k) {
      apply_one(op_, static_cast<const float*>(now->data()), [&](std::size_t, const VoxelBlock& block, const float* force) {
        const std::int64_t first = 3 * block.first_node;
        smooth_block(block.node_count, now->data() + first, other->data() + first, b_.data() + first, force,
                     inverse_diagonal_.data() + block.first_node, steps_.momentum[k], steps_.step[k]);
      });
      std::swap(now, other);
    }
  };
  tbb::parallel_for(std::size_t(0), op_.model().blocks().size(), [&](std::size_t b) {
    const VoxelBlock& block = op_.model().blocks()[b];
    for (int c = 0; c < 3; ++c)
      for (std::int64_t i = 0; i < block.node_count; ++i) {
        const std::int64_t at = 3 * block.first_node + c * block.node_count + i;
        (*now)[at] = steps_.step[0] * inverse_diagonal_[std::size_t(block.first_node + i)] * b_[at];
        (*other)[at] = 0.0f;
      }
  });
  smooth(1);
  apply_one(op_, static_cast<const float*>(now->data()), [&](std::size_t, const VoxelBlock& block, const float* force) {
    const std::int64_t first = 3 * block.first_node;
    residual_block(3 * block.node_count, b_.data() + first, force, other->data() + first);
  });
  coarse_.correct(other->data(), now->data());
  op_.clear_fixed(now->data());
  smooth(0);
  if (now != &x_) std::swap(x_, y_);
  SPONGIOSA_ASSERT(x_.size() == n);
}

SolveReport VoxelSolver::solve(const NodalVector<double>& b, NodalVector<double>& x, double reference, const SolveOptions& options,
                               const Progress& progress) {
  const std::int64_t n = op_.model().unknown_count();
  SPONGIOSA_ASSERT(b.size() == n && x.size() == n && reference >= 0.0);
  NodalVector<double> r(op_.model()), p(op_.model()), q(op_.model());
  apply_one(op_, static_cast<const double*>(x.data()), [&](std::size_t, const VoxelBlock& block, const double* force) {
    for (std::int64_t i = 0; i < 3 * block.node_count; ++i) r[3 * block.first_node + i] = b[3 * block.first_node + i] - force[i];
  });
  op_.clear_fixed(r.data());
  double norm = std::sqrt(sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
    double sum = 0.0;
    for (std::int64_t i = from; i < to; ++i) sum += r[i] * r[i];
    return sum;
  }));
  if (!std::isfinite(norm)) fail_input("the loads or prescribed displacements of the voxel model are not finite");
  if (reference == 0.0) reference = norm;
  SolveReport report;
  if (norm == 0.0) return report;
  report.relative_residual = norm / reference;
  double pq = 0.0;
  std::vector<double> strip_sums(op_.model().strips().size());
  while (report.relative_residual > options.tolerance) {
    if (report.iterations == options.max_iterations)
      fail_computation("the voxel solver stopped after {} iterations at a relative residual of {:.1e}; expected {:.1e}. Loose pieces, hinges "
                       "or a very high stiffness contrast slow it down",
                       report.iterations, report.relative_residual, options.tolerance);
    progress.report(std::min(0.99, std::log(report.relative_residual) / std::log(options.tolerance)),
                    fmt::format("iteration {}, relative residual {:.1e}", report.iterations, report.relative_residual));
    // Scaled, so that single precision has its whole range.
    const double scale = 1.0 / norm;
    sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t i = from; i < to; ++i) b_[i] = float(scale * r[i]);
      return 0.0;
    });
    precondition();
    // Flexible conjugate gradients: z is made A-orthogonal to the last direction, whatever the preconditioner did.
    double beta = 0.0;
    if (report.iterations > 0)
      beta = -sum_chunks(n, [&](std::int64_t from, std::int64_t to) {
        double sum = 0.0;
        for (std::int64_t i = from; i < to; ++i) sum += double(x_[i]) * q[i];
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
        q[3 * block.first_node + i] = force[i];
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
        r[i] -= alpha * q[i];
        sum += r[i] * r[i];
      }
      return sum;
    }));
    ++report.iterations;
    report.relative_residual = norm / reference;
    if (!std::isfinite(norm)) fail_computation("the voxel solver diverged in iteration {}", report.iterations);
  }
  return report;
}

}  // namespace spongiosa::fea::micro
