#pragma once
/// The triangulation of all 256 sign configurations of a cube, derived from one rule when the program starts.

#include <array>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry::marching_cubes {

/// Corner c of a cell lies at (c & 1, (c >> 1) & 1, (c >> 2) & 1). A case is the set of solid corners, bit c for corner c.
/// Edges 0-3 run along x and start at (0, e & 1, e >> 1), edges 4-7 along y at (e & 1, 0, (e >> 1) & 1),
/// edges 8-11 along z at (e & 1, (e >> 1) & 1, 0), where e counts from 0 within each direction.
struct Edge {
  std::uint8_t axis;    ///< 0, 1, 2 for x, y, z
  std::uint8_t lower;   ///< corner at the lower end
  std::uint8_t upper;   ///< corner at the upper end
  std::uint8_t faces;   ///< bit set of the two faces the edge lies in; face 2 * axis + side
};
const std::array<Edge, 12>& edges();

/// How one case is covered by triangles.
struct Case {
  /// Corners of the triangles: 0-11 the vertex on that edge, 12 + n the n-th centre vertex. Outward, for axes that are
  /// right-handed.
  std::vector<std::array<std::uint8_t, 3>> triangles;
  /// The edges of each loop that has a centre vertex.
  std::vector<std::vector<std::uint8_t>> centres;
  std::uint8_t loops = 0;
};

/// For every case: on each face of the cube the crossed edges are joined so that each run of solid corners around the face
/// is cut off by itself (on an ambiguous face the solid corners stay apart); the segments close into loops; each loop
/// becomes a fan none of whose inner sides lies in a face of the cube, or, where no such fan exists, a fan around the mean
/// of the loop's points. The segments of a face depend on that face's corners alone, so neighbouring cells always
/// agree; inner sides are never shared with a neighbour; hence the whole is closed and every side has two triangles.
const std::array<Case, 256>& cases();

}  // namespace spongiosa::geometry::marching_cubes
