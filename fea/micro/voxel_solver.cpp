#include "fea/micro/voxel_solver.h"

#include "core/error.h"
#include "fea/micro/element_matrix.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kChunk = 32768;  // a multiple of 8

template <int Lanes>
using Sums = std::array<double, std::size_t(Lanes)>;

template <int Lanes>
Sums<Lanes> gather(const Eight& eight) {
  Sums<Lanes> sums{};
  for (std::size_t l = 0; l < 8; ++l) sums[l % Lanes] += eight[l];
  return sums;
}
template <int Lanes>
Eight spread(const Sums<Lanes>& sums) {
  Eight eight;
  for (std::size_t l = 0; l < 8; ++l) eight[l] = sums[l % Lanes];
  return eight;
}
Eight add(const std::vector<Eight>& all) {
  Eight sum{};
  for (const Eight& s : all)
    for (std::size_t l = 0; l < 8; ++l) sum[l] += s[l];
  return sum;
}

/// work(first, count, sums) for chunks of fixed size; returns the sums, added in order. Vectors have zeros to the next multiple of 8.
template <int Lanes, class Work>
Sums<Lanes> sum_chunks(std::int64_t numbers, const Work& work) {
  const std::int64_t count = (numbers + 7) / 8 * 8, chunks = (count + kChunk - 1) / kChunk;
  std::vector<Eight> sums(std::size_t(chunks), Eight{});
  tbb::parallel_for(std::int64_t(0), chunks,
                    [&](std::int64_t c) { work(c * kChunk, std::min(count - c * kChunk, kChunk), sums[std::size_t(c)]); });
  return gather<Lanes>(add(sums));
}

}  // namespace

template <int Lanes>
struct VoxelSolver::Vectors {
  explicit Vectors(const VoxelBlocks& model) : r(model), p(model), q(model), x(model), y(model) {}
  NodalVector<double, Lanes> r, p;
  /// K p in single precision: the residual of the recurrence drifts from the true one by some 1e-7 of where it began, also along motions
  /// without stiffness. The true one is put in its place each time it has fallen to a thousandth, and decides at the end.
  NodalVector<float, Lanes> q;
  NodalVector<float, Lanes> x, y;  ///< of the preconditioner
};

VoxelSolver::VoxelSolver(const VoxelOperator& op, const MultigridOptions& options, const Progress& progress)
    : VoxelSolver(op, nullptr, options, progress) {}
VoxelSolver::VoxelSolver(const VoxelOperator& op, const VoxelShare& share, const MultigridOptions& options, const Progress& progress)
    : VoxelSolver(op, &share, options, progress) {}
VoxelSolver::VoxelSolver(const VoxelOperator& op, const VoxelShare* share, const MultigridOptions& options, const Progress& progress)
    : op_(op), share_(share), coarse_(op.model(), op.poisson_ratio(), op.fixed(), options, share, progress), inverse_diagonal_(op.inverse_diagonal()),
      steps_(jacobi_bound(op.poisson_ratio()), options.smoothing_range, options.fine_degree) {}

VoxelSolver::~VoxelSolver() = default;

std::int64_t VoxelSolver::bytes() const {
  const std::int64_t n = op_.model().unknown_count();
  std::int64_t bytes = n * (2 * 8 + 3 * 4) + n / 3 * 4;
  for (const auto& level : levels()) bytes += level.bytes;
  return bytes;
}

std::int64_t VoxelSolver::bytes_together() const {
  return kLoadLanes * op_.model().unknown_count() * (3 * 8 + 3 * 4) + coarse_.lane_bytes();
}

/// v.x = M^-1 b
template <int Lanes>
void VoxelSolver::precondition(const ScaledVector<Lanes>& b, Vectors<Lanes>& v) {
  NodalVector<float, Lanes>* now = &v.x;
  NodalVector<float, Lanes>* other = &v.y;
  const auto part = [&](const VoxelBlock& block) { return ScaledVector<Lanes>{b.value + Lanes * 3 * block.first_node, b.scale}; };
  const auto smooth = [&](std::size_t from) {
    for (std::size_t k = from; k < steps_.step.size(); ++k) {
      update(now->data());
      op_.apply_blocks<Lanes>(static_cast<const float*>(now->data()), VoxelOperator::Rows::kFree,
                              [&](std::size_t, const VoxelBlock& block, const float* force) {
                                const std::int64_t first = Lanes * 3 * block.first_node;
                                smooth_block<Lanes>(block.node_count, now->data() + first, other->data() + first, part(block), force,
                                                    inverse_diagonal_.data() + block.first_node, steps_.momentum[k], steps_.step[k]);
                              });
      std::swap(now, other);
    }
  };
  tbb::parallel_for(std::size_t(0), op_.model().own_blocks().size(), [&](std::size_t number) {
    const VoxelBlock& block = op_.model().own_blocks()[number];
    const std::int64_t first = Lanes * 3 * block.first_node;
    smooth_zero_block<Lanes>(block.node_count, now->data() + first, other->data() + first, part(block),
                             inverse_diagonal_.data() + block.first_node, steps_.step[0]);
  });
  smooth(1);
  update(now->data());
  op_.apply_blocks<Lanes>(static_cast<const float*>(now->data()), VoxelOperator::Rows::kFree,
                          [&](std::size_t, const VoxelBlock& block, const float* force) {
                            residual_block<Lanes>(3 * block.node_count, part(block), force, other->data() + Lanes * 3 * block.first_node);
                          });
  coarse_.correct<std::conditional_t<Lanes == 1, Float4, LaneNode>>(other->data(), now->data());
  op_.clear_fixed<Lanes>(now->data());
  smooth(0);
  if (now != &v.x) std::swap(v.x, v.y);
}

