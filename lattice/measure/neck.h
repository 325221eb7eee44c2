#pragma once
/// The narrowest place of a passage, between the samples.

#include "lattice/measure/medial_balls.h"

namespace spongiosa::lattice {

struct Neck {
  Vec3f centre;  ///< index coordinates
  float radius;  ///< voxels
};

/// Smallest along the passage (within 1.5 voxels of `start`) of the largest ball with its centre in the plane across it. First by the
/// crossings nearest to the samples; then between smooth walls fitted to the samples around that place (see smooth_room.h and
/// fitted_walls.h), because planes at crossings miss how a narrow passage bends. Where no smooth walls fit, the first counts.
/// @param way  unit vector roughly along the passage.
Neck find_neck(const SurfacePoints& surface, const SurfaceDistance& distance, MaterialPhase phase, const Vec3f& start, const Vec3f& way);

}  // namespace spongiosa::lattice
