#include "fea/cut/cell_cut.h"
#include "fea/cut/simplex_rules.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::fea::cut;

namespace {

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }

struct Totals {
  std::vector<double> volume;
  std::vector<Vec3> first_moment;
  double area = 0.0;
  Vec3 closed = Vec3::Zero();  ///< integral of the normal
};

/// Sums over a grid of n^3 cells that covers -1..1, moved by `shift`.
Totals totals(const Geometry& geometry, int n, int regions, const CutOptions& options, const Vec3& shift = Vec3::Zero()) {
  Totals sum{std::vector<double>(std::size_t(regions), 0.0), std::vector<Vec3>(std::size_t(regions), Vec3::Zero())};
  const double edge = 2.0 / n;
  for (int cell = 0; cell < n * n * n; ++cell) {
    const Vec3 first = shift + Vec3::Constant(-1.0) + edge * Vec3(cell % n, cell / n % n, cell / n / n);
    const CellCut cut = cut_cell(geometry, first, edge, options);
    if (cut.whole && cut.whole_region != kVoid) {
      sum.volume[std::size_t(cut.whole_region)] += edge * edge * edge;
      sum.first_moment[std::size_t(cut.whole_region)] += edge * edge * edge * (first + Vec3::Constant(0.5 * edge));
    }
    for (const auto& q : cut.volume) {
      sum.volume[std::size_t(q.region)] += q.weight * edge * edge * edge;
      sum.first_moment[std::size_t(q.region)] += q.weight * edge * edge * edge * (first + edge * q.place);
    }
    for (const auto& q : cut.surface) {
      sum.area += q.weight * edge * edge;
      sum.closed += q.weight * edge * edge * q.normal;
    }
  }
  return sum;
}

Geometry sphere(double radius) {
  Geometry geometry;
  geometry.value = [radius](int, const Vec3& p) { return p.norm() - radius; };
  return geometry;
}

}  // namespace

TEST_CASE("simplex rules are exact up to their degree and not beyond") {
  for (const int degree : {4, 6})
    for (int a = 0; a <= degree + 2; ++a)
      for (int b = 0; a + b <= degree + 2; ++b) {
        double sum = 0.0;
        for (const auto& q : triangle_rule(degree)) sum += q.weight * std::pow(q.at[0], a) * std::pow(q.at[1], b);
        const double exact = 2.0 * factorial(a) * factorial(b) / factorial(a + b + 2);
        if (a + b <= degree) CHECK(sum == Approx(exact).epsilon(1e-12));
        if (a == degree + 2) CHECK(std::abs(sum - exact) > 1e-9);
      }
  for (const int degree : {2, 5})
    for (int a = 0; a <= degree; ++a)
      for (int b = 0; a + b <= degree; ++b)
        for (int c = 0; a + b + c <= degree; ++c) {
          double sum = 0.0;
          for (const auto& q : tetrahedron_rule(degree)) sum += q.weight * std::pow(q.at[0], a) * std::pow(q.at[1], b) * std::pow(q.at[2], c);
          CHECK(sum == Approx(6.0 * factorial(a) * factorial(b) * factorial(c) / factorial(a + b + c + 3)).epsilon(1e-12));
        }
}

TEST_CASE("half spaces and wedges are cut exactly") {
  Geometry geometry;
  geometry.functions = 2;
  const Vec3 n1 = Vec3(0.3, -0.5, 0.81).normalized(), n2 = Vec3(-0.7, 0.2, 0.3).normalized();
  geometry.value = [&](int f, const Vec3& p) { return f == 0 ? n1.dot(p) : n2.dot(p); };
  // Four wedges around the origin: opposite ones are equal, and all fill the cube.
  geometry.region = [](Signs s) { return int(s); };
  const Totals all = totals(geometry, 3, 4, {1, 1, false});
  CHECK(all.volume[0] + all.volume[1] + all.volume[2] + all.volume[3] == Approx(8.0).epsilon(1e-13));
  // A surface through a node is moved by 1e-7 of an edge.
  CHECK(all.volume[0] == Approx(all.volume[3]).epsilon(1e-6));
  CHECK(all.volume[1] == Approx(all.volume[2]).epsilon(1e-6));
  CHECK(all.volume[0] + all.volume[1] == Approx(4.0).epsilon(1e-6));
  // The same cut with any division and with the lens, which must vanish on planes.
  const Totals fine = totals(geometry, 2, 4, {2, 3, true});
  for (std::size_t r = 0; r < 4; ++r) {
    CHECK(fine.volume[r] == Approx(all.volume[r]).epsilon(1e-6));
    CHECK((fine.first_moment[r] - all.first_moment[r]).norm() < 1e-6);
  }
  CHECK(fine.area == Approx(all.area).epsilon(1e-6));
}

