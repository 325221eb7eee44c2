#pragma once
/// Layers of equal depth below a surface.

#include "geometry/image/image.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

/// Bin n holds depths from n * width_mm (inclusive) to (n + 1) * width_mm; negative depths belong to none.
struct DepthBins {
  const geometry::FloatImage* depth_mm = nullptr;  ///< positive below the surface; null: no bins
  double width_mm = 0.0;
  std::size_t count = 0;

  /// Bin of a sample; `count` for none.
  std::size_t of(std::size_t offset) const {
    if (count == 0) return 0;
    const double d = double(depth_mm->data[offset]);
    return d >= 0.0 ? std::min(std::size_t(d / width_mm), count) : count;
  }
};

}  // namespace spongiosa::lattice
