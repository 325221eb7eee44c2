#include "geometry/bone/detail/plate_mask.h"

#include "geometry/bone/detail/filters.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::bone_detail {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// Distance (mm) of every node to the nearest node that is set (or, for `to_unset`, not set; beyond the grid nothing is set).
FloatImage node_distance(const PlateMask& mask, bool to_unset) {
  LabelImage set;
  const int pad = to_unset ? 1 : 0, n = mask.count();
  set.size = {n + 2 * pad, n + 2 * pad, 1};
  set.spacing_mm = Vec3(mask.step_mm, mask.step_mm, 1.0);
  set.allocate(to_unset ? 1 : 0);
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i) set.at(i + pad, j + pad, 0) = (mask.at(i, j) > 0.5f) != to_unset;
  const FloatImage d = distance_to(set);
  return to_unset ? crop(d, {1, 1, 0}, {n, n, 0}) : d;
}

/// The part of the set nodes that is joined with node (i,j) over edges.
PlateMask part_with(const PlateMask& mask, int i, int j) {
  PlateMask part = mask;
  std::fill(part.value.begin(), part.value.end(), 0.0f);
  std::vector<std::pair<int, int>> stack{{i, j}};
  part.at(i, j) = 1.0f;
  while (!stack.empty()) {
    const auto [a, b] = stack.back();
    stack.pop_back();
    const int step[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    for (const auto& s : step) {
      const int c = a + s[0], d = b + s[1];
      if (c < 0 || d < 0 || c >= mask.count() || d >= mask.count() || mask.at(c, d) <= 0.5f || part.at(c, d) > 0.5f) continue;
      part.at(c, d) = 1.0f;
      stack.push_back({c, d});
    }
  }
  return part;
}

}  // namespace

PlateMask::PlateMask(double half_width_mm, double step) : half(int(std::ceil(half_width_mm / step))), step_mm(step) {
  value.assign(std::size_t(count()) * std::size_t(count()), 0.0f);
}

double PlateMask::area_mm2() const {
  return double(std::count_if(value.begin(), value.end(), [](float v) { return v > 0.5f; })) * step_mm * step_mm;
}

PlateMask filled(const PlateMask& mask, double largest_mm2) {
  PlateMask result = mask, unset = mask;
  for (float& v : unset.value) v = v > 0.5f ? 0.0f : 1.0f;
  const int last = mask.count() - 1;
  for (int j = 0; j <= last; ++j)
    for (int i = 0; i <= last; ++i) {
      if (unset.at(i, j) <= 0.5f) continue;
      const PlateMask hole = part_with(unset, i, j);
      bool open = false;
      for (int n = 0; n <= last; ++n)
        open = open || hole.at(n, 0) > 0.5f || hole.at(n, last) > 0.5f || hole.at(0, n) > 0.5f || hole.at(last, n) > 0.5f;
      const bool fill = !open && hole.area_mm2() <= largest_mm2;
      for (std::size_t n = 0; n < hole.value.size(); ++n) {
        if (hole.value[n] <= 0.5f) continue;
        unset.value[n] = 0.0f;
        if (fill) result.value[n] = 1.0f;
      }
    }
  return result;
}

double inscribed_radius_mm(const PlateMask& mask, const Vec2& near_mm, double within_mm) {
  const FloatImage inside = node_distance(mask, true);
  double radius = 0.0;
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i)
      if ((Vec2(mask.coordinate(i), mask.coordinate(j)) - near_mm).norm() <= within_mm)
        radius = std::max(radius, double(inside.at(i, j, 0)));
  return radius;
}

