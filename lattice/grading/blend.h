#pragma once
/// Smooth change from one type of cell into another of the same period, at the density asked.

#include "lattice/cells/cell.h"

#include <memory>
#include <vector>

namespace spongiosa::lattice {

/// Points of a blended lattice; weight 0 is the first cell, 1 the second.
struct BlendBatch {
  int n;
  const float *u, *v, *w;  ///< cell coordinates
  const float* weight;     ///< 0..1
  const float* density;    ///< solid share of the periodic cell, CellBlend::least_density() .. most_density()
  float* value;            ///< negative in the solid; about a distance in units of the cell size
  float *du, *dv, *dw;     ///< gradient of value at fixed weight and density; or all three nullptr
};

/// Every cell is a band of one function, {low < g < high}. With g_i divided by its mean gradient, so that both count alike,
///     G = (1 - weight) g_1 + weight g_2,
/// and the solid is the band of G between two levels that leave the shares a and 1 - a - density of the periodic cell below and
/// above, where a goes linearly with the weight from the first cell's share to the second's. So the density holds by
/// construction, and a wall blends into a wall or into a strut. (Blending |f| and f themselves would not do: half of each is
/// constant where f < 0.) The levels are tabulated over 65 weights and 513 shares from 131072 points of a rank-1 lattice in the
/// cell and interpolated linearly; the density is met within 0.2 percentage points. Immutable, thread-safe, deterministic.
class CellBlend {
 public:
  /// @throws Error(kBadInput) for cells of different aspect, or for a cell that is the outside of its band (double networks).
  CellBlend(CellPtr first, CellPtr second);

  void evaluate(const BlendBatch& batch) const;
  static constexpr double least_density() { return 0.02; }
  static constexpr double most_density() { return 0.95; }

  /// The periodic cell of one weight, for measuring, calibrating and homogenising. Its level is the density.
  CellPtr at_weight(double weight) const;

  struct Impl;

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace spongiosa::lattice
