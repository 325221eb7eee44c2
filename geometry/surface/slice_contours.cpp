#include "geometry/surface/slice_contours.h"

#include <algorithm>

namespace spongiosa::geometry {

namespace {

constexpr double kMargin = 0.01;  ///< as the margin of extract_surface

/// Crossed edges are numbered 2 * sample + axis, by the sample they start at.
class Tracer {
 public:
  Tracer(const float* values, const std::array<std::int64_t, 2>& size) : values_(values), nx_(size[0]), ny_(size[1]) {}

  std::vector<Contour> run(const Vec2& first, double step) {
    std::vector<Contour> contours;
    if (nx_ < 3 || ny_ < 3) return contours;
    next_.assign(std::size_t(2 * nx_ * ny_), kNone);
    for (std::int64_t j = 0; j + 1 < ny_; ++j) link_row(j);
    for (const std::int64_t start : starts_) {
      if (next_[std::size_t(start)] == kNone) continue;
      Contour contour;
      for (std::int64_t edge = start; next_[std::size_t(edge)] != kNone;) {
        contour.points.push_back(first + step * place(edge));
        const std::int64_t after = next_[std::size_t(edge)];
        next_[std::size_t(edge)] = kNone;
        edge = after;
      }
      // About the first point, so that a far origin costs no digits.
      const Vec2 o = contour.points.front();
      for (std::size_t n = 0; n < contour.points.size(); ++n) {
        const Vec2 a = contour.points[n] - o, b = contour.points[(n + 1) % contour.points.size()] - o;
        contour.area += 0.5 * (a[0] * b[1] - a[1] * b[0]);
      }
      contours.push_back(std::move(contour));
    }
    return contours;
  }

 private:
  static constexpr std::int64_t kNone = -1;

  bool solid(std::int64_t i, std::int64_t j) const {
    return i > 0 && j > 0 && i + 1 < nx_ && j + 1 < ny_ && values_[i + nx_ * j] < 0.0f;
  }

  void link_row(std::int64_t j) {
    // Corners counter-clockwise: 0 (i, j), 1 (i+1, j), 2 (i+1, j+1), 3 (i, j+1); edge n leads from corner n to n + 1.
    bool left_low = solid(0, j), left_high = solid(0, j + 1);
    for (std::int64_t i = 0; i + 1 < nx_; ++i) {
      const bool right_low = solid(i + 1, j), right_high = solid(i + 1, j + 1);
      const bool corner[4] = {left_low, right_low, right_high, left_high};
      left_low = right_low;
      left_high = right_high;
      if (corner[0] == corner[1] && corner[1] == corner[2] && corner[2] == corner[3]) continue;
      const std::int64_t at = i + nx_ * j;
      const std::int64_t edge[4] = {2 * at, 2 * (at + 1) + 1, 2 * (at + nx_), 2 * at + 1};
      for (int n = 0; n < 4; ++n) {
        if (corner[n] || !corner[(n + 1) & 3]) continue;
        int last = (n + 1) & 3;
        while (corner[(last + 1) & 3]) last = (last + 1) & 3;
        // The run is entered on edge n and left on edge `last`; with the solid on the left the outline runs from exit to entry.
        next_[std::size_t(edge[last])] = edge[n];
        starts_.push_back(edge[last]);
      }
    }
  }

  Vec2 place(std::int64_t edge) const {
    const std::int64_t at = edge / 2, axis = edge % 2, i = at % nx_, j = at / nx_;
    const std::int64_t other = at + (axis == 0 ? 1 : nx_);
    const bool low_is_solid = solid(i, j);
    const double inside = values_[low_is_solid ? at : other], outside = values_[low_is_solid ? other : at];
    double from_solid = inside / (inside - (outside > 0.0 ? outside : 0.0));
    if (!(from_solid < 1.0 - kMargin)) from_solid = 1.0 - kMargin;  // also when a sample is no number
    from_solid = std::max(from_solid, kMargin);
    Vec2 p{double(i), double(j)};
    p[axis] += low_is_solid ? from_solid : 1.0 - from_solid;
    return p;
  }

  const float* values_;
  std::int64_t nx_, ny_;
  std::vector<std::int64_t> next_, starts_;
};

}  // namespace

std::vector<Contour> trace_contours(const float* values, const std::array<std::int64_t, 2>& size, const Vec2& first, double step) {
  return Tracer(values, size).run(first, step);
}

}  // namespace spongiosa::geometry
