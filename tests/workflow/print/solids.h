#pragma once
/// Solids with known answers for the print checks.

#include "workflow/print/build_field.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace spongiosa::workflow {

/// @param half_mm  the box sampled reaches from -half to half
inline BuildField build_of(double half_mm, double voxel_mm, const std::function<double(const Vec3&)>& distance_mm, const Vec3& direction = Vec3::UnitZ(),
                           double margin_mm = 1.2) {
  const auto part = geometry::LevelSet::from_function("part", geometry::Frame(), {Vec3::Constant(-half_mm), Vec3::Constant(half_mm)}, voxel_mm, 3.0, distance_mm);
  return sample_for_build(part, build_axes(direction, Mat3::Identity()), margin_mm, Progress());
}

/// Signed distance to a box (exact inside and beside its faces; a lower bound near edges from outside is enough for a level set).
inline double box_mm(const Vec3& p, const Vec3& low, const Vec3& high) {
  const Vec3 q = (low - p).cwiseMax(p - high);
  return q.maxCoeff() < 0.0 ? q.maxCoeff() : q.cwiseMax(0.0).norm();
}

/// Capsule without end: distance to the infinite line less the radius.
inline double rod_mm(const Vec3& p, const Vec3& through, const Vec3& axis, double radius_mm) {
  const Vec3 u = axis.normalized(), d = p - through;
  return (d - u * u.dot(d)).norm() - radius_mm;
}

}  // namespace spongiosa::workflow
