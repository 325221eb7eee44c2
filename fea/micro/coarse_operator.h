#pragma once
/// What the coarse solver asks of a level's operator.

#include "fea/micro/coarse_mesh.h"

#include <cstring>

namespace spongiosa::fea::micro {

/// Three components of a node and a zero: one SIMD register.
using Float4 [[gnu::vector_size(16)]] = float;
using CoarseVector = std::vector<Float4>;

/// The three rows of corner `corner` of element `element`, 24 numbers each (3 node + component).
using ElementRows = std::function<void(std::size_t element, int corner, float (&rows)[3][24])>;

/// Symmetric, positive semi-definite; rows and columns of held components are zero. Vectors are zero there.
class CoarseOperator {
 public:
  virtual ~CoarseOperator() = default;
  virtual std::int64_t bytes() const = 0;
  /// y = A x
  virtual void multiply(const CoarseVector& x, CoarseVector& y) const = 0;
  /// r = b - A x
  virtual void residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const = 0;
  /// x_old becomes x + momentum (x - x_old) + step D^-1 (b - A x), with D the 3x3 blocks of the diagonal.
  virtual void smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const = 0;
  /// x = step D^-1 b
  void smooth_zero(CoarseVector& x, const CoarseVector& b, float step) const;
  /// Upper estimate of the largest eigenvalue of D^-1 A: twelve power steps from a fixed start, and a tenth more.
  double largest_eigenvalue() const;
  std::int32_t rows() const { return std::int32_t(inverse_.size() / 9); }

 protected:
  CoarseOperator() = default;
  /// @param diagonal  3x3 block of every node, 9 numbers by columns
  void invert_diagonal(const CoarseMesh& mesh, const std::vector<float>& diagonal);
  std::vector<float> inverse_;  ///< of the diagonal blocks, 9 per node by columns, and 4 more that may be read
};

[[gnu::always_inline]] inline Float4 load4(const float* from) {
  Float4 v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
/// 3x3 block (by columns) times x. The fourth lane holds numbers of the next block: without meaning, finite, cut off by the caller.
[[gnu::always_inline]] inline Float4 times(const float* block, const Float4& x) {
  return load4(block) * x[0] + load4(block + 3) * x[1] + load4(block + 6) * x[2];
}
inline constexpr Float4 kThree = {1, 1, 1, 0};

}  // namespace spongiosa::fea::micro
