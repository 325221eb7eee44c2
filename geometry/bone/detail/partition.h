#pragma once
/// Which voxel belongs to which vertebra.

#include "geometry/image/image.h"

#include <vector>

namespace spongiosa::geometry::bone_detail {

/// The dark inside of a body whose cortex is `bone`: where a ball of some radius can roll from the start without passing through a
/// gap of the cortex narrower than the ball. Radii from 1.5 to 5 mm are tried until the ball stays inside.
struct Cavity {
  LabelImage voxels;        ///< 1 inside; empty when there is no closed inside
  double ball_mm = 0.0;     ///< radius that stayed inside
  bool found = false;
};
/// @param distance_mm  of every voxel to the nearest voxel of `bone`
/// @param reach_mm     how far from the start the ball may get
Cavity find_cavity(const LabelImage& bone, const FloatImage& distance_mm, const Vec3& start_Patient, double reach_mm);

/// Every voxel of `domain` gets the label of the source whose front arrives first; a front needs `cost` per mm.
/// Dijkstra over the 26 neighbours; ties go to the lower label, so the result does not depend on threads.
/// @param sources   label or 0; the fronts start there at time 0
/// @param path_mm   out: geometric length of the path by which the winning front came; kFar_mm where none did
LabelImage first_arrival(const LabelImage& domain, const FloatImage& cost, const LabelImage& sources, FloatImage* path_mm);

/// Takes away from `set` what lies outside the half-maximum edge: the outside eats inwards, at most `depth_mm`, as long as a voxel is
/// darker than half way between the brightest and the darkest within `radius_mm` and the way leads uphill, give or take `noise_hu`. Inner
/// voids behind a cortex are out of its reach.
/// Voxels with `fixed` != 0 stay. Returns the number of voxels taken away.
std::int64_t peel_to_half_maximum(LabelImage& set, const FloatImage& hu, const LabelImage& fixed, double floor_hu, double noise_hu,
                                  double radius_mm, double depth_mm);

}  // namespace spongiosa::geometry::bone_detail
