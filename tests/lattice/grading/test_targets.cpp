/// From porosity and sizes to level and cell size.

#include "core/error.h"
#include "lattice/grading/calibrate.h"
#include "lattice/grading/targets.h"
#include "lattice/measure/connectivity.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::lattice;

namespace {

SolvedCell solve(const char* cell, const CellTargets& targets) { return solve_targets(*find_cell(cell), targets, "test"); }

}  // namespace

TEST_CASE("densities at which cells hold together and are open") {
  // Saddle values: P +-1, D +-1, G +-sqrt 2, I-WP -3, Neovius +-0.75; with the shares below them.
  const auto range = [](const char* name) { return usable_densities(*find_cell(name)).value(); };
  CHECK(range("primitive-network-minus").least == Approx(0.2133).margin(0.0012));
  CHECK(range("primitive-network-minus").least_because == kSolidFallsApart);
  CHECK(range("primitive-network-minus").most == Approx(1.0 - 0.2133).margin(0.0012));
  CHECK(range("primitive-network-minus").most_because == kPoresClose);
  CHECK(range("primitive-sheet").most == Approx(0.573).margin(0.0015));
  CHECK(range("diamond-network-minus").least == Approx(0.0806).margin(0.0012));
  CHECK(range("diamond-sheet").most == Approx(0.839).margin(0.0015));
  CHECK(range("gyroid-network-minus").least == Approx(0.0167).margin(0.0012));
  CHECK(range("gyroid-sheet").most == Approx(0.967).margin(0.0015));
  CHECK(range("neovius-network-minus").least == Approx(0.3355).margin(0.0012));
  CHECK(range("neovius-sheet").most == Approx(0.329).margin(0.0015));
  CHECK(range("i-wp-network-minus").least == Approx(0.1005).margin(0.0012));
  CHECK(range("fischer-koch-s-network-minus").least == Approx(0.1147).margin(0.0012));
  CHECK(range("fischer-koch-s-sheet").most == Approx(0.771).margin(0.0015));
  // The complement falls apart where the solid closed.
  CHECK(range("primitive-double-network").least == Approx(1.0 - 0.573).margin(0.0015));
  // Struts of any thinness hold together; the window of the simple cubic cell closes at r = 1/2.
  CHECK(range("simple-cubic").least == Approx(0.01));
  CHECK(range("simple-cubic").most == Approx(density_at_level(*find_cell("simple-cubic"), 0.5)).margin(0.002));
  // Closed plates have closed pores at any density.
  CHECK_FALSE(usable_densities(*make_cell({.name = "sc-plate", .plate_opening = 0.0})).has_value());
}

TEST_CASE("porosity and one size") {
  const SolvedCell gyroid = solve("gyroid-sheet", {.porosity_fraction = 0.7, .pore_size_mm = 0.6});
  CHECK(gyroid.cell_size_mm == Approx(1.66).epsilon(0.005));  // 0.6 / 0.3615
  CHECK(gyroid.level == Approx(0.4639).margin(3e-4));
  CHECK(gyroid.density_fraction == Approx(0.3));
  REQUIRE(gyroid.sizes_mm.size() == 4);
  CHECK(gyroid.sizes_mm[0].name == "pore, max-inscribed-sphere");
  CHECK(gyroid.sizes_mm[0].value_mm == Approx(0.6));
  CHECK(solve("gyroid-sheet", {.density_fraction = 0.3, .pore_size_mm = 0.6}).cell_size_mm == gyroid.cell_size_mm);
  // The same pore size by another definition is another cell: Schwarz P has windows of 0.40 of its pores.
  const SolvedCell inscribed = solve("primitive-sheet", {.porosity_fraction = 0.7, .pore_size_mm = 0.6});
  const SolvedCell throat = solve("primitive-sheet", {.porosity_fraction = 0.7, .pore_size_mm = 0.6, .pore_definition = PoreDefinition::kThroat});
  CHECK(inscribed.cell_size_mm == Approx(0.6 / 0.7689).epsilon(0.003));
  CHECK(throat.cell_size_mm == Approx(0.6 * 3.14159265 / std::sqrt(2.0) / std::acos((1.0 + throat.level) / 2.0)).epsilon(0.003));
  const SolvedCell intercept = solve("gyroid-network-minus", {.porosity_fraction = 0.5, .pore_size_mm = 0.6, .pore_definition = PoreDefinition::kMeanIntercept});
  CHECK(intercept.cell_size_mm == Approx(0.6 * 3.0915 / 2.0).epsilon(0.002));
  const SolvedCell thickness =
      solve("gyroid-network-minus", {.porosity_fraction = 0.5, .pore_size_mm = 0.6, .pore_definition = PoreDefinition::kLocalThicknessMean});
  CHECK(thickness.sizes.pore_thickness * thickness.cell_size_mm == Approx(0.6));
  CHECK(solve("octet", {.porosity_fraction = 0.7, .strut_size_mm = 0.3}).sizes.strut_diameter * solve("octet", {.porosity_fraction = 0.7, .strut_size_mm = 0.3}).cell_size_mm ==
        Approx(0.3));
  CHECK(solve("octet", {.porosity_fraction = 0.7, .cell_size_mm = 2.0}).cell_size_mm == 2.0);
}

