#pragma once
/// Solids with known distances for the tests of grading.

#include "geometry/levelset/level_set.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice::test {

/// Not parallel to the patient's axes and away from the origin, so that mixed-up frames show.
inline geometry::Frame tilted_frame() {
  geometry::Frame frame;
  frame.origin_Patient = Vec3(12.0, -40.0, 310.0);
  frame.axes_Patient = Eigen::AngleAxisd(0.7, Vec3(0.3, -0.5, 1.0).normalized()).toRotationMatrix();
  return frame;
}

inline double sphere_distance(const Vec3& p, double radius) { return p.norm() - radius; }
inline double box_distance(const Vec3& p, const Vec3& half) {
  const Vec3 d = p.cwiseAbs() - half;
  return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
}
inline double torus_distance(const Vec3& p, double ring, double tube) { return std::hypot(std::hypot(p[0], p[1]) - ring, p[2]) - tube; }

/// A body with an arch behind it: one hole, blended joints, curvature of both signs; a bound of the distance.
inline double vertebra_distance(const Vec3& p) {
  const double body = (p.cwiseQuotient(Vec3(13.0, 9.0, 6.5)).norm() - 1.0) * 6.5;
  const double arch = torus_distance(p - Vec3(0.0, 10.0, 0.0), 7.0, 2.6);
  const double process = std::hypot(std::max(std::abs(p[1] - 18.0) - 5.0, 0.0), std::hypot(p[0], p[2])) - 2.4;
  const auto smooth_minimum = [](double a, double b) {
    constexpr double kBlend = 2.5;
    const double h = std::max(kBlend - std::abs(a - b), 0.0) / kBlend;
    return std::min(a, b) - h * h * kBlend / 4.0;
  };
  return smooth_minimum(smooth_minimum(body, arch), process);
}

template <class Distance>
geometry::LevelSet solid(const char* name, const Vec3& half_size_mm, double voxel_mm, Distance distance, const geometry::Frame& frame = tilted_frame()) {
  const geometry::Box box{-half_size_mm - Vec3::Constant(1.0), half_size_mm + Vec3::Constant(1.0)};
  return geometry::LevelSet::from_function(name, frame, box, voxel_mm, 3.0, distance);
}

}  // namespace spongiosa::lattice::test
