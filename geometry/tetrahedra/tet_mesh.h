#pragma once
/// Quadratic tetrahedra that follow a surface.

#include "core/vector.h"

#include <vector>

namespace spongiosa::geometry {

/// Ten-node tetrahedra. Nodes in the middle of edges on the surface lie on the surface, so that elements there are curved.
struct TetMesh {
  ///      3            corners 0..3, positive volume: (1-0) x (2-0) . (3-0) > 0
  ///     /|\           4: middle of 0-1   5: 1-2   6: 2-0
  ///    7 | 9          7: 0-3             8: 1-3   9: 2-3
  ///   /  8  \         (the order of VTK)
  ///  0-6-|---2
  ///    4 1 5
  using Cell = std::array<std::int32_t, 10>;
  /// A triangle of the boundary: corners anticlockwise seen from outside, then the middles of 0-1, 1-2, 2-0.
  struct Face {
    std::array<std::int32_t, 6> nodes;
    std::int32_t cell;
    bool on_box = false;  ///< on a face of the box that the solid was cut with, else on the surface
  };
  std::vector<Vec3> nodes_mm;
  std::vector<Cell> cells;
  std::vector<Face> boundary;
  std::int64_t straight_edges = 0;  ///< edges of the surface left straight, because curving them would have folded an element
  double smallest_dihedral_deg = 0.0;

  /// Corner numbers of the edges that the nodes 4..9 halve.
  static constexpr std::array<std::array<int, 2>, 6> kEdges = {{{0, 1}, {1, 2}, {2, 0}, {0, 3}, {1, 3}, {2, 3}}};
  /// Corners of the four faces, anticlockwise seen from outside.
  static constexpr std::array<std::array<int, 3>, 4> kFaces = {{{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}}};
};

/// Values of the ten shape functions' gradients with respect to (r, s, t), where a point is (1-r-s-t) corner 0 + r corner 1 + s corner 2
/// + t corner 3. Column a: node a.
Eigen::Matrix<double, 3, 10> tet_shape_gradients(const Vec3& rst);
/// d(place)/d(r, s, t) of a cell.
Mat3 tet_jacobian(const TetMesh& mesh, const TetMesh::Cell& cell, const Vec3& rst);

/// Volume inside the curved elements, mm3.
double tet_volume_mm3(const TetMesh& mesh);

}  // namespace spongiosa::geometry
