#pragma once
/// The narrowest place of a passage, between the samples.

#include "lattice/measure/medial_balls.h"

namespace spongiosa::lattice {

struct Neck {
  Vec3f centre;  ///< index coordinates
  float radius;  ///< voxels
};

/// Smallest along the passage (within 1.5 voxels of `start`) of the largest ball with its centre in the plane across it.
/// @param way  unit vector roughly along the passage.
Neck find_neck(const SurfacePoints& surface, const SurfaceDistance& distance, const Vec3f& start, const Vec3f& way);

}  // namespace spongiosa::lattice
