#pragma once
/// The walls around a ball as smooth surfaces, each fitted to the samples around a place where the ball may touch it.

#include "lattice/measure/ball_search.h"
#include "lattice/measure/room.h"
#include "lattice/measure/smooth_fit.h"

#include <optional>

namespace spongiosa::lattice {

/// One smooth piece of wall. Positions in voxels of the grid.
class FittedWall {
 public:
  /// @param middle  near the wall. @param voxel_mm  spacing: the room's values must be about distances in mm near its walls.
  FittedWall(const Room& room, const Vec3& middle, double voxel_mm);
  /// False where the samples are not those of one smooth wall: creases, label images.
  bool good() const { return good_; }
  double left_voxels() const { return fit_.left(); }
  const Vec3& middle() const { return middle_; }
  /// From `place` to the nearest point of the wall within reach of the middle.
  double distance(const Vec3& place) const;

 private:
  std::vector<SmoothFit::Sample> samples(const Room& room, double voxel_mm) const;

  Vec3 middle_;
  SmoothFit fit_;
  Vec3 on_wall_ = Vec3::Zero();  ///< from middle_
  bool good_ = false;
};

/// The pieces of wall that a ball may touch.
class FittedWalls {
 public:
  FittedWalls(const Room& room, double voxel_mm) : room_(room), voxel_mm_(voxel_mm) {}
  /// Fits pieces where `walls` come as near to the ball's centre as its radius. @return whether there were any new ones
  bool add(const Walls& walls, const Ball& ball);
  /// Nearly all of the walls are smooth, and they are not too many.
  bool good() const { return !too_many_ && !pieces_.empty() && pieces_.size() >= 4 * rough_.size(); }
  double distance(const Vec3& place, LeastDistance& least) const;

 private:
  struct Rough {
    Vec3 crossing, foot;
  };
  const Room& room_;
  const double voxel_mm_;
  std::vector<FittedWall> pieces_;
  std::vector<Rough> rough_;  ///< where no smooth wall fits: linear interpolation counts
  const Walls* walls_ = nullptr;
  bool too_many_ = false;
};

/// The ball moved and resized until it is the largest one near, held by walls fitted where it touches them. Between samples, linear
/// interpolation puts a wall that bends or whose samples are first-order distances up to 0.06 voxels beside its place.
/// Nothing where the walls are mostly not smooth.
std::optional<Ball> largest_ball_in_fitted_walls(const Room& room, const Walls& walls, const Ball& ball, double voxel_mm);

}  // namespace spongiosa::lattice
