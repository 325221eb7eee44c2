#include "fea/linear/multigrid.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::linear {
namespace {

/// Below this a level is factorised.
constexpr std::size_t kLastUnknowns = 1800;
constexpr int kSmoothingDegree = 3;
/// Ratio of the largest to the smallest eigenvalue that smoothing is meant for: groups are about three nodes wide.
constexpr float kSmoothingRange = 12.0f;
/// Couplings weaker than this do not join groups: those from bone into metal are.
constexpr double kThreshold = 0.02;

template <int B>
std::vector<Eigen::Matrix<double, B, B>> inverse_diagonals(const BlockMatrix<double, B, B>& a) {
  std::vector<Eigen::Matrix<double, B, B>> inverse(a.rows());
  tbb::parallel_for(std::size_t(0), a.rows(), [&](std::size_t row) {
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k)
      if (a.column[std::size_t(k)] == std::int32_t(row)) inverse[row] = Eigen::Matrix<double, B, B>(block_of(a, k)).inverse();
  });
  return inverse;
}

/// Power iterations on D^-1 A from a fixed vector, with a margin for what they lack.
template <int B>
double largest_eigenvalue(const BlockMatrix<double, B, B>& a, const std::vector<Eigen::Matrix<double, B, B>>& inverse) {
  std::vector<double> x(a.rows() * B), y(x.size());
  std::uint32_t random = 12345;
  for (double& v : x) {
    random = random * 1664525u + 1013904223u;
    v = double(random >> 8) / double(1u << 24) - 0.5;
  }
  double value = 1.0;
  for (int step = 0; step < 20; ++step) {
    multiply<1>(a, x.data(), y.data());
    tbb::parallel_for(std::size_t(0), a.rows(), [&](std::size_t row) {
      Eigen::Map<Eigen::Matrix<double, B, 1>> at(y.data() + row * B);
      at = (inverse[row] * at).eval();
    });
    double norm_x = 0.0, norm_y = 0.0;  // serial: the same for any number of threads
    for (std::size_t i = 0; i < x.size(); ++i) {
      norm_x += x[i] * x[i];
      norm_y += y[i] * y[i];
    }
    value = std::sqrt(norm_y / norm_x);
    const double scale = 1.0 / std::sqrt(norm_y);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = scale * y[i];
  }
  return 1.15 * value;
}

/// Prepares a level; returns the next one's matrix and modes.
template <int B>
BlockMatrix<double, kModes, kModes> set_up(const BlockMatrix<double, B, B>& a, std::vector<ModeBlock<B>> modes, Level<B>& level,
                                           std::vector<ModeBlock<kModes>>& next_modes) {
  const auto inverse = inverse_diagonals(a);
  level.matrix = converted<float>(a);
  level.inverse_diagonal.resize(a.rows() * B * B);
  for (std::size_t row = 0; row < a.rows(); ++row)
    for (int r = 0; r < B; ++r)
      for (int c = 0; c < B; ++c) level.inverse_diagonal[(row * B + std::size_t(r)) * B + std::size_t(c)] = float(inverse[row](r, c));
  const double largest = largest_eigenvalue(a, inverse);
  level.largest_eigenvalue = float(largest);
  std::int32_t groups = 0;
  const std::vector<std::int32_t> group = aggregate(a, kThreshold, groups);
  next_modes = orthonormalise<B>(modes, group, groups);
  const BlockMatrix<double, B, kModes> p = smoothed_prolongation(a, inverse, modes, group, groups, 4.0 / 3.0 / largest);
  const BlockMatrix<double, kModes, B> pt = transposed(p, std::size_t(groups));
  level.prolongation = converted<float>(p);
  level.restriction = converted<float>(pt);
  return coarse_matrix(a, p, pt);
}

}  // namespace

template <int B>
template <int R>
void Level<B>::smooth(const std::vector<float>& b, std::vector<float>& x, bool from_zero) const {
  const std::size_t count = rows() * B * R;
  std::vector<float> residual(b), step(count), product(count);
  if (!from_zero) {
    multiply<R>(matrix, x.data(), product.data());
    for (std::size_t i = 0; i < count; ++i) residual[i] -= product[i];
  } else {
    std::fill(x.begin(), x.end(), 0.0f);
  }
  const float high = largest_eigenvalue, low = high / kSmoothingRange, middle = 0.5f * (high + low), half = 0.5f * (high - low);
  float rho = half / middle;
  for (int degree = 0; degree < kSmoothingDegree; ++degree) {
    float keep = 0.0f, take = 1.0f / middle;
    if (degree > 0) {
      multiply<R>(matrix, step.data(), product.data());
      const float next = 1.0f / (2.0f * middle / half - rho);
      keep = next * rho;
      take = 2.0f * next / half;
      rho = next;
    }
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, rows(), 512), [&](const tbb::blocked_range<std::size_t>& range) {
      for (std::size_t row = range.begin(); row < range.end(); ++row) {
        float* r = residual.data() + row * B * R;
        float* s = step.data() + row * B * R;
        float* target = x.data() + row * B * R;
        const float* inverse = inverse_diagonal.data() + row * B * B;
        if (degree > 0)
          for (int i = 0; i < B * R; ++i) r[i] -= product[row * B * R + std::size_t(i)];
        float correction[B * R] = {};
        for (int i = 0; i < B; ++i)
          for (int j = 0; j < B; ++j)
            for (int v = 0; v < R; ++v) correction[i * R + v] += inverse[i * B + j] * r[j * R + v];
        for (int i = 0; i < B * R; ++i) {
          s[i] = (degree > 0 ? keep * s[i] : 0.0f) + take * correction[i];
          target[i] += s[i];
        }
      }
    });
  }
}

