#include "fea/linear/elastic_solver.h"

#include "core/error.h"
#include "fea/linear/multigrid.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::fea::linear {
namespace {

/// Elements whose matrices are computed side by side and added in order.
constexpr std::size_t kBatch = 4096;
/// Rounds of correction from the true residual; a second one is needed where rounding parts it from that of the conjugate gradients.
constexpr int kRounds = 4;

BlockMatrix<double, 3, 3> assemble(const ElasticSystem& system, std::size_t nodes, const Progress& progress) {
  // Which elements a node has, then which nodes share one with it.
  std::vector<std::int64_t> first(nodes + 1, 0);
  for (std::size_t e = 0; e < system.cell_count(); ++e)
    for (const std::int32_t n : system.nodes_of(e)) ++first[std::size_t(n) + 1];
  for (std::size_t n = 0; n < nodes; ++n) first[n + 1] += first[n];
  std::vector<std::int32_t> elements(std::size_t(first[nodes]));
  std::vector<std::int64_t> next(first.begin(), first.end() - 1);
  for (std::size_t e = 0; e < system.cell_count(); ++e)
    for (const std::int32_t n : system.nodes_of(e)) elements[std::size_t(next[std::size_t(n)]++)] = std::int32_t(e);
  BlockMatrix<double, 3, 3> matrix;
  std::vector<std::vector<std::int32_t>> neighbours(nodes);
  tbb::parallel_for(std::size_t(0), nodes, [&](std::size_t n) {
    std::vector<std::int32_t>& own = neighbours[n];
    for (std::int64_t k = first[n]; k < first[n + 1]; ++k) {
      const auto more = system.nodes_of(std::size_t(elements[std::size_t(k)]));
      own.insert(own.end(), more.begin(), more.end());
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    own.shrink_to_fit();
  });
  matrix.first.resize(nodes + 1, 0);
  for (std::size_t n = 0; n < nodes; ++n) matrix.first[n + 1] = matrix.first[n] + std::int64_t(neighbours[n].size());
  matrix.column.reserve(std::size_t(matrix.first[nodes]));
  for (std::vector<std::int32_t>& own : neighbours) {
    matrix.column.insert(matrix.column.end(), own.begin(), own.end());
    std::vector<std::int32_t>().swap(own);
  }
  matrix.value.assign(matrix.column.size() * 9, 0.0);

  std::vector<Eigen::MatrixXd> batch(kBatch);
  for (std::size_t begin = 0; begin < system.cell_count(); begin += kBatch) {
    progress.report(double(begin) / double(system.cell_count()), "assembling");
    const std::size_t count = std::min(kBatch, system.cell_count() - begin);
    tbb::parallel_for(std::size_t(0), count, [&](std::size_t e) { system.matrix_of(begin + e, batch[e]); });
    for (std::size_t e = 0; e < count; ++e) {
      const auto own = system.nodes_of(begin + e);
      for (std::size_t i = 0; i < own.size(); ++i) {
        const auto row_begin = matrix.column.begin() + matrix.first[std::size_t(own[i])];
        const auto row_end = matrix.column.begin() + matrix.first[std::size_t(own[i]) + 1];
        for (std::size_t j = 0; j < own.size(); ++j) {
          double* block = matrix.block(std::lower_bound(row_begin, row_end, own[j]) - matrix.column.begin());
          for (int r = 0; r < 3; ++r)
            for (int c = 0; c < 3; ++c) block[3 * r + c] += batch[e](3 * Eigen::Index(i) + r, 3 * Eigen::Index(j) + c);
        }
      }
    }
  }
  return matrix;
}

std::vector<ModeBlock<3>> rigid_modes(const std::vector<Vec3>& positions) {
  Vec3 mean = Vec3::Zero();
  for (const Vec3& p : positions) mean += p / double(positions.size());
  double size = 0.0;
  for (const Vec3& p : positions) size = std::max(size, (p - mean).norm());
  std::vector<ModeBlock<3>> modes(positions.size());
  for (std::size_t n = 0; n < positions.size(); ++n) {
    const Vec3 r = (positions[n] - mean) / std::max(size, 1e-300);
    modes[n] << 1, 0, 0, 0, r.z(), -r.y(), 0, 1, 0, -r.z(), 0, r.x(), 0, 0, 1, r.y(), -r.x(), 0;
  }
  return modes;
}

/// Dot products of R interleaved vectors, in pieces of fixed size that are added in order.
template <int R>
std::array<double, R> dots(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr std::size_t kPiece = 16384;
  const std::size_t rows = a.size() / R, pieces = (rows + kPiece - 1) / kPiece;
  std::vector<std::array<double, R>> sums(pieces);
  tbb::parallel_for(std::size_t(0), pieces, [&](std::size_t piece) {
    std::array<double, R> sum{};
    for (std::size_t i = piece * kPiece; i < std::min(rows, (piece + 1) * kPiece); ++i)
      for (std::size_t s = 0; s < R; ++s) sum[s] += a[i * R + s] * b[i * R + s];
    sums[piece] = sum;
  });
  std::array<double, R> total{};
  for (const auto& sum : sums)
    for (std::size_t s = 0; s < R; ++s) total[s] += sum[s];
  return total;
}

template <class Function>
void for_all(std::size_t count, const Function& f) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 16384), [&](const tbb::blocked_range<std::size_t>& range) {
    for (std::size_t i = range.begin(); i < range.end(); ++i) f(i);
  });
}

