#pragma once
/// Helpers of the cells' constructors.

#include "core/error.h"
#include "lattice/cells/cell.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

/// @throws Error(kBadInput) naming cell, parameter and range.
inline void check_parameter(const CellInfo& info, const char* parameter, double value, double low, double high) {
  if (!(value >= low && value <= high)) fail_input("cell '{}': {} is {}; expected {}..{}", info.name, parameter, value, low, high);
}

/// The largest value of the cell's function on a grid of about a 32nd of the cell size, or 64 samples per edge: the level that
/// fills the cell, for cells whose function is a distance.
inline double farthest_value(const Cell& cell) {
  std::array<int, 3> count;
  for (int axis = 0; axis < 3; ++axis) count[std::size_t(axis)] = std::clamp(int(std::ceil(32.0 * cell.info().aspect[axis])), 16, 64);
  double farthest = 0.0;
  for (int k = 0; k < count[2]; ++k)
    for (int j = 0; j < count[1]; ++j)
      for (int i = 0; i < count[0]; ++i)
        farthest = std::max(farthest, function_at(cell, Vec3(double(i) / count[0], double(j) / count[1], double(k) / count[2])).value);
  return farthest;
}

}  // namespace spongiosa::lattice