Multigrid::Multigrid(const BlockMatrix<double, 3, 3>& matrix, std::vector<ModeBlock<3>> modes, const Progress& progress) {
  std::vector<ModeBlock<kModes>> coarse_modes;
  progress.report(0.0, "setting up the multigrid");
  BlockMatrix<double, kModes, kModes> next = set_up<3>(matrix, std::move(modes), fine_, coarse_modes);
  while (next.rows() * kModes > kLastUnknowns) {
    progress.report(std::min(0.9, 0.6 + 0.1 * double(coarse_.size())), "setting up the multigrid");
    std::vector<ModeBlock<kModes>> modes_here = std::move(coarse_modes);
    Level<kModes> level;
    BlockMatrix<double, kModes, kModes> after = set_up<kModes>(next, std::move(modes_here), level, coarse_modes);
    if (after.rows() * 10 > next.rows() * 9) break;  // groups of single nodes: nothing left to gain
    coarse_.push_back(std::move(level));
    next = std::move(after);
  }
  constexpr std::size_t kMostDense = 12000;
  if (next.rows() * kModes > kMostDense)
    fail_computation("the multigrid's groups do not grow: {} are left; the model may hold many parts that hardly touch", next.rows());
  const Eigen::Index n = Eigen::Index(next.rows()) * kModes;
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t row = 0; row < next.rows(); ++row)
    for (std::int64_t k = next.first[row]; k < next.first[row + 1]; ++k)
      dense.block<kModes, kModes>(kModes * Eigen::Index(row), kModes * next.column[std::size_t(k)]) = block_of(next, k);
  last_.compute(dense);
  if (last_.info() != Eigen::Success) fail_computation("the last level of the multigrid is not positive definite; check supports and materials");
}

template <int R>
void Multigrid::cycle(std::size_t level, const std::vector<float>& b, std::vector<float>& x) const {
  const auto through = [&](const auto& own) {
    const std::size_t fine_count = b.size(), coarse_rows = own.restriction.rows();
    own.template smooth<R>(b, x, true);
    std::vector<float> residual(fine_count);
    multiply<R>(own.matrix, x.data(), residual.data());
    for (std::size_t i = 0; i < fine_count; ++i) residual[i] = b[i] - residual[i];
    std::vector<float> coarse_b(coarse_rows * kModes * R), coarse_x(coarse_b.size());
    multiply<R>(own.restriction, residual.data(), coarse_b.data());
    cycle<R>(level + 1, coarse_b, coarse_x);
    multiply<R, true>(own.prolongation, coarse_x.data(), x.data());
    own.template smooth<R>(b, x, false);
  };
  if (level == 0) {
    through(fine_);
  } else if (level <= coarse_.size()) {
    through(coarse_[level - 1]);
  } else {
    const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> right(b.data(), Eigen::Index(b.size() / R), R);
    Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(x.data(), right.rows(), R) =
        last_.solve(Eigen::MatrixXd(right.cast<double>())).cast<float>();
  }
}

template <int R>
void Multigrid::apply(const std::vector<float>& b, std::vector<float>& x) const {
  cycle<R>(0, b, x);
}

template void Multigrid::apply<1>(const std::vector<float>&, std::vector<float>&) const;
template void Multigrid::apply<4>(const std::vector<float>&, std::vector<float>&) const;

std::size_t Multigrid::memory_bytes() const {
  const auto of = [](const auto& level) {
    return level.matrix.bytes() + level.prolongation.bytes() + level.restriction.bytes() + level.inverse_diagonal.size() * sizeof(float);
  };
  std::size_t sum = of(fine_) + std::size_t(last_.rows()) * std::size_t(last_.rows()) * sizeof(double);
  for (const auto& level : coarse_) sum += of(level);
  return sum;
}

}  // namespace spongiosa::fea::linear