/// Solves A x = b from zero for R loads until each residual is below its target; a load that is done stands still. @return iterations of each
template <int R>
std::array<int, R> conjugate_gradients(const BlockMatrix<double, 3, 3>& a, const Multigrid& multigrid, std::vector<double>& b, std::vector<double>& x,
                                       const std::array<double, R>& target, int max_iterations, const Progress& progress, const std::string& what) {
  const std::size_t count = b.size();
  std::vector<double>& r = b;
  std::vector<double> p(count, 0.0), ap(count);
  std::vector<float> rf(count), zf(count);
  x.assign(count, 0.0);
  std::array<double, R> rz_before{}, first = dots<R>(r, r);
  std::array<int, R> iterations{};
  for (int iteration = 0; iteration <= max_iterations; ++iteration) {
    const std::array<double, R> norm = dots<R>(r, r);
    std::array<bool, R> running{};
    bool any = false;
    double done = 1.0;
    for (std::size_t s = 0; s < R; ++s) {
      running[s] = std::sqrt(norm[s]) > target[s];
      any = any || running[s];
      if (!running[s]) continue;
      iterations[s] = iteration;
      done = std::min(done, std::log(first[s] / norm[s]) / std::log(first[s] / (target[s] * target[s])));
    }
    if (!any || iteration == max_iterations) break;
    progress.report(std::clamp(done, 0.0, 1.0), fmt::format("{}: iteration {}", what, iteration));
    // Single precision holds numbers down to 1e-38: residuals are scaled to their norm.
    std::array<double, R> scale{};
    for (std::size_t s = 0; s < R; ++s) scale[s] = norm[s] > 0.0 ? 1.0 / std::sqrt(norm[s]) : 0.0;
    for_all(count, [&](std::size_t i) { rf[i] = float(r[i] * scale[i % R]); });
    multigrid.apply<R>(rf, zf);
    std::array<double, R> rz{}, beta{}, alpha{};
    {
      // ap serves as z in double precision.
      for_all(count, [&](std::size_t i) { ap[i] = double(zf[i]) / (scale[i % R] > 0.0 ? scale[i % R] : 1.0); });
      rz = dots<R>(r, ap);
      for (std::size_t s = 0; s < R; ++s) beta[s] = rz_before[s] > 0.0 ? rz[s] / rz_before[s] : 0.0;
      for_all(count, [&](std::size_t i) { p[i] = running[i % R] ? ap[i] + beta[i % R] * p[i] : 0.0; });
    }
    multiply<R>(a, p.data(), ap.data());
    const std::array<double, R> pap = dots<R>(p, ap);
    for (std::size_t s = 0; s < R; ++s) alpha[s] = running[s] && pap[s] > 0.0 ? rz[s] / pap[s] : 0.0;
    for_all(count, [&](std::size_t i) {
      x[i] += alpha[i % R] * p[i];
      r[i] -= alpha[i % R] * ap[i];
    });
    rz_before = rz;
  }
  return iterations;
}

}  // namespace

struct ElasticSolver::Impl {
  std::size_t nodes;
  BlockMatrix<double, 3, 3> matrix;
  Multigrid multigrid;

  Impl(const ElasticSystem& system, const std::vector<Vec3>& positions, const Progress& progress)
      : nodes(positions.size()), matrix(assemble(system, positions.size(), progress.part(0.0, 0.5))),
        multigrid(matrix, rigid_modes(positions), progress.part(0.5, 1.0)) {}

