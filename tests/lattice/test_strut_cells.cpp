#include "lattice/cells/cell.h"
#include "lattice/cells/distribution.h"
#include "lattice/grading/calibrate.h"

#include <catch2/catch.hpp>

#include <Eigen/LU>

#include <cmath>
#include <numbers>
#include <set>

using namespace spongiosa;
using namespace spongiosa::lattice;
using std::numbers::pi;

namespace {

std::vector<std::string> names_of_family(const std::string& family) {
  std::vector<std::string> names;
  for (const std::string& name : cell_names())
    if (cell_family(name) == family) names.push_back(name);
  return names;
}
Vec3 along(const Cell& cell, const StrutGraph::Edge& e) {
  const StrutGraph& g = *cell.graph();
  return cell.info().aspect.cwiseProduct(g.nodes[std::size_t(e.to)] + Vec3(e.offset[0], e.offset[1], e.offset[2]) - g.nodes[std::size_t(e.from)]);
}
double total_length(const Cell& cell) {
  double sum = 0.0;
  for (const auto& e : cell.graph()->edges) sum += along(cell, e).norm();
  return sum;
}
/// Distance to the nearest axis, from the definition: all struts in all copies of the cell around.
double distance_by_definition(const Cell& cell, const Vec3& u) {
  double best = 1e9;
  const StrutGraph& g = *cell.graph();
  for (const auto& e : g.edges)
    for (int n = 0; n < 125; ++n) {
      const Vec3 a = cell.info().aspect.cwiseProduct(g.nodes[std::size_t(e.from)] + Vec3(n % 5 - 2, n / 5 % 5 - 2, n / 25 - 2) - u), d = along(cell, e);
      best = std::min(best, (a + std::clamp(-a.dot(d) / d.squaredNorm(), 0.0, 1.0) * d).norm());
    }
  return best;
}
Vec3 scattered(int n) { return {std::fmod(0.754877 * n, 1.0), std::fmod(0.569840 * n, 1.0), std::fmod(0.430160 * n, 1.0)}; }

}  // namespace

TEST_CASE("strut graphs connect all their nodes in all directions, without doubled struts") {
  CHECK(names_of_family("strut").size() >= 24);
  for (const std::string& name : names_of_family("strut")) {
    INFO(name);
    const CellPtr cell = find_cell(name);
    const StrutGraph& g = *cell->graph();
    std::vector<bool> reached(g.nodes.size(), false);
    std::vector<Vec3> place(g.nodes.size());
    reached[0] = true;
    Mat3 span = Mat3::Zero();
    // Spread over the graph; what closes a loop around the periodic cell tells that it runs through.
    for (std::size_t round = 0; round < g.nodes.size() + 1; ++round)
      for (const auto& e : g.edges) {
        const std::size_t a = std::size_t(e.from), b = std::size_t(e.to);
        const Vec3 offset(e.offset[0], e.offset[1], e.offset[2]);
        if (reached[a] && !reached[b]) {
          reached[b] = true;
          place[b] = place[a] + offset;
        } else if (reached[b] && !reached[a]) {
          reached[a] = true;
          place[a] = place[b] - offset;
        } else if (reached[a] && reached[b]) {
          const Vec3 loop = place[a] + offset - place[b];
          span += loop * loop.transpose();
        }
      }
    CHECK(std::all_of(reached.begin(), reached.end(), [](bool r) { return r; }));
    CHECK(span.determinant() > 0.5);
    std::set<std::array<int, 5>> seen;
    for (const auto& e : g.edges) {
      CHECK(seen.insert({e.from, e.to, e.offset[0], e.offset[1], e.offset[2]}).second);
      CHECK(seen.insert({e.to, e.from, -e.offset[0], -e.offset[1], -e.offset[2]}).second);
    }
  }
}

TEST_CASE("the function of a strut cell is the distance to the nearest axis, its gradient of unit length") {
  for (const std::string& name : names_of_family("strut")) {
    INFO(name);
    const CellPtr cell = find_cell(name);
    double worst = 0.0, worst_slope = 0.0;
    for (int n = 0; n < 150; ++n) {
      const CellValue at = function_at(*cell, scattered(n));
      worst = std::max(worst, std::abs(at.value - distance_by_definition(*cell, scattered(n))));
      worst_slope = std::max(worst_slope, std::abs(at.gradient.cwiseQuotient(cell->info().aspect).norm() - 1.0));
    }
    CHECK(worst < 2e-6);
    CHECK(worst_slope < 1e-4);
  }
}

// rho = A (d/a)^2 - B (d/a)^3, A = pi/4 of the total strut length (exact), B from an independent sampling of the union, +-0.05;
// for the simple cubic cell B = sqrt 2 exactly.
TEST_CASE("densities of strut cells") {
  struct Row {
    const char* cell;
    double length, b, b_margin, d_max;
  };
  for (const Row& row : {Row{"simple-cubic", 3.0, std::sqrt(2.0), 1e-3, 0.35}, Row{"bcc", 4 * std::sqrt(3.0), 4.90, 0.05, 0.3},
                         Row{"diamond-strut", 4 * std::sqrt(3.0), 4.90, 0.05, 0.3}, Row{"bccz", 4 * std::sqrt(3.0) + 1, 6.14, 0.05, 0.3},
                         Row{"fcc", 6 * std::sqrt(2.0), 6.83, 0.05, 0.3}, Row{"kelvin", 6 * std::sqrt(2.0), 7.53, 0.05, 0.2},
                         Row{"rhombic-dodecahedron", 8 * std::sqrt(3.0), 14.72, 0.05, 0.2}, Row{"octet", 12 * std::sqrt(2.0), 19.31, 0.1, 0.2}}) {
    INFO(row.cell);
    const CellPtr cell = find_cell(row.cell);
    CHECK(total_length(*cell) == Approx(row.length).epsilon(1e-9));
    for (const double d : {0.1, 0.2, 0.3}) {
      if (d > row.d_max) continue;
      INFO(d);
      CHECK(density_at_level(*cell, 0.5 * d) == Approx(pi / 4 * row.length * d * d - row.b * d * d * d).margin(5e-5 + row.b_margin * d * d * d));
    }
  }
}

