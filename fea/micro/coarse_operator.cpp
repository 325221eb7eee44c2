#include "fea/micro/coarse_operator.h"

#include "core/error.h"

#include <Eigen/Dense>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::fea::micro {

void CoarseOperator::invert_diagonal(const CoarseMesh& mesh, const std::vector<float>& diagonal) {
  const std::size_t count = std::size_t(mesh.node_count);
  SPONGIOSA_ASSERT(diagonal.size() == 9 * count);
  inverse_.assign(9 * count + 4, 0.0f);
  tbb::parallel_for(std::size_t(0), count, [&](std::size_t n) {
    Eigen::Matrix3d block = Eigen::Map<const Eigen::Matrix3f>(&diagonal[9 * n]).cast<double>();
    for (int c = 0; c < 3; ++c)
      if (mesh.fixed[n] >> c & 1) {
        block.row(c).setZero();
        block.col(c).setZero();
        block(c, c) = 1.0;
      }
    // Far from the solid a block can be singular to working precision; a trace of its size keeps the inverse bounded.
    block += Eigen::Matrix3d::Identity() * (1e-6 * block.trace());
    Eigen::Matrix3d inverse = block.inverse();
    for (int c = 0; c < 3; ++c)
      if (mesh.fixed[n] >> c & 1) inverse(c, c) = 0.0;
    for (int c = 0; c < 3; ++c)
      for (int r = 0; r < 3; ++r) inverse_[9 * n + std::size_t(3 * c + r)] = float(inverse(r, c));
  });
}

void CoarseOperator::smooth_zero(CoarseVector& x, const CoarseVector& b, float step) const {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, std::size_t(rows()), 2048), [&](const auto& range) {
    for (std::size_t r = range.begin(); r < range.end(); ++r) x[r] = step * times(&inverse_[9 * r], b[r]) * kThree;
  });
}

double CoarseOperator::largest_eigenvalue() const {
  CoarseVector x(inverse_.size() / 9), y(x.size());
  std::uint32_t state = 12345;
  for (std::size_t n = 0; n < x.size(); ++n)
    for (int c = 0; c < 3; ++c) {
      state = state * 1664525u + 1013904223u;
      const bool held = inverse_[9 * n + std::size_t(4 * c)] == 0.0f;
      x[n][c] = held ? 0.0f : float(state >> 8) / 8388608.0f - 1.0f;
    }
  const auto norm = [](const CoarseVector& v) {
    double sum = 0.0;
    for (const Float4& f : v) sum += double(f[0]) * f[0] + double(f[1]) * f[1] + double(f[2]) * f[2];
    return std::sqrt(sum);
  };
  double value = 0.0;
  for (int step = 0; step < 12; ++step) {
    const double before = norm(x);
    if (before == 0.0) return 1.0;  // every component is held
    for (Float4& v : x) v *= float(1.0 / before);
    multiply(x, y);
    smooth_zero(x, y, 1.0f);
    value = norm(x);
  }
  return value > 0.0 ? 1.1 * value : 1.0;
}

}  // namespace spongiosa::fea::micro