  template <int R>
  void solve(const std::vector<ElasticSolve>& loads, std::size_t begin, double tolerance, int max_iterations, const Progress& progress,
             std::vector<ElasticSolution>& solutions) const;
};

template <int R>
void ElasticSolver::Impl::solve(const std::vector<ElasticSolve>& loads, std::size_t begin, double tolerance, int max_iterations, const Progress& progress,
                                std::vector<ElasticSolution>& solutions) const {
  const std::size_t count = std::min<std::size_t>(R, loads.size() - begin), unknowns = 3 * nodes;
  std::array<double, R> norm{};
  for (std::size_t s = 0; s < count; ++s) {
    for (const double f : *loads[begin + s].load) norm[s] += f * f;
    norm[s] = std::sqrt(norm[s]);
  }
  std::vector<double> x(unknowns * R, 0.0), residual(unknowns * R), correction;
  for (int round = 0;; ++round) {
    // Of the sum of all corrections, not what the conjugate gradients carried along.
    multiply<R>(matrix, x.data(), residual.data());
    for (std::size_t i = 0; i < unknowns; ++i)
      for (std::size_t s = 0; s < R; ++s) residual[i * R + s] = (s < count ? (*loads[begin + s].load)[i] : 0.0) - residual[i * R + s];
    const std::array<double, R> square = dots<R>(residual, residual);
    std::array<double, R> target{};
    bool done = true;
    for (std::size_t s = 0; s < count; ++s) {
      ElasticSolution& solution = solutions[begin + s];
      solution.relative_residual = norm[s] > 0.0 ? std::sqrt(square[s]) / norm[s] : 0.0;
      target[s] = 0.5 * tolerance * norm[s];
      if (solution.relative_residual <= tolerance) continue;
      done = false;
      if (round == kRounds || solution.iterations >= max_iterations || !std::isfinite(square[s]))
        fail_computation("the linear solve of {} stopped at the relative residual {:.1e} after {} iterations (wanted {:.1e}); allow more iterations, or check "
                         "for thin or nearly detached parts of the model",
                         loads[begin + s].name, solution.relative_residual, solution.iterations, tolerance);
    }
    if (done) break;
    const std::string what = count == 1 ? loads[begin].name : fmt::format("{} load cases", count);
    const std::array<int, R> iterations = conjugate_gradients<R>(matrix, multigrid, residual, correction, target, max_iterations,
                                                                 round == 0 ? progress : Progress(), what);
    for (std::size_t s = 0; s < count; ++s) solutions[begin + s].iterations += iterations[s];
    for_all(x.size(), [&](std::size_t i) { x[i] += correction[i]; });
  }
  for (std::size_t s = 0; s < count; ++s)
    for (std::size_t i = 0; i < unknowns; ++i) solutions[begin + s].displacement_mm[i] = x[i * R + s];
}

ElasticSolver::ElasticSolver(const ElasticSystem& system, const std::vector<Vec3>& positions_mm, const Progress& progress)
    : impl_(std::make_unique<Impl>(system, positions_mm, progress)) {}
ElasticSolver::~ElasticSolver() = default;

std::vector<ElasticSolution> ElasticSolver::solve(const std::vector<ElasticSolve>& loads, double tolerance, int max_iterations,
                                                  const Progress& progress) const {
  std::vector<ElasticSolution> solutions(loads.size());
  for (ElasticSolution& solution : solutions) solution.displacement_mm.assign(3 * impl_->nodes, 0.0);
  for (std::size_t begin = 0; begin < loads.size();) {
    const std::size_t left = loads.size() - begin, count = left == 1 ? 1 : std::min<std::size_t>(4, left);
    const Progress part = progress.part(double(begin) / double(loads.size()), double(begin + count) / double(loads.size()));
    if (count == 1)
      impl_->solve<1>(loads, begin, tolerance, max_iterations, part, solutions);
    else
      impl_->solve<4>(loads, begin, tolerance, max_iterations, part, solutions);
    begin += count;
  }
  return solutions;
}

std::size_t ElasticSolver::memory_bytes() const { return impl_->matrix.bytes() + impl_->multigrid.memory_bytes(); }
int ElasticSolver::levels() const { return impl_->multigrid.levels(); }

}  // namespace spongiosa::fea::linear