TEST_CASE("the surface of a strut cell is the slope of its volume") {
  // Simple cubic: V = 3 pi r^2 - 8 sqrt 2 r^3.
  const auto distribution = distribution_of(*find_cell("simple-cubic"));
  for (const double r : {0.05, 0.1, 0.2}) CHECK(distribution->area(r) == Approx(6 * pi * r - 24 * std::sqrt(2.0) * r * r).epsilon(2e-3));
}

TEST_CASE("tapered struts have the asked radii") {
  const CellPtr cell = make_cell({.name = "simple-cubic", .strut_taper = 0.5});
  // On the strut along x the wall is at r (1 + (taper - 1) 4 t (1 - t)).
  CHECK(value_at(*cell, Vec3(0.5, 0.05, 0.0), 0.1).value == Approx(0.0).margin(1e-6));
  CHECK(value_at(*cell, Vec3(0.25, 0.0, 0.0625), 0.1).value == Approx(0.0).margin(1e-6));
  CHECK(density_at_level(*cell, 0.1) < density_at_level(*find_cell("simple-cubic"), 0.1));
}

TEST_CASE("a fillet between two struts at right angles is a circle") {
  // Far from the struts along z the lines along x and y of the honeycomb of the simple cubic cell meet at the origin: in the
  // plane z = 0, inside the corner, the rounding has the asked radius.
  constexpr double kFillet = 0.1, kRadius = 0.05;
  const CellPtr cell = make_cell({.name = "simple-cubic", .node_fillet = kFillet});
  for (const double angle : {0.3, 0.785, 1.2}) {
    const double x = kRadius + kFillet - kFillet * std::cos(angle), y = kRadius + kFillet - kFillet * std::sin(angle);
    // In the plane z = 0 the strut along z adds its own rounding where it is nearer than the fillet's radius.
    const double to_z = std::hypot(x, y);
    const CellValue at = value_at(*cell, Vec3(x, y, 0.0), kRadius);
    if (to_z - kRadius > kFillet) CHECK(at.value == Approx(0.0).margin(1e-6));
    else CHECK(at.value < 1e-6);
  }
  CHECK(value_at(*cell, Vec3(0.5, kRadius, 0.0), kRadius).value == Approx(0.0).margin(1e-6));
  CHECK(density_at_level(*cell, kRadius) > density_at_level(*find_cell("simple-cubic"), kRadius) + 1e-3);
}

TEST_CASE("tubes are hollow by the asked ratio") {
  const CellPtr cell = make_cell({.name = "bcc", .hollow = 0.6}), full = find_cell("bcc");
  CHECK(density_at_level(*cell, 0.1) == Approx(density_at_level(*full, 0.1) - density_at_level(*full, 0.06)).margin(1e-6));
  CHECK(value_at(*cell, Vec3(0.25, 0.25, 0.25), 0.1).value == Approx(0.06).margin(1e-5));
}

TEST_CASE("plates and walls: exact densities, true distances") {
  for (const std::string& name : names_of_family("plate")) {
    INFO(name);
    const CellPtr cell = find_cell(name);
    for (int n = 0; n < 50; ++n) CHECK(function_at(*cell, scattered(n)).gradient.norm() == Approx(1.0).margin(1e-4));
  }
  // Closed plates: 1 - (1 - d)^3 for the cube's faces.
  const CellPtr closed = make_cell({.name = "sc-plate", .plate_opening = 0.0});
  for (const double d : {0.1, 0.2}) CHECK(density_at_level(*closed, 0.5 * d) == Approx(1 - std::pow(1 - d, 3)).margin(5e-5));
  // {111} planes of the closed octet plate: four families of spacing 1/sqrt 3 leave regular tetrahedra and octahedra.
  const CellPtr octet = make_cell({.name = "fcc-plate", .plate_opening = 0.0});
  const double half = 0.02, edge = std::sqrt(0.5);
  const auto shrunk = [&](double edge_factor, double volume) { return std::pow(1 - half / (edge_factor * edge), 3) * volume; };
  const double tetrahedra = 8 * shrunk(std::sqrt(6.0) / 12, std::pow(edge, 3) / (6 * std::sqrt(2.0)));
  const double octahedra = 4 * shrunk(std::sqrt(6.0) / 6, std::sqrt(2.0) / 3 * std::pow(edge, 3));
  CHECK(density_at_level(*octet, half) == Approx(1 - tetrahedra - octahedra).margin(5e-5));
  for (const std::string& name : names_of_family("honeycomb")) {
    INFO(name);
    const CellPtr cell = find_cell(name);
    CHECK(function_at(*cell, Vec3(0.31, 0.17, 0.2)).value == Approx(function_at(*cell, Vec3(0.31, 0.17, 0.9)).value).margin(1e-6));
    CHECK(function_at(*cell, Vec3(0.31, 0.17, 0.2)).gradient[2] == Approx(0.0).margin(1e-6));
  }
  // Hexagons of width 1 with walls of thickness d: the open hexagon has width 1 - d.
  for (const double d : {0.1, 0.25})
    CHECK(density_at_level(*find_cell("hexagonal-honeycomb"), 0.5 * d) == Approx(1 - (1 - d) * (1 - d)).margin(5e-5));
  CHECK(density_at_level(*find_cell("square-honeycomb"), 0.05) == Approx(0.19).margin(5e-5));
}