TEST_CASE("a plane on the faces of cells gives whole cells and keeps its surface") {
  Geometry geometry;
  geometry.value = [](int, const Vec3& p) { return p.z() - 0.5; };
  const Totals sum = totals(geometry, 4, 1, {1, 2, false});
  CHECK(sum.volume[0] == Approx(6.0).epsilon(1e-6));
  CHECK(sum.area == Approx(4.0).epsilon(1e-6));
}

TEST_CASE("volume and area of a sphere: second order with chords, fourth with lenses") {
  const double radius = 0.73, volume = 4.0 / 3.0 * std::numbers::pi * std::pow(radius, 3), area = 4.0 * std::numbers::pi * radius * radius;
  const Geometry geometry = sphere(radius);
  const Vec3 shift(0.013, -0.021, 0.017);
  for (const auto& [curved, order] : {std::pair{false, 2.0}, {true, 4.0}}) {
    std::array<double, 2> volume_error, area_error;
    for (std::size_t level = 0; level < 2; ++level) {
      const Totals sum = totals(geometry, level == 0 ? 6 : 12, 1, {2, 2, curved}, shift);
      volume_error[level] = std::abs(sum.volume[0] - volume);
      area_error[level] = std::abs(sum.area - area);
      CHECK(sum.closed.norm() < (curved ? 1e-3 : 1e-12));
    }
    CAPTURE(curved, volume_error[0], volume_error[1], area_error[0], area_error[1]);
    CHECK(std::log2(volume_error[0] / volume_error[1]) > order - 0.4);
    CHECK(std::log2(area_error[0] / area_error[1]) > order - 0.4);
    if (curved) CHECK(volume_error[1] < 1e-5 * volume);
  }
}

TEST_CASE("two materials in a ball share its surface and one face between them") {
  Geometry geometry;
  geometry.functions = 2;
  geometry.value = [](int f, const Vec3& p) { return f == 0 ? p.norm() - 0.8 : p.x() - 0.1; };
  geometry.region = [](Signs s) { return s & 1u ? (s & 2u ? 0 : 1) : kVoid; };
  const int n = 8;
  const double edge = 2.0 / n, exact = std::numbers::pi * (0.64 - 0.01);
  std::array<double, 2> error;
  for (const int divisions : {4, 8}) {
    double face = 0.0;
    for (int cell = 0; cell < n * n * n; ++cell) {
      const Vec3 first = Vec3::Constant(-1.0) + edge * Vec3(cell % n, cell / n % n, cell / n / n);
      for (const auto& q : cut_cell(geometry, first, edge, {1, divisions, true}).surface) {
        if (q.function == 0) CHECK(q.positive_region == kVoid);
        if (q.function != 1) continue;
        CHECK((q.negative_region == 0 && q.positive_region == 1));
        face += q.weight * edge * edge;
      }
    }
    error[divisions == 4 ? 0 : 1] = std::abs(face - exact);
  }
  // The face's rim is a polygon: second order.
  CHECK(error[0] < 0.01 * exact);
  CHECK(error[1] < 0.3 * error[0]);
  const Totals sum = totals(geometry, n, 2, {1, 2, true});
  CHECK(sum.volume[0] + sum.volume[1] == Approx(4.0 / 3.0 * std::numbers::pi * 0.512).epsilon(2e-4));
  const double cap = 0.7;  // height of the smaller part
  CHECK(sum.volume[1] == Approx(std::numbers::pi * cap * cap * (3 * 0.8 - cap) / 3.0).epsilon(1e-3));
}
