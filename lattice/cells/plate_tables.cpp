/// The plates of plate lattices and the walls of honeycombs. To add a cell: a row.

#include "lattice/cells/plate_cell.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

const double kRoot3 = std::sqrt(3.0);

using Plates = std::vector<Polygon>;

Plates join(const Plates& a, const Plates& b) {
  Plates all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}
/// x, y, z -> y, z, x
Plates with_turned(const Plates& plates) {
  Plates all = plates;
  for (int turn = 1; turn <= 2; ++turn)
    for (const Polygon& plate : plates) {
      Polygon turned;
      for (const Vec3& p : plate) turned.push_back(turn == 1 ? Vec3(p[2], p[0], p[1]) : Vec3(p[1], p[2], p[0]));
      all.push_back(turned);
    }
  return all;
}
Plates cube_faces() { return with_turned({{{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}}}); }
/// Cut along their diagonals, where the plates of other families meet them.
Plates cube_faces_in_quarters() {
  const Vec3 m(0.5, 0.5, 0);
  return with_turned({{{0, 0, 0}, {1, 0, 0}, m}, {{1, 0, 0}, {1, 1, 0}, m}, {{1, 1, 0}, {0, 1, 0}, m}, {{0, 1, 0}, {0, 0, 0}, m}});
}
/// The six {110} planes through the centre, cut where they meet each other.
Plates diagonal_planes() {
  const Vec3 m(0.5, 0.5, 0.5), low(0.5, 0.5, 0), high(0.5, 0.5, 1);
  Plates plates;
  for (const auto& [a, b] : {std::pair(Vec3(0, 0, 0), Vec3(1, 1, 0)), std::pair(Vec3(1, 0, 0), Vec3(0, 1, 0))}) {
    const Vec3 up(0, 0, 1);
    for (const Vec3& side : {a, b}) {
      plates.push_back({side, side + up, m});
      plates.push_back({side, low, m});
      plates.push_back({side + up, high, m});
    }
  }
  return with_turned(plates);
}
/// All triangles of nearest neighbours of a face-centred lattice: parts of the {111} planes.
Plates octahedral_planes() {
  // Around each of the eight tetrahedral holes of the cell: four triangles.
  Plates plates;
  for (int n = 0; n < 8; ++n) {
    const Vec3 corner(0.5 * (n & 1), 0.5 * (n >> 1 & 1), 0.5 * (n >> 2));
    // Of the small cube's corners those whose coordinates sum to an even number of halves.
    Polygon tetrahedron;
    for (int c = 0; c < 8; ++c)
      if (((n & 1) + (n >> 1 & 1) + (n >> 2) + (c & 1) + (c >> 1 & 1) + (c >> 2)) % 2 == 0)
        tetrahedron.push_back(corner + 0.5 * Vec3(c & 1, c >> 1 & 1, c >> 2));
    for (std::size_t without = 0; without < 4; ++without) {
      Polygon face;
      for (std::size_t k = 0; k < 4; ++k)
        if (k != without) face.push_back(tetrahedron[k]);
      plates.push_back(face);
    }
  }
  return plates;
}

/// A wall over a line in the plane, through the cell along z.
Polygon wall(const Vec2& a, const Vec2& b) { return {{a[0], a[1], 0}, {b[0], b[1], 0}, {b[0], b[1], 1}, {a[0], a[1], 1}}; }
Plates walls(const std::vector<std::pair<Vec2, Vec2>>& lines) {
  Plates plates;
  for (const auto& [a, b] : lines) plates.push_back(wall(a, b));
  return plates;
}
Plates hexagonal_walls() {
  const double s = 1 / kRoot3, h = 0.5 * kRoot3;
  return walls({{{0, 0}, {0, s}}, {{0, s}, {0.5, h}}, {{0, s}, {-0.5, h}}, {{0.5, h}, {0.5, h + s}}, {{0.5, h + s}, {0, kRoot3}}, {{0.5, h + s}, {1, kRoot3}}});
}
Plates triangular_walls() {
  const double h = 0.5 * kRoot3;
  return walls({{{0, 0}, {1, 0}}, {{0, 0}, {0.5, h}}, {{1, 0}, {0.5, h}}, {{-0.5, h}, {0.5, h}}, {{0.5, h}, {1, kRoot3}}, {{0.5, h}, {0, kRoot3}}});
}
Plates kagome_walls() {
  // Lines of three directions at half a cell size from those of the triangular net.
  const double h = 0.25 * kRoot3;
  return walls({{{0, h}, {1, h}}, {{0, 3 * h}, {1, 3 * h}}, {{0.5, 0}, {1.5, kRoot3}}, {{0.5, 0}, {-0.5, kRoot3}}});
}
Plates re_entrant_walls() {
  // Columns of 0.68 in two ranks, half a cell apart, with arms that slope inwards.
  constexpr double kHalf = 0.34;
  return walls({{{0, -kHalf}, {0, kHalf}}, {{0.5, 0.5 - kHalf}, {0.5, 0.5 + kHalf}}, {{0, kHalf}, {0.5, 0.5 - kHalf}},
                {{0, kHalf}, {-0.5, 0.5 - kHalf}}, {{0.5, 0.5 + kHalf}, {1, 1 - kHalf}}, {{0.5, 0.5 + kHalf}, {0, 1 - kHalf}}});
}

}  // namespace

const std::vector<PlateTable>& plate_tables() {
  static const Vec3 one = Vec3::Ones(), hexagonal(1, kRoot3, 1);
  static const std::vector<PlateTable> tables{
      {"sc-plate", "plate", "the faces of the cube, each with a round opening", one, cube_faces()},
      {"bcc-plate", "plate", "{110} planes, each triangle between their intersections with a round opening", one, diagonal_planes()},
      {"fcc-plate", "plate", "{111} planes (octet plates), each triangle with a round opening", one, octahedral_planes()},
      {"sc-bcc-plate", "plate", "cube faces and {110} planes, each triangle with a round opening", one, join(cube_faces_in_quarters(), diagonal_planes())},
      {"sc-fcc-plate", "plate", "cube faces and {111} planes, each triangle with a round opening", one, join(cube_faces_in_quarters(), octahedral_planes())},
      {"hexagonal-honeycomb", "honeycomb", "cell size is the hexagon's width across flats", hexagonal, hexagonal_walls(), false},
      {"square-honeycomb", "honeycomb", "cell size is the square's side", one, walls({{{0, 0}, {1, 0}}, {{0, 0}, {0, 1}}}), false},
      {"triangular-honeycomb", "honeycomb", "cell size is the triangle's side", hexagonal, triangular_walls(), false},
      {"kagome-honeycomb", "honeycomb", "triangles of half a cell size around hexagons", hexagonal, kagome_walls(), false},
      {"re-entrant-honeycomb", "honeycomb", "bow-ties with walls of 0.68 cell sizes and arms that slope inwards (auxetic)", one, re_entrant_walls(), false},
  };
  return tables;
}

}  // namespace spongiosa::lattice
