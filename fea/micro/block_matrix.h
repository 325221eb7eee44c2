#pragma once
/// Sparse matrix of 3x3 blocks for the coarse levels, single precision, with the smoother's step fused into the product.

#include "fea/micro/coarse_mesh.h"
#include "fea/micro/element_matrix.h"

namespace spongiosa::fea::micro {

/// Three components of a node and a zero: one SIMD register.
using Float4 [[gnu::vector_size(16)]] = float;
using CoarseVector = std::vector<Float4>;

class BlockMatrix {
 public:
  /// The three rows of corner `corner` of element `element`, 24 numbers each.
  using ElementRows = std::function<void(std::size_t element, int corner, float (&rows)[3][24])>;
  /// Sum of the elements; rows and columns of held components become zero.
  BlockMatrix(const CoarseMesh& mesh, const ElementRows& element_rows);

  std::int32_t rows() const { return std::int32_t(begin_.size()) - 1; }
  std::int64_t bytes() const;
  /// y = A x
  void multiply(const CoarseVector& x, CoarseVector& y) const;
  /// r = b - A x
  void residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const;
  /// x_old becomes x + momentum (x - x_old) + step D^-1 (b - A x), with D the 3x3 blocks of the diagonal.
  void smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const;
  /// x = step D^-1 b
  void smooth_zero(CoarseVector& x, const CoarseVector& b, float step) const;
  /// Upper estimate of the largest eigenvalue of D^-1 A: twelve power steps from a fixed start, and a tenth more.
  double largest_eigenvalue() const;
  /// Calls visit(row, column, value(3x3 in columns)) for all blocks.
  template <class Visit>
  void visit_blocks(const Visit& visit) const {
    for (std::int32_t r = 0; r < rows(); ++r)
      for (std::int64_t k = begin_[std::size_t(r)]; k < begin_[std::size_t(r) + 1]; ++k)
        visit(r, column_[std::size_t(k)], &value_[9 * std::size_t(k)]);
  }

 private:
  std::vector<std::int64_t> begin_;
  std::vector<std::int32_t> column_;
  std::vector<float> value_;    ///< 9 per block by columns, and 4 more that may be read
  std::vector<float> inverse_;  ///< of the diagonal blocks, as value_
};

}  // namespace spongiosa::fea::micro
