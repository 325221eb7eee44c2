#pragma once
/// A V-cycle of smoothed aggregation in single precision: Chebyshev smoothing by block diagonals, a factorised last level. Vectors as in `multiply`
/// (block_matrix.h).

#include "core/progress.h"
#include "fea/linear/aggregation.h"

#include <memory>

namespace spongiosa::fea::linear {

/// One level. B: unknowns per node.
template <int B>
struct Level {
  BlockMatrix<float, B, B> matrix;
  std::vector<float> inverse_diagonal;  ///< B x B per node
  float largest_eigenvalue = 1.0f;      ///< of inverse diagonal times matrix, an upper estimate
  BlockMatrix<float, B, kModes> prolongation;
  BlockMatrix<float, kModes, B> restriction;
  std::size_t rows() const { return matrix.rows(); }

  /// Chebyshev steps on A x = b from the given x (`from_zero`: x is 0 and need not be read).
  template <int R>
  void smooth(const std::vector<float>& b, std::vector<float>& x, bool from_zero) const;
};

class Multigrid {
 public:
  /// @param modes  rigid motions at every node
  Multigrid(const BlockMatrix<double, 3, 3>& matrix, std::vector<ModeBlock<3>> modes, const Progress& progress);

  /// x = one V-cycle from zero on b, for R vectors side by side.
  template <int R>
  void apply(const std::vector<float>& b, std::vector<float>& x) const;

  std::size_t memory_bytes() const;
  int levels() const { return 2 + int(coarse_.size()); }

 private:
  template <int R>
  void cycle(std::size_t level, const std::vector<float>& b, std::vector<float>& x) const;

  Level<3> fine_;
  std::vector<Level<kModes>> coarse_;
  Eigen::LLT<Eigen::MatrixXd> last_;
};

}  // namespace spongiosa::fea::linear
