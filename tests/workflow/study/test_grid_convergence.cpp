#include "core/error.h"
#include "workflow/study/grid_convergence.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("an error that is a power of the element size is found with its order and its limit") {
  for (const double order : {0.7, 1.0, 1.5, 2.0})
    for (const double r32 : {1.3, 1.4, 2.0}) {
      const double h1 = 0.5, h2 = 0.7, h3 = 0.7 * r32;
      const auto f = [&](double h) { return 12.0 - 3.0 * std::pow(h, order); };
      const GridConvergence g = grid_convergence(h1, h2, h3, f(h1), f(h2), f(h3));
      INFO(order << " " << r32);
      CHECK(g.monotone);
      CHECK(g.order == Approx(order).epsilon(1e-6));
      CHECK(g.extrapolated == Approx(12.0).epsilon(1e-6));
      // The band of the index holds the converged value, with its safety factor to spare.
      CHECK(g.index_fraction * f(h1) == Approx(1.25 * (12.0 - f(h1))).epsilon(1e-5));
    }
}

TEST_CASE("published example: order and index of Celik et al. 2008, table 1") {
  // Reattachment length: phi 6.063, 5.972, 5.863 with r21 1.5, r32 1.333; order 1.53, extrapolated 6.1685, index 2.2 %.
  const GridConvergence g = grid_convergence(1.0, 1.5, 1.5 * 1.333, 6.063, 5.972, 5.863);
  CHECK(g.order == Approx(1.53).margin(0.01));
  CHECK(g.extrapolated == Approx(6.1685).margin(0.002));
  CHECK(100.0 * g.index_fraction == Approx(2.2).margin(0.05));
}

TEST_CASE("values that swing have no order, and a wide band") {
  const GridConvergence g = grid_convergence(1.0, 1.4, 2.0, 10.0, 10.2, 10.1);
  CHECK_FALSE(g.monotone);
  CHECK(g.safety == 3.0);
  CHECK(g.extrapolated == 10.0);
  CHECK(g.index_fraction == Approx(3.0 * 0.02 / 0.4));
}

TEST_CASE("values that do not depend on the elements have an index of zero") { CHECK(grid_convergence(1.0, 1.4, 2.0, 5.0, 5.0, 5.0).index_fraction == 0.0); }

TEST_CASE("element sizes out of order are refused") { CHECK_THROWS_AS(grid_convergence(1.0, 1.0, 2.0, 1.0, 2.0, 3.0), Error); }
