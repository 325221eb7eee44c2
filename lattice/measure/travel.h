#pragma once
/// The largest balls that can travel through a phase: throats of pores, necks of struts.

#include "lattice/measure/medial_balls.h"

#include <array>

namespace spongiosa::lattice {

struct TravelSphere {
  double diameter_mm = 0.0;               ///< 0: not even a point gets through
  Vec3 narrowest_Patient = Vec3::Zero();  ///< where the ball just passes, mm; meaningless when the diameter is 0
};

struct Travel {
  /// From the lowest tenth of the zone's extent along the grid's axis to the highest tenth.
  std::array<TravelSphere, 3> along_axis;
  /// From outside the zone to its core, the samples at half the greatest depth or more below the zone's surface.
  TravelSphere to_core;
};

/// The ball's centre stays in the zone; the ball itself stays in the phase but may reach beyond the zone. The zone's samples are
/// joined in the order of the largest ball nearby (of `balls`, else their own) until the two ends meet; the narrowest place found
/// so is then searched between the samples: largest ball across the way, smallest along it.
/// @param balls  from medial_balls or local_thickness with the same arguments.
/// @param zone   null: the whole grid.  @param depth_mm  below the surface of the zone, same grid.
/// Outside means: the same phase beyond the zone, or the border of the grid. Same result for any thread count.
Travel travelling_spheres(const geometry::FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase,
                          const geometry::FloatImage* zone, const geometry::FloatImage& depth_mm, const std::vector<MedialBall>& balls,
                          const Progress& progress);

}  // namespace spongiosa::lattice
