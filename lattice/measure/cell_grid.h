#pragma once
/// A periodic cell on a grid of samples, for searches that then go on between the samples.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Samples at u = (i / n0, j / n1, k / n2), x fastest.
struct CellGrid {
  std::array<int, 3> n;
  Vec3 aspect;  ///< of the cell

  /// About `per_cell_size` samples per cell size along each axis, or `in_tiles` in large tiles; at least 16, at most 160.
  CellGrid(const Cell& cell, int per_cell_size, int in_tiles);

  std::size_t size() const { return std::size_t(n[0]) * std::size_t(n[1]) * std::size_t(n[2]); }
  std::size_t offset(int i, int j, int k) const { return std::size_t(i) + std::size_t(n[0]) * (std::size_t(j) + std::size_t(n[1]) * std::size_t(k)); }
  std::array<int, 3> place(std::size_t offset) const {
    const int at = int(offset);
    return {at % n[0], at / n[0] % n[1], at / n[0] / n[1]};
  }
  Vec3 cell_coordinates(std::size_t offset) const {
    const auto at = place(offset);
    return Vec3(double(at[0]) / n[0], double(at[1]) / n[1], double(at[2]) / n[2]);
  }
  /// In units of the cell size.
  Vec3 spacing() const { return aspect.cwiseQuotient(Vec3(n[0], n[1], n[2])); }

  /// The cell's function at all samples.
  std::vector<float> function(const Cell& cell) const;
  /// First-order distance to the surface of the solid at one level, negative in the solid, units of the cell size; within +-1.
  std::vector<float> distance(const Cell& cell, double level) const;
};

/// Distance, in units of the cell size, from each sample to the nearest sample of the periodic grid with mask != 0
/// (Felzenszwalb & Huttenlocher 2012, on lines repeated three times). Infinite where the mask is empty.
std::vector<float> periodic_distance(const CellGrid& grid, const std::vector<std::uint8_t>& mask);

}  // namespace spongiosa::lattice
