#pragma once
/// The largest balls of a phase: those of its medial axis, with centres between the voxels.

#include "lattice/measure/surface_distance.h"

namespace spongiosa::lattice {

enum class MaterialPhase { kSolid, kVoid };
constexpr float sign_of(MaterialPhase phase) { return phase == MaterialPhase::kSolid ? -1.0f : 1.0f; }

struct MedialBall {
  Vec3f centre;          ///< index coordinates
  float radius;          ///< voxels
  std::uint32_t origin;  ///< offset of the sample it was found from, at most 1.5 voxels away
};

/// One ball for every sample of the phase within about a voxel of the medial axis, moved away from its nearest surface point
/// until it touches a second one (the step of the shrinking-ball method of Ma, Bae & Choi, Visual Computer 28 (2012) 7, on the
/// surface points near the axis). Centres stay in the grid and in {zone < 0}; where that border stops a ball, it counts as found.
/// The balls themselves may reach beyond grid and zone.
/// @param zone  same grid as the field; null: the whole grid.
/// In the order of their origins; the same for any thread count.
std::vector<MedialBall> medial_balls(const geometry::FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase,
                                     const geometry::FloatImage* zone, const Progress& progress);

}  // namespace spongiosa::lattice
