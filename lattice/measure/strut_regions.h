#pragma once
/// A solid divided into struts (of sheets: pieces of wall) and the nodes between them.
///
/// The curve skeleton is cut at its junctions. Junctions nearer to each other than the larger inscribed ball are one node; side branches that do not
/// leave the ball of their node are dropped; a node with two branches left is none. A node takes the skeleton within its inscribed ball, a strut
/// the rest of its line, and every voxel of the solid goes with the nearest skeleton voxel, by the way through the solid.

#include "core/progress.h"
#include "geometry/image/image.h"

#include <vector>

namespace spongiosa::lattice {

struct StrutNode {
  Vec3 centre_index = Vec3::Zero();  ///< of its largest inscribed ball, index coordinates of the image
  double radius = 0.0;               ///< of that ball, voxels
  std::int64_t voxels = 0;
  int struts = 0;                    ///< that end in it
};
struct Strut {
  int from = -1, to = -1;            ///< nodes; -1: a free or cut end
  Vec3 start_index = Vec3::Zero(), end_index = Vec3::Zero();  ///< of the line, from node centre to node centre
  double length = 0.0;               ///< along the line outside the nodes, voxels
  double radius = 0.0;               ///< mean distance from the line to the surface, voxels
  std::int64_t voxels = 0;
};
struct StrutRegions {
  std::vector<Strut> struts;         ///< by their first voxel in the image
  std::vector<StrutNode> nodes;
  /// Per voxel: 0 void, n + 1 strut n, -(n + 1) node n.
  geometry::Image<std::int32_t> label;

  /// Angle between a strut's chord and the plane normal to the image's third axis, degrees, 0 (lies flat) to 90 (stands).
  double inclination_deg(const Strut& strut) const;
};

/// @param share  solid share of every voxel (0..1); a voxel is solid from one half on
/// @throws Error(kBadInput) when nothing is solid.  Memory: about 15 bytes per voxel of the image.
StrutRegions find_strut_regions(const geometry::FloatImage& share, const Progress& progress);

}  // namespace spongiosa::lattice
