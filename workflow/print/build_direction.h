#pragma once
/// Which way up should a part be built? Overhang against islands against height.

#include "core/progress.h"
#include "geometry/surface/mesh.h"

#include <vector>

namespace spongiosa::workflow {

struct DirectionFigures {
  Vec3 direction = Vec3::UnitZ();   ///< away from the plate, coordinates of the part's file
  double height_mm = 0.0;
  double overhang_mm2 = 0.0;        ///< faces down, flatter than the critical angle, not on the plate
  std::int64_t islands = 0;         ///< places where material begins that does not lie on the plate
  double score = 0.0;               ///< see DirectionSearch; less is better
  bool on_front = false;            ///< no other direction is as good in all three and better in one
};

struct DirectionSearch {
  std::int64_t directions = 200;    ///< spread evenly over the sphere; those along the axes of the file come on top
  double critical_angle_deg = 45.0, layer_mm = 0.03;
  /// The score is the weighted sum of overhang, islands and height, each over its mean of all directions.
  double overhang_weight = 0.5, islands_weight = 0.3, height_weight = 0.2;
};

/// By rising score. The best of the evenly spread directions is followed by two rounds of eight directions around the best so far.
/// An island begins at a lowest point of the surface with solid above it; steps of less than a tenth of a layer do not part two of them. Of a mesh from
/// voxels the finest features must be two voxels thick.
/// @throws Error(kBadInput) for a mesh without triangles or fewer than 1 direction.  Cost: about 50 ns per triangle and direction. Same result for any
/// thread count.
std::vector<DirectionFigures> search_build_directions(const geometry::TriangleMesh& mesh, const DirectionSearch& search, const Progress& progress);

/// One direction alone.
DirectionFigures judge_direction(const geometry::TriangleMesh& mesh, const Vec3& direction, const DirectionSearch& search);

}  // namespace spongiosa::workflow
