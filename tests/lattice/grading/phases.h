#pragma once
/// A phase map asked at many points, and its derivative checked against differences.

#include "lattice/grading/phase_map.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>
#include <vector>

namespace spongiosa::lattice::test {

struct Phases {
  std::vector<float> u[3], jacobian[9];

  Phases(const PhaseMap& map, const std::vector<Vec3>& points) {
    std::vector<float> p[3];
    for (const Vec3& point : points)
      for (int a = 0; a < 3; ++a) p[a].push_back(float(point[a]));
    float *to_u[3], *to_jacobian[9];
    for (int a = 0; a < 3; ++a) u[a].resize(points.size()), to_u[a] = u[a].data();
    for (int a = 0; a < 9; ++a) jacobian[a].resize(points.size()), to_jacobian[a] = jacobian[a].data();
    map.evaluate(int(points.size()), p[0].data(), p[1].data(), p[2].data(), to_u, to_jacobian);
  }
  Vec3 at(std::size_t i) const { return {u[0][i], u[1][i], u[2][i]}; }
  Mat3 jacobian_at(std::size_t i) const {
    Mat3 j;
    for (int a = 0; a < 9; ++a) j(a / 3, a % 3) = jacobian[a][i];
    return j;
  }
};

inline double whole_cells_off(double difference) { return difference - std::round(difference); }

inline std::vector<Vec3> random_points(const Vec3& low, const Vec3& high, int n, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> draw(0.0, 1.0);
  std::vector<Vec3> points;
  for (int i = 0; i < n; ++i) {
    Vec3 p;
    for (int a = 0; a < 3; ++a) p[a] = double(float(low[a] + draw(random) * (high[a] - low[a])));
    points.push_back(p);
  }
  return points;
}

/// Central differences over 2 * step_mm; `margin` in 1/mm.
inline void check_jacobian(const PhaseMap& map, const std::vector<Vec3>& points, double step_mm, double margin) {
  const Phases here(map, points);
  for (int axis = 0; axis < 3; ++axis) {
    std::vector<Vec3> ahead = points, behind = points;
    for (Vec3& p : ahead) p[axis] = double(float(p[axis] + step_mm));
    for (Vec3& p : behind) p[axis] = double(float(p[axis] - step_mm));
    const Phases next(map, ahead), last(map, behind);
    for (std::size_t i = 0; i < points.size(); ++i)
      for (int phase = 0; phase < 3; ++phase) {
        const double difference = whole_cells_off(next.at(i)[phase] - last.at(i)[phase]) / (ahead[i][axis] - behind[i][axis]);
        INFO("phase " << phase << " axis " << axis << " at " << points[i].transpose());
        CHECK(here.jacobian_at(i)(phase, axis) == Approx(difference).margin(margin));
      }
  }
}

}  // namespace spongiosa::lattice::test
