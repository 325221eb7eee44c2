#pragma once
/// Moves the centre of a ball until it cannot grow.

#include "core/vector.h"

#include <Eigen/Geometry>

namespace spongiosa::lattice {

struct Ball {
  Vec3 centre = Vec3::Zero();
  double radius = 0.0;
};

/// Pattern search over 26 directions. The clearance has creases where the nearest contact changes, on which a fixed set of
/// directions can get stuck: the set is turned after every round.
/// @param clearance  distance from a point to the nearest obstacle, negative within it.
template <class Clearance>
Ball grow_ball(const Vec3& start, double first_step, double last_step, const Clearance& clearance) {
  Ball ball{start, clearance(start)};
  Mat3 turn = Mat3::Identity();
  const Mat3 quarter = Eigen::AngleAxisd(0.7, Vec3(0.36, 0.48, 0.8)).toRotationMatrix();
  int rounds_without_gain = 0;
  for (double step = first_step; step > last_step;) {
    Ball best = ball;
    for (int n = 0; n < 27; ++n) {
      if (n == 13) continue;
      const Vec3 direction = Vec3(n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1).normalized();
      const Vec3 centre = ball.centre + step * (turn * direction);
      const double radius = clearance(centre);
      if (radius > best.radius) best = {centre, radius};
    }
    turn = turn * quarter;
    if (best.radius > ball.radius) {
      ball = best;
      rounds_without_gain = 0;
    } else if (++rounds_without_gain == 2) {
      step *= 0.5;
      rounds_without_gain = 0;
    }
  }
  return ball;
}

}  // namespace spongiosa::lattice
