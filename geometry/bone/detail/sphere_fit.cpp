#include "geometry/bone/detail/sphere_fit.h"

#include "core/error.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::bone_detail {

Sphere fit_sphere(const std::vector<Vec3>& points, const Sphere& start) {
  SPONGIOSA_ASSERT(points.size() >= 10);
  Sphere sphere = start;
  for (int round = 0; round < 40; ++round) {
    std::vector<double> deviation;
    for (const Vec3& p : points) deviation.push_back(std::abs((p - sphere.centre).norm() - sphere.radius_mm));
    std::nth_element(deviation.begin(), deviation.begin() + std::ptrdiff_t(deviation.size() / 2), deviation.end());
    // 1.48 makes the median deviation a standard deviation of a normal law; 4.685 is Tukey's constant for 95 % efficiency.
    const double limit = 4.685 * std::max(1.48 * deviation[deviation.size() / 2], 0.02);
    Eigen::Matrix4d normal = Eigen::Matrix4d::Zero();
    Eigen::Vector4d right = Eigen::Vector4d::Zero();
    double kept = 0.0, squares = 0.0, weights = 0.0;
    for (const Vec3& p : points) {
      const Vec3 d = p - sphere.centre;
      const double length = d.norm(), residual = length - sphere.radius_mm, u = residual / limit;
      if (std::abs(u) >= 1.0 || length < 1e-9) continue;
      const double w = (1.0 - u * u) * (1.0 - u * u);
      Eigen::Vector4d row;
      row << d / length, 1.0;
      normal += w * row * row.transpose();
      right += w * residual * row;
      kept += 1.0;
      weights += w;
      squares += w * residual * residual;
    }
    const Eigen::Vector4d step = normal.ldlt().solve(right);
    sphere.rms_mm = weights > 0.0 ? std::sqrt(squares / weights) : 0.0;
    sphere.kept_fraction = kept / double(points.size());
    if (!step.allFinite()) break;
    sphere.centre += step.head<3>();
    sphere.radius_mm += step[3];
    if (step.norm() < 1e-6) break;
  }
  return sphere;
}

}  // namespace spongiosa::geometry::bone_detail
