#pragma once
/// How thin a phase is where it is thin by shape: struts and walls of the solid, channels and slots of the void.

#include "lattice/measure/medial_balls.h"

#include <optional>

namespace spongiosa::workflow {

/// A ball of the medial axis with walls on opposite sides, and the width there. Balls in edges and corners, where the two contacts are less than
/// 139 degrees apart, say nothing of a thickness and are left out.
struct Ridge {
  Vec3f centre;      ///< index coordinates
  float diameter_mm = 0.0f;
  bool line = false; ///< walls all around an axis (strut, channel); false: on two sides (wall, slot)
  Vec3f axis = Vec3f::UnitZ();  ///< unit vector along a line; without meaning otherwise
};

/// In the order of lattice::medial_balls, with its arguments. Around a strut the distance to its surface falls off in two directions, around the middle
/// of a wall in one: the mean fall over 13 directions is 0.78 and 0.47 of the way; lines are what lies above 0.63, and
/// what ends within 1.5 radii + 1 voxel to all sides. Diameters are chords of the field itself: along a wall's normal, or the narrowest of eight across a
/// strut.
/// Same result for any thread count.
std::vector<Ridge> find_ridges(const geometry::FloatImage& field, const lattice::SurfaceDistance& distance, lattice::MaterialPhase phase,
                               const geometry::FloatImage* zone, const Progress& progress);

struct RidgeSizes {
  std::int64_t count = 0;
  double least_mm = 0.0, p1_mm = 0.0, p5_mm = 0.0, median_mm = 0.0;
  Vec3f least_at = Vec3f::Zero();  ///< index coordinates
  Vec3f p1_at = Vec3f::Zero();     ///< of the ridge of that size
};
/// Of the lines or of the walls among them; absent when there are fewer than 20.
std::optional<RidgeSizes> sizes_of(const std::vector<Ridge>& ridges, bool lines);

/// Share of the lines by the angle of their axis to the plane normal to the third axis: bins of 10 degrees from 0 (lies) to 90 (stands).
std::array<double, 9> line_inclination(const std::vector<Ridge>& ridges);

}  // namespace spongiosa::workflow
