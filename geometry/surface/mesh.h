#pragma once
/// Triangle meshes: what is read in and what is printed.

#include "core/vector.h"
#include "geometry/frame.h"

#include <array>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry {

/// Vertices in millimetres (the frame is named by the owner); triangles counter-clockwise seen from outside.
struct TriangleMesh {
  std::vector<Vec3f> vertices;
  std::vector<std::array<std::uint32_t, 3>> triangles;

  Box bounds() const;
  double volume_mm3() const;  ///< by the divergence theorem; right for closed, outward-oriented meshes
  double area_mm2() const;
};

/// What a printing engineer asks of a mesh. Vertices are matched by their exact position.
struct MeshReport {
  std::int64_t vertices = 0;    ///< distinct positions used by triangles
  std::int64_t triangles = 0;
  std::int64_t components = 0;  ///< parts that share no vertex with each other
  std::int64_t edges = 0;       ///< Euler characteristic = vertices - edges + triangles
  std::int64_t open_edges = 0;             ///< edges of one triangle
  std::int64_t non_manifold_edges = 0;     ///< edges of more than two triangles
  std::int64_t misoriented_edges = 0;      ///< edges run twice in the same direction
  std::int64_t non_manifold_vertices = 0;  ///< where two fans of triangles touch in a point only
  std::int64_t degenerate_triangles = 0;   ///< three corners on one line; those with two equal corners add no edges
  double volume_mm3 = 0.0, area_mm2 = 0.0;

  bool closed_two_manifold() const {
    return open_edges == 0 && non_manifold_edges == 0 && misoriented_edges == 0 && non_manifold_vertices == 0 &&
           degenerate_triangles == 0 && triangles > 0;
  }
};
/// Takes about 35 bytes per triangle beside the mesh. Same result for any thread count.
MeshReport check_mesh(const TriangleMesh& mesh);

/// For every vertex the number of the first vertex at exactly the same position (-0 equals 0).
std::vector<std::uint32_t> match_positions(const std::vector<Vec3f>& vertices);

}  // namespace spongiosa::geometry
