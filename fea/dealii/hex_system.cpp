#include "fea/dealii/hex_system.h"

namespace spongiosa::fea {

Mat24 HexSystem::cell_matrix(std::size_t cell) const {
  Mat24 matrix = Mat24::Zero();
  for (std::size_t p = 0; p < part_matrices.size(); ++p)
    if (coefficients[p][cell] != 0.0) matrix += coefficients[p][cell] * part_matrices[p];
  return matrix;
}

Vec24 HexSystem::gather(std::size_t cell, const std::vector<double>& nodal) const {
  Vec24 local;
  for (std::size_t v = 0; v < 8; ++v)
    for (int d = 0; d < 3; ++d) local[Eigen::Index(3 * v) + d] = nodal[3 * std::size_t(cell_nodes[cell][v]) + std::size_t(d)];
  return local;
}

Vec24 HexSystem::cell_forces(std::size_t cell, const Vec24& displacement) const {
  Vec24 forces = Vec24::Zero();
  for (std::size_t p = 0; p < part_matrices.size(); ++p)
    if (coefficients[p][cell] != 0.0) forces += coefficients[p][cell] * (part_matrices[p] * displacement);
  return forces;
}

std::vector<double> HexSystem::apply(const std::vector<double>& displacement) const {
  std::vector<double> forces(unknown_count(), 0.0);
  for (std::size_t cell = 0; cell < cell_nodes.size(); ++cell) {
    const Vec24 local = cell_forces(cell, gather(cell, displacement));
    for (std::size_t v = 0; v < 8; ++v)
      for (int d = 0; d < 3; ++d)
        forces[3 * std::size_t(cell_nodes[cell][v]) + std::size_t(d)] += local[Eigen::Index(3 * v) + d];
  }
  return forces;
}

}  // namespace spongiosa::fea