PlateMask opened(const PlateMask& mask, double radius_mm, const Vec2& keep_mm) {
  PlateMask eroded = mask;
  const FloatImage inside = node_distance(mask, true);
  int si = -1, sj = -1;
  double nearest = 1e300;
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i) {
      const bool stays = inside.at(i, j, 0) > radius_mm;
      eroded.at(i, j) = stays ? 1.0f : 0.0f;
      const double d = (Vec2(mask.coordinate(i), mask.coordinate(j)) - keep_mm).norm();
      if (!stays || d >= nearest) continue;
      nearest = d;
      si = i;
      sj = j;
    }
  PlateMask result = mask;
  std::fill(result.value.begin(), result.value.end(), 0.0f);
  if (si < 0) return result;
  const FloatImage grown = node_distance(part_with(eroded, si, sj), false);
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i) result.at(i, j) = grown.at(i, j, 0) <= radius_mm ? 1.0f : 0.0f;
  return result;
}

PlateMask grown(const PlateMask& mask, double radius_mm) {
  const FloatImage distance = node_distance(mask, false);
  PlateMask result = mask;
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i) result.at(i, j) = distance.at(i, j, 0) <= radius_mm ? 1.0f : 0.0f;
  return result;
}

Vec2 centroid(const PlateMask& mask) {
  Vec2 sum = Vec2::Zero();
  double n = 0.0;
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i)
      if (mask.at(i, j) > 0.5f) {
        sum += Vec2(mask.coordinate(i), mask.coordinate(j));
        n += 1.0;
      }
  return n > 0.0 ? Vec2(sum / n) : sum;
}

std::vector<Vec2> radial_outline(const PlateMask& mask, int corners) {
  const Vec2 centre = centroid(mask);
  constexpr double kSigma_mm = 0.6;
  const int reach = int(std::ceil(3.0 * kSigma_mm / mask.step_mm));
  const auto smooth = [&](const Vec2& p) {
    const double x = p[0] / mask.step_mm + mask.half, y = p[1] / mask.step_mm + mask.half;
    double sum = 0.0, weight = 0.0;
    for (int j = int(y) - reach; j <= int(y) + reach + 1; ++j)
      for (int i = int(x) - reach; i <= int(x) + reach + 1; ++i) {
        const double w = std::exp(-0.5 * ((i - x) * (i - x) + (j - y) * (j - y)) * mask.step_mm * mask.step_mm / (kSigma_mm * kSigma_mm));
        weight += w;
        if (i >= 0 && j >= 0 && i < mask.count() && j < mask.count()) sum += w * (mask.at(i, j) > 0.5f ? 1.0 : 0.0);
      }
    return sum / weight;
  };
  std::vector<double> radius;
  for (int n = 0; n < corners; ++n) {
    const Vec2 direction(std::cos(2.0 * kPi * n / corners), std::sin(2.0 * kPi * n / corners));
    double before = 1.0, r = 0.0;
    for (; r < mask.half * mask.step_mm * 1.5; r += 0.25) {
      const double now = smooth(centre + r * direction);
      if (now < 0.5) {
        r -= 0.25 * (0.5 - now) / std::max(before - now, 1e-9);
        break;
      }
      before = now;
    }
    radius.push_back(r);
  }
  std::vector<Vec2> outline;
  for (int n = 0; n < corners; ++n) {
    // Binomial smoothing over five neighbours takes off the steps of the rays, not the shape.
    static constexpr double kBinomial[5] = {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};
    double r = 0.0;
    for (int d = -2; d <= 2; ++d) r += kBinomial[d + 2] * radius[std::size_t((n + d + corners) % corners)];
    outline.push_back(centre + r * Vec2(std::cos(2.0 * kPi * n / corners), std::sin(2.0 * kPi * n / corners)));
  }
  return outline;
}

bool inside_polygon(const std::vector<Vec2>& polygon, const Vec2& p) {
  bool inside = false;
  for (std::size_t n = 0, m = polygon.size() - 1; n < polygon.size(); m = n++) {
    const Vec2 &a = polygon[n], &b = polygon[m];
    if ((a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0]) inside = !inside;
  }
  return inside;
}

}  // namespace spongiosa::geometry::bone_detail
