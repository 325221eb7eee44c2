#pragma once
/// Sparse matrix of 3x3 blocks for the coarse levels, single precision, with the smoother's step fused into the product.

#include "fea/micro/coarse_operator.h"
#include "fea/micro/element_matrix.h"

namespace spongiosa::fea::micro {

class BlockMatrix : public CoarseOperator {
 public:
  /// Sum of the elements; rows and columns of held components become zero.
  BlockMatrix(const CoarseMesh& mesh, const ElementRows& element_rows);

  std::int64_t bytes() const override;
  void multiply(const CoarseVector& x, CoarseVector& y) const override;
  void residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const override;
  void smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const override;
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
};

}  // namespace spongiosa::fea::micro
