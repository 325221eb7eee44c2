#pragma once
/// Moves the centre of a ball until it cannot grow.

#include "core/vector.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <vector>

namespace spongiosa::lattice {

struct Ball {
  Vec3 centre = Vec3::Zero();
  double radius = 0.0;
};

/// Least of many distances, each of which changes by no more than the place does: most need not be asked again.
class LeastDistance {
 public:
  /// @param distance  takes the number of one of `count` obstacles.
  template <class Distance>
  double at(const Vec3& place, std::size_t count, const Distance& distance) {
    asked_.resize(count, {place, -1e30});
    double least = 1e30;
    for (std::size_t n = 0; n < count; ++n) {
      if (asked_[n].distance - (place - asked_[n].place).norm() >= least) continue;
      asked_[n] = {place, distance(n)};
      least = std::min(least, asked_[n].distance);
    }
    return least;
  }

 private:
  struct Asked {
    Vec3 place;
    double distance;
  };
  std::vector<Asked> asked_;
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
