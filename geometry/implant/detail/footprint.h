#pragma once
/// The outline of the implant seen along z, and where it may stand.

#include "core/vector.h"

#include <string>
#include <vector>

namespace spongiosa::geometry {

/// |x/a|^n + |y/b|^n <= 1 about the origin, with its exact distance tabulated.
class Footprint {
 public:
  /// @param margin_mm  distances are exact up to this far outside.
  Footprint(double half_width_mm, double half_depth_mm, double exponent, double margin_mm);

  /// Negative inside; p relative to the centre of the footprint.
  double distance_mm(const Vec2& p) const;
  /// Unit vector away from the nearest side.
  Vec2 normal(const Vec2& p) const;
  double half_width_mm() const { return half_width_mm_; }
  double half_depth_mm() const { return half_depth_mm_; }
  const std::vector<Vec2>& outline() const { return outline_; }  ///< closed, counter-clockwise

 private:
  double half_width_mm_, half_depth_mm_;
  std::vector<Vec2> outline_;
  double x0_mm_, y0_mm_;
  int nx_, ny_;
  std::vector<float> distance_mm_;
};

/// Points of a superellipse about the origin, counter-clockwise, evenly spread.
std::vector<Vec2> superellipse(double half_width_mm, double half_depth_mm, double exponent);

/// Distance to the edge of a closed polygon, positive inside.
double depth_in_polygon(const std::vector<Vec2>& polygon, const Vec2& p);

}  // namespace spongiosa::geometry
