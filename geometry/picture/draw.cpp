#include "geometry/picture/draw.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

/// Pixels first..last (inclusive) that an interval touches, within 0..count - 1; empty when first > last.
struct Span {
  int first, last;
  Span(double low, double high, int count)
      : first(int(std::clamp(std::floor(low), 0.0, double(count)))), last(int(std::clamp(std::ceil(high) - 1.0, -1.0, count - 1.0))) {}
};

double distance_to_segment(const Vec2& p, const Segment& s) {
  const Vec2 d = s.b_px - s.a_px;
  const double square = d.squaredNorm();
  const double t = square > 0.0 ? std::clamp((p - s.a_px).dot(d) / square, 0.0, 1.0) : 0.0;
  return (p - s.a_px - t * d).norm();
}

}  // namespace

void blend(Rgb& pixel, const Rgb& colour, double coverage) {
  const double c = std::clamp(coverage, 0.0, 1.0);
  for (std::size_t n = 0; n < 3; ++n) pixel[n] = std::uint8_t(std::lround(pixel[n] + c * (double(colour[n]) - double(pixel[n]))));
}

void draw_segments(Picture& picture, const std::vector<Segment>& segments, const LineStyle& style) {
  // Largest coverage of each pixel by any segment; blended once at the end.
  std::vector<float> coverage(picture.pixels.size(), 0.0f);
  const double half = 0.5 * style.width_px, reach = half + 0.5;
  for (const Segment& s : segments) {
    if (!s.a_px.allFinite() || !s.b_px.allFinite()) continue;
    const Vec2 low = s.a_px.cwiseMin(s.b_px), high = s.a_px.cwiseMax(s.b_px);
    const Span rows(low.y() - reach, high.y() + reach, picture.height);
    for (int y = rows.first; y <= rows.last; ++y) {
      // Only the part of the line near this row, so that long slanted lines cost their length, not their box.
      double x_low = low.x(), x_high = high.x();
      const Vec2 d = s.b_px - s.a_px;
      if (std::abs(d.y()) > 1e-9) {
        const double t1 = (y + 0.5 - reach - s.a_px.y()) / d.y(), t2 = (y + 0.5 + reach - s.a_px.y()) / d.y();
        const double x1 = s.a_px.x() + std::clamp(t1, 0.0, 1.0) * d.x(), x2 = s.a_px.x() + std::clamp(t2, 0.0, 1.0) * d.x();
        x_low = std::min(x1, x2);
        x_high = std::max(x1, x2);
      }
      const Span columns(x_low - reach, x_high + reach, picture.width);
      for (int x = columns.first; x <= columns.last; ++x) {
        const double covered = std::clamp(reach - distance_to_segment(Vec2(x + 0.5, y + 0.5), s), 0.0, std::min(1.0, style.width_px));
        float& pixel = coverage[std::size_t(y) * std::size_t(picture.width) + std::size_t(x)];
        pixel = std::max(pixel, float(covered));
      }
    }
  }
  for (std::size_t n = 0; n < coverage.size(); ++n)
    if (coverage[n] > 0.0f) blend(picture.pixels[n], style.colour, style.opacity * coverage[n]);
}

void draw_line(Picture& picture, const Vec2& a_px, const Vec2& b_px, const LineStyle& style) {
  draw_segments(picture, {{a_px, b_px}}, style);
}

void draw_polyline(Picture& picture, const std::vector<Vec2>& points_px, bool closed, const LineStyle& style) {
  std::vector<Segment> segments;
  for (std::size_t n = 0; n + 1 < points_px.size(); ++n) segments.push_back({points_px[n], points_px[n + 1]});
  if (closed && points_px.size() > 2) segments.push_back({points_px.back(), points_px.front()});
  draw_segments(picture, segments, style);
}

void draw_arrow(Picture& picture, const Vec2& tail_px, const Vec2& tip_px, const LineStyle& style, double head_px) {
  const Vec2 d = tip_px - tail_px;
  const double length = d.norm();
  if (!(length > 0.0)) return;
  const Vec2 along = d / length, across(-along.y(), along.x());
  const double head = std::min(head_px, length);
  const Vec2 base = tip_px - head * along;
  // The shaft ends within the head, so that its round end does not show.
  if (length > head + 0.5 * style.width_px) draw_line(picture, tail_px, base - 0.5 * style.width_px * along, style);
  fill_polygon(picture, {tip_px, base + head / 3.0 * across, base - head / 3.0 * across}, style.colour, style.opacity);
}

void fill_rectangle(Picture& picture, const Vec2& low_px, const Vec2& high_px, const Rgb& colour, double opacity) {
  const Span rows(low_px.y(), high_px.y(), picture.height), columns(low_px.x(), high_px.x(), picture.width);
  const auto overlap = [](int pixel, double low, double high) { return std::max(0.0, std::min(high, pixel + 1.0) - std::max(low, double(pixel))); };
  for (int y = rows.first; y <= rows.last; ++y)
    for (int x = columns.first; x <= columns.last; ++x)
      blend(picture.at(x, y), colour, opacity * overlap(x, low_px.x(), high_px.x()) * overlap(y, low_px.y(), high_px.y()));
}

void fill_polygon(Picture& picture, const std::vector<Vec2>& points_px, const Rgb& colour, double opacity) {
  if (points_px.size() < 3) return;
  constexpr int kSub = 4;
  Vec2 low = points_px[0], high = points_px[0];
  for (const Vec2& p : points_px) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  const auto inside = [&](double x, double y) {
    bool odd = false;
    for (std::size_t n = 0, m = points_px.size() - 1; n < points_px.size(); m = n++) {
      const Vec2 &a = points_px[n], &b = points_px[m];
      if ((a.y() > y) != (b.y() > y) && x < a.x() + (y - a.y()) / (b.y() - a.y()) * (b.x() - a.x())) odd = !odd;
    }
    return odd;
  };
  const Span rows(low.y(), high.y(), picture.height), columns(low.x(), high.x(), picture.width);
  for (int y = rows.first; y <= rows.last; ++y)
    for (int x = columns.first; x <= columns.last; ++x) {
      int hits = 0;
      for (int v = 0; v < kSub; ++v)
        for (int u = 0; u < kSub; ++u) hits += inside(x + (u + 0.5) / kSub, y + (v + 0.5) / kSub);
      if (hits) blend(picture.at(x, y), colour, opacity * hits / double(kSub * kSub));
    }
}

void paste(Picture& picture, const Picture& source, int x, int y) {
  for (int v = std::max(0, -y); v < source.height && y + v < picture.height; ++v)
    for (int u = std::max(0, -x); u < source.width && x + u < picture.width; ++u) picture.at(x + u, y + v) = source.at(u, v);
}

}  // namespace spongiosa::geometry
