#pragma once
/// Distance to the zero set of an implicit function by foot points.

#include "core/vector.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

/// Forward differences, with `value` = f(p) known already.
template <class Function>
Vec3 forward_gradient(const Function& f, const Vec3& p, double value, double step = 1e-5) {
  Vec3 gradient;
  for (int a = 0; a < 3; ++a) {
    Vec3 q = p;
    q[a] += step;
    gradient[a] = (f(q) - value) / step;
  }
  return gradient;
}

/// Goes from `start` to a point of the surface {f = 0} whose normal points to `p`: steps to the surface along the gradient
/// alternate with steps in the tangent plane towards the projection of `p` (Hartmann, The Visual Computer 1999;15:58, in outline).
/// The best point found counts, so the result is the distance to some point of the surface, to the convergence of a Newton step.
/// @param known  a distance found before: starts that turn out clearly farther are given up
template <class Function>
double foot_point_distance(const Function& f, const Vec3& p, Vec3 x, double known) {
  double best = 1e300, pull = 1.0;
  for (int iteration = 0; iteration < 25; ++iteration) {
    Vec3 gradient = Vec3::UnitZ();
    double value = 0.0;
    for (int newton = 0; newton < 8; ++newton) {
      value = f(x);
      gradient = forward_gradient(f, x, value);
      const double squared = std::max(gradient.squaredNorm(), 1e-4);
      if (std::abs(value) < 1e-5) break;
      x -= std::clamp(value / squared, -3.0, 3.0) * gradient;
    }
    if (std::abs(value) > 1e-4) return best;  // a crease in the way: what was found so far counts
    const double now = (p - x).norm();
    if (now > best - 1e-6 && iteration > 0) pull *= 0.5;
    best = std::min(best, now);
    if (iteration >= 2 && best > 1.2 * known + 0.1) return best;
    const Vec3 normal = gradient.normalized();
    const Vec3 tangential = (p - x) - normal.dot(p - x) * normal;
    // What is left changes the distance by its square over twice the radius of curvature.
    if (tangential.norm() < 2e-3 || pull < 0.1) return best;
    x += std::min(pull, 2.0 / tangential.norm()) * tangential;
  }
  return best;
}

}  // namespace spongiosa::geometry
