#pragma once
/// The lines of a curve skeleton and the junctions they end in.

#include "geometry/image/image.h"

#include <vector>

namespace spongiosa::lattice {

struct SkeletonNode {
  std::size_t centre = 0;            ///< offset of the voxel farthest from the surface
  std::vector<std::size_t> voxels;   ///< ascending
};
struct SkeletonLine {
  int from = -1, to = -1;            ///< nodes; -1: a free end
  std::vector<std::size_t> voxels;   ///< in their order along the line
};
struct SkeletonLines {
  std::vector<SkeletonNode> nodes;
  std::vector<SkeletonLine> lines;
};

/// Junctions joined by a line shorter than the larger of their inscribed balls' radii become one; side branches within 1.2 radii (and a voxel) of their
/// node are dropped; what then has two lines is no node, and the lines are joined.
/// @param skeleton  not 0: skeleton; the border of the image must be void
SkeletonLines skeleton_lines(const geometry::LabelImage& skeleton, const std::vector<float>& squared_distance);

}  // namespace spongiosa::lattice
