#pragma once
/// Largest balls in walls and slits of few voxels, where samples of distance say little of the surfaces one by one.

#include "lattice/measure/ball_search.h"
#include "lattice/measure/room.h"

#include <optional>

namespace spongiosa::lattice {

constexpr double kThinWall_voxels = 2.75;  ///< radius of balls below which a wall counts as thin

struct BallInWall {
  Ball ball;
  double left_voxels;  ///< root mean square of what the fit leaves of the samples' values
};

/// The ball moved and resized until it is the largest one near, between the smooth surfaces that fit the samples around it.
///
/// A sheet's samples fold at its middle, which lies between them: interpolated across the fold they show a wall too thick in one
/// place and too thin in another. So one polynomial F of x, y, z (fifth degree, see smooth_fit.h) is fitted to the samples on both sides
/// at once, with the wall's faces at F = 1 and F = -1: a sample's value must be (|F| - 1) / |grad F|, its distance to first order.
/// Samples near the faces count most; the ball's distances are then to F = 1 and F = -1.
/// @param ball  found on the samples. @param voxel_mm  spacing: the room's values must be about distances in mm near its walls.
/// @param last_step  voxels, with which the search for the centre ends.
/// Nothing where the samples there are not those of a wall with two smooth faces (root mean square of what is left of them above
/// 0.03 voxels; struts, corners, label images) or where the ball leaves the grid by more than the samples reach.
std::optional<BallInWall> largest_ball_in_wall(const Room& room, const Ball& ball, double voxel_mm, double last_step);

}  // namespace spongiosa::lattice
