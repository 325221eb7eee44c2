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

template <class Distance>
geometry::LevelSet solid(const char* name, const Vec3& half_size_mm, double voxel_mm, Distance distance, const geometry::Frame& frame = tilted_frame()) {
  const geometry::Box box{-half_size_mm - Vec3::Constant(1.0), half_size_mm + Vec3::Constant(1.0)};
  return geometry::LevelSet::from_function(name, frame, box, voxel_mm, 3.0, distance);
}

}  // namespace spongiosa::lattice::test
