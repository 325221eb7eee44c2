/// Node and edge tables of the strut cells. To add one: a row. Lengths are in units of the cell size; cubic cells have edge 1.

#include "lattice/cells/strut_tables.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

const double kRoot2 = std::sqrt(2.0), kRoot3 = std::sqrt(3.0);

using Nodes = std::vector<Vec3>;

Nodes join(const Nodes& a, const Nodes& b) {
  Nodes all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}
/// The point and all its images under permutations of the axes and changes of sign, reduced to the cell.
Nodes cubic_orbit(const Vec3& p) {
  Nodes orbit;
  std::array<int, 3> axes{0, 1, 2};
  do {
    for (int signs = 0; signs < 8; ++signs) {
      Vec3 q;
      for (int a = 0; a < 3; ++a) {
        q[a] = p[axes[std::size_t(a)]] * (signs >> a & 1 ? -1.0 : 1.0);
        q[a] -= std::floor(q[a] + 1e-9);
      }
      if (std::none_of(orbit.begin(), orbit.end(), [&](const Vec3& known) { return (known - q).norm() < 1e-6; })) orbit.push_back(q);
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  return orbit;
}

const Nodes kCorner{{0, 0, 0}};
const Nodes kCentre{{0.5, 0.5, 0.5}};
const Nodes kFaces{{0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};
const Nodes kFcc = join(kCorner, kFaces);
/// Struts between a node and its own copy in the next cell.
StrutGraph::Edge line(int node, int axis) {
  StrutGraph::Edge edge{node, node, {0, 0, 0}};
  edge.offset[std::size_t(axis)] = 1;
  return edge;
}
const std::vector<StrutGraph::Edge> kVertical{line(0, 2)};
const std::vector<StrutGraph::Edge> kCubeEdges{line(0, 0), line(0, 1), line(0, 2)};

Nodes tetrahedral_sites() { return cubic_orbit({0.25, 0.25, 0.25}); }
const Nodes kEdgeMiddles{{0.5, 0, 0}, {0, 0.5, 0}, {0, 0, 0.5}};
Nodes octahedral_sites() { return join(kEdgeMiddles, kCentre); }
Nodes diamond_sites() {
  Nodes nodes = kFcc;
  for (const Vec3& p : kFcc) nodes.push_back(p + Vec3::Constant(0.25));
  return nodes;
}
/// Middles of the diamond net's struts: corner-sharing tetrahedra.
Nodes pyrochlore_sites() {
  Nodes nodes;
  for (const Vec3& p : kFcc)
    for (const Vec3& q : {Vec3(1, 1, 1), Vec3(1, -1, -1), Vec3(-1, 1, -1), Vec3(-1, -1, 1)})
      nodes.push_back((p + 0.125 * q).unaryExpr([](double x) { return x - std::floor(x); }));
  return nodes;
}
/// The net along the middle of one labyrinth of the gyroid (srs, K4): special position 8a of I4_1 32.
Nodes srs_sites() {
  const Nodes four{{1, 1, 1}, {3, 7, 5}, {7, 5, 3}, {5, 3, 7}};
  Nodes nodes;
  for (const Vec3& p : four)
    for (const double shift : {0.0, 0.5}) nodes.push_back((p / 8.0 + Vec3::Constant(shift)).unaryExpr([](double x) { return x - std::floor(x); }));
  return nodes;
}
/// A honeycomb net with hexagons of width 1 across flats; the cell is 1 x sqrt 3.
Nodes honeycomb_sites() { return {{0, 0, 0}, {0, 1 / kRoot3, 0}, {0.5, 0.5 * kRoot3, 0}, {0.5, 5 * kRoot3 / 6, 0}}; }
Nodes triangular_sites() { return {{0, 0, 0}, {0.5, 0.5 * kRoot3, 0}}; }
Nodes kagome_sites() {
  Nodes nodes;
  for (const Vec3& p : triangular_sites())
    for (const Vec3& middle : {Vec3(0.5, 0, 0), Vec3(0.25, 0.25 * kRoot3, 0), Vec3(-0.25, 0.25 * kRoot3, 0)}) nodes.push_back(p + middle);
  return nodes;
}
std::vector<StrutGraph::Edge> verticals(int nodes) {
  std::vector<StrutGraph::Edge> edges;
  for (int node = 0; node < nodes; ++node) edges.push_back(line(node, 2));
  return edges;
}
/// Two columns per cell, each longer than half of the cell; four arms run from the top of each column down to the feet of the
/// columns around it, which stand half a cell higher.
StrutTable re_entrant() {
  constexpr double kHalf = 0.34;
  StrutTable table;
  table.name = "re-entrant";
  table.source = "columns of 0.68 cell sizes on a body-centred lattice, joined by arms that slope inwards (auxetic)";
  table.nodes = {{0, 0, -kHalf}, {0, 0, kHalf}, {0.5, 0.5, 0.5 - kHalf}, {0.5, 0.5, 0.5 + kHalf}};
  table.more = {{0, 1, {0, 0, 0}}, {2, 3, {0, 0, 0}}};
  for (int x = -1; x <= 0; ++x)
    for (int y = -1; y <= 0; ++y) {
      table.more.push_back({1, 2, {x, y, 0}});
      table.more.push_back({0, 3, {x, y, -1}});
    }
  return table;
}

std::vector<StrutTable> make_tables() {
  const double octagon = 1.0 / (1.0 + 2.0 * kRoot2);  // strut of the great rhombicuboctahedron that spans the cell
  return {
      {"simple-cubic", "cube edges", Vec3::Ones(), kCorner, {}, kCubeEdges},
      {"bcc", "lines from the centre to the corners", Vec3::Ones(), join(kCorner, kCentre), {{kRoot3 / 2}}, {}},
      {"bccz", "bcc and vertical cube edges", Vec3::Ones(), join(kCorner, kCentre), {{kRoot3 / 2}}, kVertical},
      {"bcc-sc", "bcc and all cube edges", Vec3::Ones(), join(kCorner, kCentre), {{kRoot3 / 2}}, kCubeEdges},
      {"fcc", "face diagonals", Vec3::Ones(), kFcc, {{kRoot2 / 2, 1}}, {}},
      {"fccz", "face diagonals and vertical cube edges", Vec3::Ones(), kFcc, {{kRoot2 / 2, 1}}, kVertical},
      {"fcc-sc", "face diagonals and all cube edges", Vec3::Ones(), kFcc, {{kRoot2 / 2, 1}}, kCubeEdges},
      {"fbcc", "face diagonals and lines from the centre to the corners", Vec3::Ones(), join(kFcc, kCentre), {{kRoot2 / 2, 1}, {kRoot3 / 2}}, {}},
      {"fbccz", "fbcc and vertical cube edges", Vec3::Ones(), join(kFcc, kCentre), {{kRoot2 / 2, 1}, {kRoot3 / 2}}, kVertical},
      {"isotruss", "cube edges, face diagonals and body diagonals", Vec3::Ones(), join(kFcc, kCentre), {{kRoot2 / 2, 1}, {kRoot3 / 2}}, kCubeEdges},
      {"octet", "all nearest neighbours of a face-centred lattice; Deshpande, Fleck and Ashby 2001", Vec3::Ones(), kFcc, {{kRoot2 / 2}}, {}},
      {"octet-sc", "octet and cube edges", Vec3::Ones(), kFcc, {{kRoot2 / 2}}, kCubeEdges},
      {"octahedron-cross", "edges and axes of the octahedron between the face centres", Vec3::Ones(), join(kFaces, kCentre), {{kRoot2 / 2}, {0.5}}, {}},
      {"cuboctahedron", "edges of the cuboctahedron between the middles of the cube edges; touching octahedra at the corners", Vec3::Ones(), kEdgeMiddles, {{kRoot2 / 2}}, {}},
      {"truncated-cube", "edges of the truncated cube that fills the cell", Vec3::Ones(), cubic_orbit({1 - kRoot2 / 2, 0, 0}), {{kRoot2 - 1}}, {}},
      {"kelvin", "edges of truncated octahedra that fill space (two per cell), Kelvin's foam with straight struts", Vec3::Ones(), cubic_orbit({0.25, 0.5, 0}), {{kRoot2 / 4}}, {}},
      {"truncated-octahedron-cross", "kelvin and the diagonals of its squares", Vec3::Ones(), join(cubic_orbit({0.25, 0.5, 0}), join(kFaces, kEdgeMiddles)), {{kRoot2 / 4}, {0.25}}, {}},
      {"truncated-cuboctahedron", "edges of the great rhombicuboctahedron that fills the cell", Vec3::Ones(),
       cubic_orbit({0.5 * octagon, 0.5 * (1 + kRoot2) * octagon, 0.5}), {{octagon}}, {}},
      {"rhombicuboctahedron", "edges of the small rhombicuboctahedron that fills the cell", Vec3::Ones(),
       cubic_orbit({0.5 * (kRoot2 - 1), 0.5 * (kRoot2 - 1), 0.5}), {{kRoot2 - 1}}, {}},
      {"rhombic-dodecahedron", "edges of rhombic dodecahedra that fill space (four per cell)", Vec3::Ones(), join(octahedral_sites(), tetrahedral_sites()), {{kRoot3 / 4, 4}}, {}},
      {"diamond-strut", "the bonds of diamond", Vec3::Ones(), diamond_sites(), {{kRoot3 / 4}}, {}},
      {"kagome-3d", "corner-sharing tetrahedra (pyrochlore net, quarter cubic honeycomb)", Vec3::Ones(), pyrochlore_sites(), {{kRoot2 / 4}}, {}},
      {"gyroid-strut", "the three-fold net along the middle of one labyrinth of the gyroid (srs)", Vec3::Ones(), srs_sites(), {{kRoot2 / 4}}, {}},
      {"nbo-strut", "the four-fold net of niobium oxide", Vec3::Ones(), join(kEdgeMiddles, kFaces), {{0.5}}, {}},
      re_entrant(),
      {"hexagonal-prism", "edges of hexagonal prisms; cell size is the hexagon's width across flats and the prism's height", Vec3(1, kRoot3, 1), honeycomb_sites(), {{1 / kRoot3}}, verticals(4)},
      {"triangular-prism", "edges of triangular prisms; cell size is the triangle's side and the prism's height", Vec3(1, kRoot3, 1), triangular_sites(), {{1.0}}, {}},
      {"kagome-prism", "a kagome net (side half a cell size) on vertical struts", Vec3(1, kRoot3, 1), kagome_sites(), {{0.5}}, verticals(6)},
  };
}

}  // namespace

const std::vector<StrutTable>& strut_tables() {
  static const std::vector<StrutTable> tables = make_tables();
  return tables;
}

StrutGraph graph_of(const StrutTable& table) {
  StrutGraph graph;
  for (const Vec3& node : table.nodes) graph.nodes.push_back(node.cwiseQuotient(table.aspect));
  graph.edges = table.more;
  const int count = int(graph.nodes.size());
  for (const BondRule& rule : table.bonds)
    for (int a = 0; a < count; ++a)
      for (int b = a; b < count; ++b) {
        if (rule.first_kind > 0 && (a < rule.first_kind) == (b < rule.first_kind)) continue;
        for (int n = 0; n < 125; ++n) {
          const std::array<int, 3> offset{n % 5 - 2, n / 5 % 5 - 2, n / 25 - 2};
          // Of a strut between copies of one node the two directions are the same.
          if (a == b && offset <= std::array<int, 3>{0, 0, 0}) continue;
          const Vec3 d = table.nodes[std::size_t(b)] + table.aspect.cwiseProduct(Vec3(offset[0], offset[1], offset[2])) - table.nodes[std::size_t(a)];
          if (std::abs(d.norm() - rule.length) < 1e-6) graph.edges.push_back({a, b, offset});
        }
      }
  SPONGIOSA_ASSERT(!graph.edges.empty());
  return graph;
}

}  // namespace spongiosa::lattice