template <int Lanes>
std::array<SolveReport, std::size_t(Lanes)> VoxelSolver::run(const std::array<const NodalVector<double>*, std::size_t(Lanes)>& b,
                                                             NodalVector<double, Lanes>& x, Sums<Lanes> reference,
                                                             const SolveOptions& options, const Progress& progress) {
  const std::int64_t numbers = Lanes * op_.model().own_unknown_count();
  SPONGIOSA_ASSERT(x.size() == Lanes * op_.model().unknown_count() && (Lanes == 1 || !share_));
  Vectors<Lanes> v(op_.model());
  const auto true_residual = [&] {
    update(x.data());
    op_.apply_blocks<Lanes>(static_cast<const double*>(x.data()), VoxelOperator::Rows::kFree,
                            [&](std::size_t, const VoxelBlock& block, const double* force) {
                              for (int lane = 0; lane < Lanes; ++lane) {
                                const double* loads = b[std::size_t(lane)] && b[std::size_t(lane)]->size() ? b[std::size_t(lane)]->data() : nullptr;
                                for (std::int64_t i = 0; i < 3 * block.node_count; ++i) {
                                  const std::int64_t at = 3 * block.first_node + i;
                                  v.r[Lanes * at + lane] = (loads ? loads[at] : 0.0) - force[Lanes * i + lane];
                                }
                              }
                            });
    op_.clear_fixed<Lanes>(v.r.data());
    Sums<Lanes> norm = total(
        sum_chunks<Lanes>(numbers, [&](std::int64_t from, std::int64_t count, Eight& sums) { add_square(count, v.r.data() + from, sums); }));
    for (double& n : norm) {
      n = std::sqrt(n);
      if (!std::isfinite(n)) fail_input("the loads or prescribed displacements of the voxel model are not finite");
    }
    return norm;
  };
  Sums<Lanes> norm = true_residual(), last_true_norm = norm;
  std::array<bool, std::size_t(Lanes)> active;
  std::array<SolveReport, std::size_t(Lanes)> reports;
  int iterations = 0;
  double worst = 0.0;  // relative residual
  const auto assess = [&](bool is_true) {
    worst = 0.0;
    for (std::size_t l = 0; l < Lanes; ++l) {
      if (iterations > 0 && !active[l]) continue;
      reports[l] = {iterations, reference[l] > 0.0 ? norm[l] / reference[l] : 0.0};
      worst = std::max(worst, reports[l].relative_residual);
      if (is_true) active[l] = reports[l].relative_residual > options.tolerance;
    }
    return std::find(active.begin(), active.end(), true) != active.end();
  };
  for (std::size_t l = 0; l < Lanes; ++l)
    if (reference[l] == 0.0) reference[l] = norm[l];
  constexpr double kRecurrenceTarget = 0.95;  // leaves room for the drift
  Sums<Lanes> pq{};
  std::vector<Eight> strip_sums(op_.model().own_strips().size());
  bool more = assess(true);
  while (more) {
    if (iterations == options.max_iterations)
      fail_computation("the voxel solver stopped after {} iterations at a relative residual of {:.1e}; expected {:.1e}. Loose pieces, hinges "
                       "or a very high stiffness contrast slow it down",
                       iterations, worst, options.tolerance);
    progress.report(std::min(0.99, std::log(worst) / std::log(options.tolerance)),
                    fmt::format("iteration {}, relative residual {:.1e}", iterations, worst));
    ScaledVector<Lanes> scaled{v.r.data(), {}};  // so that single precision has its whole range
    for (std::size_t l = 0; l < Lanes; ++l) scaled.scale[l] = active[l] ? 1.0 / norm[l] : 0.0;
    precondition(scaled, v);
    // Flexible conjugate gradients: z is made A-orthogonal to the last direction, whatever the preconditioner did.
    Sums<Lanes> beta{};
    if (iterations > 0)
      beta = total(sum_chunks<Lanes>(numbers, [&](std::int64_t from, std::int64_t count, Eight& sums) {
        add_product(count, v.x.data() + from, v.q.data() + from, sums);
      }));
    for (std::size_t l = 0; l < Lanes; ++l) beta[l] = active[l] && pq[l] > 0.0 ? -beta[l] / pq[l] : 0.0;
    const Eight betas = spread<Lanes>(beta);
    const Sums<Lanes> pr = total(sum_chunks<Lanes>(numbers, [&](std::int64_t from, std::int64_t count, Eight& sums) {
      next_direction(count, v.x.data() + from, betas, v.r.data() + from, v.p.data() + from, sums);
    }));
    update(v.p.data());
    std::fill(strip_sums.begin(), strip_sums.end(), Eight{});
    op_.apply_blocks<Lanes>(static_cast<const double*>(v.p.data()), VoxelOperator::Rows::kFree,
                            [&](std::size_t strip, const VoxelBlock& block, const double* force) {
                              const std::int64_t first = Lanes * 3 * block.first_node;
                              keep_product(Lanes * 3 * block.node_count, force, v.p.data() + first, v.q.data() + first, strip_sums[strip]);
                            });
    pq = total(gather<Lanes>(add(strip_sums)));
    Sums<Lanes> alpha{};
    for (std::size_t l = 0; l < Lanes; ++l) {
      if (!active[l]) continue;
      if (!(pq[l] > 0.0) || !std::isfinite(pr[l]))
        fail_computation("the voxel solver met a direction without stiffness in iteration {}: the solid can move without deforming; hold it "
                         "at three points that are not in line, or leave out loose pieces",
                         iterations + 1);
      alpha[l] = pr[l] / pq[l];
    }
    const Eight alphas = spread<Lanes>(alpha);
    norm = total(sum_chunks<Lanes>(numbers, [&](std::int64_t from, std::int64_t count, Eight& sums) {
      step_along(count, alphas, v.p.data() + from, v.q.data() + from, x.data() + from, v.r.data() + from, sums);
    }));
    ++iterations;
    bool due = false;
    for (std::size_t l = 0; l < Lanes; ++l) {
      norm[l] = std::sqrt(norm[l]);
      if (!std::isfinite(norm[l])) fail_computation("the voxel solver diverged in iteration {}", iterations);
      due = due || (active[l] && norm[l] <= std::max(kRecurrenceTarget * options.tolerance * reference[l], 1e-3 * last_true_norm[l]));
    }
    if (due) last_true_norm = norm = true_residual();
    more = assess(due);
  }
  return reports;
}