TEST_CASE("two sizes without a porosity", "[slow]") {
  // Struts of radius r of the simple cubic cell: pore sqrt 2 - 2 r, node ball sqrt 6 r.
  const double r = 0.12;
  const SolvedCell cubic = solve("simple-cubic", {.pore_size_mm = std::sqrt(2.0) - 2 * r, .strut_size_mm = std::sqrt(6.0) * r});
  // As exact as the ball at the node is measured, see test_unit_cell.
  CHECK(cubic.cell_size_mm == Approx(1.0).epsilon(0.005));
  CHECK(cubic.level == Approx(r).epsilon(0.02));
  for (const PoreDefinition definition : {PoreDefinition::kThroat, PoreDefinition::kMeanIntercept}) {
    const SolvedCell gyroid = solve("gyroid-sheet", {.pore_size_mm = 0.6, .pore_definition = definition, .strut_size_mm = 0.2});
    CHECK(pore_size(gyroid.sizes, definition) * gyroid.cell_size_mm == Approx(0.6).epsilon(1e-3));
    CHECK(gyroid.sizes.strut_diameter * gyroid.cell_size_mm == Approx(0.2).epsilon(1e-3));
  }
  const SolvedCell fixed = solve("gyroid-network-minus", {.pore_size_mm = 0.5871, .cell_size_mm = 1.0});
  CHECK(fixed.density_fraction == Approx(0.3).margin(0.003));
}

TEST_CASE("what cannot be is refused with the nearest feasible value") {
  const auto refused = [](const char* cell, const CellTargets& targets) {
    try {
      solve(cell, targets);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kBadInput);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refused("primitive-network-minus", {.porosity_fraction = 0.8, .pore_size_mm = 0.6}),
             Catch::Contains("falls apart") && Catch::Contains("nearest feasible porosity: 78.6 %"));
  CHECK_THAT(refused("primitive-sheet", {.porosity_fraction = 0.3, .pore_size_mm = 0.6}),
             Catch::Contains("closes its pores") && Catch::Contains("nearest feasible porosity: 42.7 %"));
  CHECK_THAT(refused("gyroid-sheet", {.pore_size_mm = 0.1, .strut_size_mm = 9.0}), Catch::Contains("no usable density") && Catch::Contains("nearest feasible"));
  CHECK_THAT(refused("primitive-network-minus", {.pore_size_mm = 0.6, .strut_size_mm = 0.1}),
             Catch::Contains("the solid falls apart") && Catch::Contains("a strut or wall of"));
  CHECK_THAT(refused("gyroid-sheet", {.porosity_fraction = 0.7}), Catch::Contains("two of them determine"));
  CHECK_THAT(refused("gyroid-sheet", {.porosity_fraction = 0.7, .pore_size_mm = 0.6, .cell_size_mm = 1.0}), Catch::Contains("3 of porosity"));
  CHECK_THAT(refused("gyroid-sheet", {.porosity_fraction = 0.7, .density_fraction = 0.3, .pore_size_mm = 0.6}), Catch::Contains("1 minus the other"));
  CHECK_THAT(refused("gyroid-sheet", {.porosity_fraction = 0.7, .pore_size_mm = -1.0}), Catch::Contains("above 0"));
  CHECK_THROWS_WITH(pore_definition("throt"), Catch::Contains("throat"));
}
