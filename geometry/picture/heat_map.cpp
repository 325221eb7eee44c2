#include "geometry/picture/heat_map.h"

#include "core/error.h"
#include "geometry/picture/contour.h"

#include <cmath>
#include <limits>

namespace spongiosa::geometry {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double value_at(const HeatMap& map, int column, int row) {
  const std::size_t n = std::size_t(row) * std::size_t(map.columns) + std::size_t(column);
  return map.mask.empty() || map.mask[n] ? map.values[n] : kNone;
}

/// Bilinear among those of the four neighbours that have a value; none when the nearest cell has none.
double interpolated(const HeatMap& map, double x, double y) {
  const int nearest_x = std::min(int(x + 0.5), map.columns - 1), nearest_y = std::min(int(y + 0.5), map.rows - 1);
  if (!std::isfinite(value_at(map, std::max(0, nearest_x), std::max(0, nearest_y)))) return kNone;
  const int x0 = int(std::floor(x)), y0 = int(std::floor(y));
  double sum = 0.0, total = 0.0;
  for (int v = y0; v <= y0 + 1; ++v)
    for (int u = x0; u <= x0 + 1; ++u) {
      if (u < 0 || v < 0 || u >= map.columns || v >= map.rows) continue;
      const double value = value_at(map, u, v);
      if (!std::isfinite(value)) continue;
      const double weight = (1.0 - std::abs(x - u)) * (1.0 - std::abs(y - v));
      sum += weight * value;
      total += weight;
    }
  return total > 0.0 ? sum / total : kNone;
}

}  // namespace

Picture heat_map_picture(const HeatMap& map, int px_per_cell) {
  const std::size_t cells = std::size_t(map.columns) * std::size_t(map.rows);
  SPONGIOSA_ASSERT(px_per_cell > 0 && map.values.size() == cells && (map.mask.empty() || map.mask.size() == cells));
  if (!(map.high > map.low)) fail_input("a heat map needs an upper value above the lower one, not {} to {}", map.low, map.high);
  Picture picture(map.columns * px_per_cell, map.rows * px_per_cell, map.outside);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const double value = interpolated(map, (x + 0.5) / px_per_cell - 0.5, (y + 0.5) / px_per_cell - 0.5);
      if (std::isfinite(value)) picture.at(x, y) = map.colour_of_t((value - map.low) / (map.high - map.low));
    }
  if (map.contour_levels.empty()) return picture;
  std::vector<double> masked(cells);
  for (int row = 0; row < map.rows; ++row)
    for (int column = 0; column < map.columns; ++column)
      masked[std::size_t(row) * std::size_t(map.columns) + std::size_t(column)] = value_at(map, column, row);
  for (const double level : map.contour_levels) {
    std::vector<Segment> segments = contour_segments(masked, map.columns, map.rows, level);
    for (Segment& s : segments) {
      s.a_px = (s.a_px + Vec2::Constant(0.5)) * px_per_cell;
      s.b_px = (s.b_px + Vec2::Constant(0.5)) * px_per_cell;
    }
    draw_segments(picture, segments, map.contour_style);
  }
  return picture;
}

}  // namespace spongiosa::geometry
