#include "geometry/picture/contour.h"

#include "core/error.h"

#include <cmath>

namespace spongiosa::geometry {

std::vector<Segment> contour_segments(const std::vector<double>& values, int columns, int rows, double level) {
  SPONGIOSA_ASSERT(values.size() == std::size_t(columns) * std::size_t(rows));
  std::vector<Segment> segments;
  for (int y = 0; y + 1 < rows; ++y)
    for (int x = 0; x + 1 < columns; ++x) {
      // Corners around the cell, and the crossings on its sides in the same order.
      const int cx[4] = {x, x + 1, x + 1, x}, cy[4] = {y, y, y + 1, y + 1};
      double f[4], mean = 0.0;
      for (int c = 0; c < 4; ++c) {
        f[c] = values[std::size_t(cy[c]) * std::size_t(columns) + std::size_t(cx[c])] - level;
        mean += 0.25 * f[c];
      }
      if (!std::isfinite(mean)) continue;
      Vec2 crossing[4];
      int found[4], count = 0;
      for (int c = 0; c < 4; ++c) {
        const int d = (c + 1) % 4;
        if ((f[c] < 0.0) == (f[d] < 0.0)) continue;
        const double t = f[c] / (f[c] - f[d]);
        crossing[c] = {cx[c] + t * (cx[d] - cx[c]), cy[c] + t * (cy[d] - cy[c])};
        found[count++] = c;
      }
      if (count == 2) segments.push_back({crossing[found[0]], crossing[found[1]]});
      if (count == 4) {
        // Corner 0 is cut off together with the side of the mean that it does not belong to.
        const bool cut_first = (f[0] < 0.0) != (mean < 0.0);
        segments.push_back({crossing[0], crossing[cut_first ? 3 : 1]});
        segments.push_back({crossing[2], crossing[cut_first ? 1 : 3]});
      }
    }
  return segments;
}

}  // namespace spongiosa::geometry
