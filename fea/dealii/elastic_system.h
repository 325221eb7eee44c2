#pragma once
/// What the linear solver has to know of a finite element model: which nodes a cell has, its matrix, and K times a vector.

#include "core/vector.h"

#include <cstdint>
#include <span>
#include <vector>

namespace spongiosa::fea {

/// Three unknowns per node: 3 * node + component.
struct ElasticSystem {
  virtual ~ElasticSystem() = default;
  virtual std::size_t cell_count() const = 0;
  virtual std::span<const std::int32_t> nodes_of(std::size_t cell) const = 0;
  /// Symmetric, 3 * nodes_of(cell).size() rows. N/mm.
  virtual void matrix_of(std::size_t cell, Eigen::MatrixXd& matrix) const = 0;
  /// K * displacement without any constraint, cell by cell in order: independent of the assembled matrix.
  virtual std::vector<double> apply(const std::vector<double>& displacement) const = 0;
};

}  // namespace spongiosa::fea
