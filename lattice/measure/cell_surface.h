#pragma once
/// Distances to the surface of a periodic cell's solid.

#include "lattice/cells/cell.h"
#include "lattice/measure/cell_grid.h"

#include <memory>

namespace spongiosa::lattice {

/// Lengths are in units of the cell size; places are cell coordinates times aspect.
class CellSurface {
 public:
  /// @param grid  with `g`, the cell's function there.
  CellSurface(const Cell& cell, double level, const CellGrid& grid, const std::vector<float>& g);
  ~CellSurface();

  bool empty() const;
  /// Distance to the surface; positive in the void, negative in the solid. Error below 1e-4 where the surface is smooth.
  double signed_distance(const Vec3& place) const;
  /// The field there, see Cell::evaluate.
  double field(const Vec3& place) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spongiosa::lattice
