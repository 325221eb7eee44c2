#include "geometry/implant/detail/footprint.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

constexpr double kTableStep_mm = 0.1;

}  // namespace

std::vector<Vec2> superellipse(double half_width_mm, double half_depth_mm, double exponent) {
  // The polar angle spreads the points evenly; the usual cos^(2/n) parameter would leave the flanks empty.
  constexpr int kPoints = 360;
  std::vector<Vec2> outline;
  for (int n = 0; n < kPoints; ++n) {
    const double angle = 2.0 * 3.14159265358979323846 * n / kPoints;
    const Vec2 ray(half_width_mm * std::cos(angle), half_depth_mm * std::sin(angle));
    const double at_ray = std::pow(std::abs(std::cos(angle)), exponent) + std::pow(std::abs(std::sin(angle)), exponent);
    outline.push_back(ray / std::pow(at_ray, 1.0 / exponent));
  }
  return outline;
}

double depth_in_polygon(const std::vector<Vec2>& polygon, const Vec2& p) {
  double squared = 1e300;
  bool inside = false;
  for (std::size_t n = 0; n < polygon.size(); ++n) {
    const Vec2& a = polygon[n];
    const Vec2& b = polygon[(n + 1) % polygon.size()];
    const Vec2 edge = b - a;
    const double length = edge.squaredNorm();
    const double t = length > 0.0 ? std::clamp((p - a).dot(edge) / length, 0.0, 1.0) : 0.0;
    squared = std::min(squared, (p - a - t * edge).squaredNorm());
    if ((a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0] + (p[1] - a[1]) / (b[1] - a[1]) * edge[0]) inside = !inside;
  }
  return inside ? std::sqrt(squared) : -std::sqrt(squared);
}

Footprint::Footprint(double half_width_mm, double half_depth_mm, double exponent, double margin_mm)
    : half_width_mm_(half_width_mm), half_depth_mm_(half_depth_mm), outline_(superellipse(half_width_mm, half_depth_mm, exponent)) {
  x0_mm_ = -half_width_mm - margin_mm;
  y0_mm_ = -half_depth_mm - margin_mm;
  nx_ = int(std::ceil(-2.0 * x0_mm_ / kTableStep_mm)) + 2;
  ny_ = int(std::ceil(-2.0 * y0_mm_ / kTableStep_mm)) + 2;
  distance_mm_.resize(std::size_t(nx_) * std::size_t(ny_));
  tbb::parallel_for(0, ny_, [&](int j) {
    for (int i = 0; i < nx_; ++i)
      distance_mm_[std::size_t(i) + std::size_t(nx_) * std::size_t(j)] =
          float(-depth_in_polygon(outline_, Vec2(x0_mm_ + kTableStep_mm * i, y0_mm_ + kTableStep_mm * j)));
  });
}

double Footprint::distance_mm(const Vec2& p) const {
  const double x = std::clamp((p[0] - x0_mm_) / kTableStep_mm, 0.0, nx_ - 1.001);
  const double y = std::clamp((p[1] - y0_mm_) / kTableStep_mm, 0.0, ny_ - 1.001);
  const int i = int(x), j = int(y);
  const double s = x - i, t = y - j;
  const float* at = &distance_mm_[std::size_t(i) + std::size_t(nx_) * std::size_t(j)];
  const double inside_table = (1.0 - t) * ((1.0 - s) * at[0] + s * at[1]) + t * ((1.0 - s) * at[nx_] + s * at[nx_ + 1]);
  // Beyond the table the way to its border is added: never less than the truth by more than the border's own error.
  const Vec2 nearest(x0_mm_ + kTableStep_mm * x, y0_mm_ + kTableStep_mm * y);
  return inside_table + (p - nearest).norm();
}

Vec2 Footprint::normal(const Vec2& p) const {
  const double h = kTableStep_mm;
  const Vec2 slope(distance_mm(p + Vec2(h, 0.0)) - distance_mm(p - Vec2(h, 0.0)), distance_mm(p + Vec2(0.0, h)) - distance_mm(p - Vec2(0.0, h)));
  const double length = slope.norm();
  return length > 1e-9 ? Vec2(slope / length) : Vec2(1.0, 0.0);
}

}  // namespace spongiosa::geometry
