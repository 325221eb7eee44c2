#pragma once
/// A small two-dimensional mask over rays, and the closed outline of its main part.

#include "core/vector.h"

#include <cstdint>
#include <vector>

namespace spongiosa::geometry::bone_detail {

/// Nodes (i,j) at (i - half) * step, (j - half) * step.
struct PlateMask {
  int half = 0;
  double step_mm = 1.0;
  std::vector<float> value;  ///< 0..1, x fastest

  PlateMask(double half_width_mm, double step);
  int count() const { return 2 * half + 1; }
  float& at(int i, int j) { return value[std::size_t(i) + std::size_t(count()) * std::size_t(j)]; }
  float at(int i, int j) const { return value[std::size_t(i) + std::size_t(count()) * std::size_t(j)]; }
  double coordinate(int i) const { return (i - half) * step_mm; }
  double area_mm2() const;  ///< of the nodes above one half
};

/// Holes up to `largest_mm2` filled: what cannot be reached from the border of the grid is set.
PlateMask filled(const PlateMask& mask, double largest_mm2);

/// Radius of the largest disc inside the mask whose centre lies within `within_mm` of a point.
double inscribed_radius_mm(const PlateMask& mask, const Vec2& near_mm, double within_mm);

/// Opening by a disc of `radius_mm`, of the part of the eroded mask nearest to `keep_mm`. Values become 0 or 1.
PlateMask opened(const PlateMask& mask, double radius_mm, const Vec2& keep_mm);

/// Everything within `radius_mm` of a set node.
PlateMask grown(const PlateMask& mask, double radius_mm);

/// Centroid of the nodes above one half.
Vec2 centroid(const PlateMask& mask);

/// Where a Gaussian-smoothed copy of the mask falls to one half, going out from the centroid in equal angles; counter-clockwise.
std::vector<Vec2> radial_outline(const PlateMask& mask, int corners);

/// The body without pedicles, ribs and processes. Limits of anatomy: nothing more than 2.5 mm behind the middle of the posterior rim,
/// where the canal begins; nothing much wider than the front (limit_width); nothing farther from the centre than 1.8 times the radius of
/// the largest disc that fits in (no endplate is longer than that); nothing that a disc of 0.4 of that radius cannot reach from inside.
/// @param back  sign of the v axis that points backwards
PlateMask body_of(const PlateMask& mask, const Vec2& centre_mm, double back);

bool inside_polygon(const std::vector<Vec2>& polygon, const Vec2& p);

}  // namespace spongiosa::geometry::bone_detail
