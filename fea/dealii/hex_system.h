#pragma once
/// The elastic operator of equal hexahedra: sum over cells and parts of coefficient * element matrix.

#include "fea/dealii/elastic_system.h"
#include "fea/dealii/element.h"

#include <cstdint>
#include <vector>

namespace spongiosa::fea {

struct HexSystem : ElasticSystem {
  std::size_t node_count = 0;
  std::vector<std::array<std::int32_t, 8>> cell_nodes;
  std::vector<Mat24> part_matrices;               ///< one per part and further term of its stiffness, N/mm
  std::vector<std::vector<double>> coefficients;  ///< [matrix][cell]; zero where the part is not in the cell

  std::size_t unknown_count() const { return 3 * node_count; }
  std::size_t cell_count() const override { return cell_nodes.size(); }
  std::span<const std::int32_t> nodes_of(std::size_t cell) const override { return cell_nodes[cell]; }
  void matrix_of(std::size_t cell, Eigen::MatrixXd& matrix) const override { matrix = cell_matrix(cell); }
  Mat24 cell_matrix(std::size_t cell) const;
  Vec24 gather(std::size_t cell, const std::vector<double>& nodal) const;
  /// Forces of a cell's displacements.
  Vec24 cell_forces(std::size_t cell, const Vec24& displacement) const;
  std::vector<double> apply(const std::vector<double>& displacement) const override;
};

}  // namespace spongiosa::fea
