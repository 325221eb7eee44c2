#include "lattice/measure/thin_wall.h"

#include "lattice/measure/smooth_room.h"

namespace spongiosa::lattice {

std::optional<BallInWall> largest_ball_in_wall(const Room& room, const Ball& start, double voxel_mm, double last_step) {
  Ball ball = start;
  constexpr int kMoves = 12;
  constexpr double kNear = 0.5;  // voxels that the ball may move before the wall is fitted anew around it
  for (int move = 0; move < kMoves; ++move) {
    const SmoothRoom wall(room, SmoothFit::Faces::kTwo, ball.centre, ball.radius, voxel_mm);
    if (!wall.good()) return std::nullopt;
    const Vec3 from = ball.centre;
    LeastDistance least;
    const Ball grown = grow_ball(from, 0.25, last_step, [&](const Vec3& at) { return (at - from).norm() <= kNear ? wall.clearance(at, least) : -1.0; });
    if (!(grown.radius > 0.0) || grown.radius > 2.0 * start.radius) return std::nullopt;
    ball = grown;
    if ((ball.centre - from).norm() < 0.8 * kNear) return BallInWall{ball, wall.left_voxels()};
  }
  return std::nullopt;
}

}  // namespace spongiosa::lattice
