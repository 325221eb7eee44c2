#include "core/error.h"
#include "core/threads.h"
#include "lattice/cells/cell.h"
#include "lattice/cells/periodic_voronoi.h"
#include "lattice/grading/calibrate.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>

using namespace spongiosa;
using namespace spongiosa::lattice;

namespace {

double length(const StrutGraph& g, const StrutGraph::Edge& e) {
  return (g.nodes[std::size_t(e.to)] + Vec3(e.offset[0], e.offset[1], e.offset[2]) - g.nodes[std::size_t(e.from)]).norm();
}
double periodic_distance(const Vec3& a, const Vec3& b) { return (a - b - (a - b).array().round().matrix()).norm(); }

}  // namespace

TEST_CASE("Voronoi cells of lattices are the known polyhedra") {
  // Body-centred: truncated octahedra, 6 corners and 12 edges per cell, edge sqrt 2 / 4.
  const PeriodicVoronoi bcc = periodic_voronoi({{0.1, 0.1, 0.1}, {0.6, 0.6, 0.6}});
  CHECK(bcc.edges.nodes.size() == 12);
  CHECK(bcc.edges.edges.size() == 24);
  for (const auto& e : bcc.edges.edges) CHECK(length(bcc.edges, e) == Approx(std::sqrt(2.0) / 4));
  CHECK(bcc.neighbours.edges.size() == 14);
  // The A15 structure: 46 corners of four edges, 54 faces on 8 points (Weaire and Phelan).
  const CellPtr weaire_phelan = find_cell("weaire-phelan");
  CHECK(weaire_phelan->graph()->nodes.size() == 46);
  CHECK(weaire_phelan->graph()->edges.size() == 92);
}

TEST_CASE("a Voronoi foam has four struts at each corner and obeys Euler's rule") {
  const std::vector<Vec3> points = blue_noise(64, 7);
  const PeriodicVoronoi foam = periodic_voronoi(points);
  std::map<int, int> valence;
  for (const auto& e : foam.edges.edges) {
    ++valence[e.from];
    ++valence[e.to];
  }
  CHECK(valence.size() == foam.edges.nodes.size());
  for (const auto& [node, count] : valence) CHECK(count == 4);
  // The three-torus: corners - edges + faces - cells = 0.
  CHECK(int(foam.edges.nodes.size()) - int(foam.edges.edges.size()) + int(foam.neighbours.edges.size()) - int(points.size()) == 0);
  // Every corner is as far from four points as from its nearest.
  for (const Vec3& corner : foam.edges.nodes) {
    std::vector<double> d;
    for (const Vec3& p : points) d.push_back(periodic_distance(corner, p));
    std::sort(d.begin(), d.end());
    CHECK(d[3] == Approx(d[0]).epsilon(1e-9));
  }
}

TEST_CASE("blue noise keeps apart and depends on its seed alone") {
  const std::vector<Vec3> points = blue_noise(125, 1);
  double nearest = 1.0;
  for (std::size_t a = 0; a < points.size(); ++a)
    for (std::size_t b = a + 1; b < points.size(); ++b) nearest = std::min(nearest, periodic_distance(points[a], points[b]));
  CHECK(nearest > 0.6 / 5.0);  // 125 random points without care come as near as a tenth of that
  CHECK(blue_noise(125, 1) == points);
  CHECK_FALSE(blue_noise(125, 2) == points);
  // The first number of the 64-bit Mersenne twister is part of its standard: the same points on every machine.
  CHECK(blue_noise(1, 5489)[0][0] == Approx(14514284786278117030.0 / 18446744073709551616.0).epsilon(1e-12));
}

TEST_CASE("stochastic cells do not depend on threads") {
  const auto values = [](int threads) {
    set_thread_count(threads);
    std::vector<double> all;
    for (const char* name : {"voronoi-foam", "delaunay-struts", "spinodoid"}) {
      const CellPtr cell = make_cell({.name = name, .seed = 3, .tile = 3});
      for (int n = 0; n < 50; ++n) all.push_back(function_at(*cell, Vec3(0.137 * n, 0.219 * n, 0.071 * n)).value);
      all.push_back(density_at_level(*cell, name[0] == 's' ? 0.1 : 0.12));
    }
    return all;
  };
  const auto one = values(1), two = values(2);
  CHECK(one == two);
}

TEST_CASE("a spinodoid is nearly normal and lies within its cones") {
  const CellPtr cell = make_cell({.name = "spinodoid", .tile = 6});
  // P(phi < level) of the normal distribution. A finite tile has a finite number of modes: within two points.
  for (const double level : {-1.0, -0.5, 0.0, 0.5, 1.0}) CHECK(density_at_level(*cell, level) == Approx(0.5 * std::erfc(-level / std::sqrt(2.0))).margin(0.02));
  // Wave vectors near z: along x it hardly changes.
  const CellPtr layers = make_cell({.name = "spinodoid", .tile = 8, .cone_deg = std::array<double, 3>{0.0, 0.0, 30.0}});
  double along_x = 0.0, along_z = 0.0;
  for (int n = 0; n < 400; ++n) {
    const CellValue at = function_at(*layers, Vec3(0.137 * n, 0.219 * n, 0.071 * n));
    along_x += at.gradient[0] * at.gradient[0];
    along_z += at.gradient[2] * at.gradient[2];
  }
  CHECK(along_x < 0.25 * along_z);
  CHECK_THROWS_WITH(make_cell({.name = "spinodoid", .tile = 3, .cone_deg = std::array<double, 3>{0.0, 0.0, 5.0}}), Catch::Contains("at least 12"));
  CHECK_THROWS_WITH(make_cell({.name = "voronoi-foam", .tile = 40}), Catch::Contains("3..12"));
}

TEST_CASE("a user's expression is the cell it writes down") {
  const CellPtr own = make_cell({.name = "expression-sheet", .expression = "sin(x)*cos(y) + sin(y)*cos(z) + sin(z)*cos(x)"}), gyroid = find_cell("gyroid-sheet");
  for (int n = 0; n < 50; ++n) {
    const Vec3 u(0.137 * n, 0.219 * n, 0.071 * n);
    const CellValue a = value_at(*own, u, 0.3), b = value_at(*gyroid, u, 0.3);
    CHECK(a.value == Approx(b.value).margin(5e-6));
    CHECK((a.gradient - b.gradient).norm() < 5e-5);
  }
  CHECK(level_for_density(*own, 0.3) == Approx(level_for_density(*gyroid, 0.3)).margin(2e-5));
  const auto refused = [](const char* expression) { return make_cell({.name = "expression-network-plus", .expression = expression}); };
  CHECK_THROWS_WITH(refused("sin(x/2) + cos(y)"), Catch::Contains("not periodic"));
  CHECK_THROWS_WITH(refused("x + cos(y)"), Catch::Contains("not periodic"));
  CHECK_THROWS_WITH(refused("2 + 1"), Catch::Contains("constant"));
  CHECK_THROWS_WITH(refused("sqrt(cos(x))"), Catch::Contains("no value"));
  CHECK_THROWS_WITH(make_cell({.name = "expression-sheet"}), Catch::Contains("needs an expression"));
  CHECK_THROWS_WITH(make_cell({.name = "expresion-sheet"}), Catch::Contains("expression-sheet"));
}
