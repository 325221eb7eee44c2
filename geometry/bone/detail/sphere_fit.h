#pragma once
/// Spheres through surface points.

#include "core/vector.h"

#include <vector>

namespace spongiosa::geometry::bone_detail {

struct Sphere {
  Vec3 centre = Vec3::Zero();
  double radius_mm = 0.0, rms_mm = 0.0;  ///< RMS of the distances of the points that count
  double kept_fraction = 0.0;            ///< of the points
};

/// Least squares of the distances (Gauss-Newton), points faded out by Tukey's biweight at 4.7 times their median deviation.
/// @param start  a guess   @param points  at least 10
Sphere fit_sphere(const std::vector<Vec3>& points, const Sphere& start);

}  // namespace spongiosa::geometry::bone_detail