SolveReport VoxelSolver::solve(const NodalVector<double>& b, NodalVector<double>& x, double reference, const SolveOptions& options,
                               const Progress& progress) {
  SPONGIOSA_ASSERT((b.size() == 0 || b.size() == x.size()) && reference >= 0.0);
  return run<1>({&b}, x, {reference}, options, progress)[0];
}

std::vector<SolveReport> VoxelSolver::solve_all(std::span<const LoadCase> cases, const SolveOptions& options, const Progress& progress) {
  std::vector<SolveReport> reports(cases.size());
  const auto part = [&](std::size_t from, std::size_t to) {
    return progress.part(double(from) / double(cases.size()), double(to) / double(cases.size()));
  };
  for (std::size_t first = 0; first < cases.size();) {
    const std::size_t left = cases.size() - first;
    const std::size_t count = left >= kLeastTogether && !share_ && bytes_together() <= kBytesTogether ? std::min(left, std::size_t(kLoadLanes)) : 1;
    const LoadCase& one = cases[first];
    if (count == 1) reports[first] = solve(*one.b, *one.x, one.reference, options, part(first, first + 1));
    else solve_together(cases.subspan(first, count), &reports[first], options, part(first, first + count));
    first += count;
  }
  return reports;
}

void VoxelSolver::solve_together(std::span<const LoadCase> cases, SolveReport* reports, const SolveOptions& options,
                                 const Progress& progress) {
  NodalVector<double, kLoadLanes> x(op_.model());
  std::array<const NodalVector<double>*, kLoadLanes> b{};
  std::array<double, kLoadLanes> reference{};
  for (std::size_t l = 0; l < cases.size(); ++l) {
    SPONGIOSA_ASSERT(cases[l].x->size() == op_.model().unknown_count());
    b[l] = cases[l].b;
    reference[l] = cases[l].reference;
  }
  const auto for_unknowns = [&](const auto& work) {
    tbb::parallel_for(std::size_t(0), op_.model().blocks().size(), [&](std::size_t number) {
      const VoxelBlock& block = op_.model().blocks()[number];
      for (std::size_t l = 0; l < cases.size(); ++l)
        for (std::int64_t i = 3 * block.first_node; i < 3 * (block.first_node + block.node_count); ++i)
          work((*cases[l].x)[i], x[kLoadLanes * i + std::int64_t(l)]);
    });
  };
  for_unknowns([](double& own, double& lane) { lane = own; });
  const auto all = run<kLoadLanes>(b, x, reference, options, progress);
  std::copy_n(all.begin(), cases.size(), reports);
  for_unknowns([](double& own, double& lane) { own = lane; });
  coarse_.forget_lanes();
}

}  // namespace spongiosa::fea::micro
