#pragma once
/// Cells and nodes of an octree, after nodes that hang on coarser neighbours have been expressed by those nodes.

#include "core/vector.h"

#include <Eigen/Dense>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace spongiosa::fea::cut {

struct Mesh {
  struct Cell {
    Vec3 first_mm;
    double edge_mm;
    std::int64_t first_node;      ///< in `cell_nodes`
    std::int32_t node_count;
    std::int32_t interpolation;   ///< index into `interpolations`, or -1: the cell's nodes are those listed, in lexicographic order
  };
  /// Two cells with a common face; `fine` is not larger than `coarse`.
  struct Face {
    std::int32_t fine, coarse;
    int axis;
    bool coarse_above;  ///< the coarse cell lies on the upper side of the axis
  };
  int degree = 1;
  std::vector<Cell> cells;
  std::vector<std::int32_t> cell_nodes;
  std::vector<Eigen::MatrixXd> interpolations;  ///< local nodes from listed nodes
  std::vector<Vec3> nodes_mm;
  std::vector<Face> faces;
  std::int64_t hanging_nodes = 0;

  std::span<const std::int32_t> nodes_of(std::size_t cell) const {
    return std::span(cell_nodes).subspan(std::size_t(cells[cell].first_node), std::size_t(cells[cell].node_count));
  }
  /// Displacements of the cell's own nodes, as columns, from those of all nodes.
  Eigen::Matrix3Xd gather(std::size_t cell, const std::vector<double>& displacement) const {
    const auto nodes = nodes_of(cell);
    Eigen::Matrix3Xd listed(3, Eigen::Index(nodes.size()));
    for (std::size_t n = 0; n < nodes.size(); ++n) listed.col(Eigen::Index(n)) = Eigen::Map<const Vec3>(displacement.data() + 3 * std::size_t(nodes[n]));
    const int i = cells[cell].interpolation;
    return i < 0 ? listed : Eigen::Matrix3Xd(listed * interpolations[std::size_t(i)].transpose());
  }
};

/// What the octree asks about a cube.
struct OctreeQuestions {
  std::function<bool(const Vec3& first_mm, double edge_mm)> refine;      ///< divide it?
  std::function<bool(const Vec3& first_mm, double edge_mm)> has_solid;   ///< is a finest cube part of the model?
};

}  // namespace spongiosa::fea::cut
