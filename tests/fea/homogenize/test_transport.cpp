#include "fea/homogenize/conductivity.h"
#include "fea/homogenize/elastic_constants.h"
#include "fea/homogenize/permeability.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// Share of a ball in the middle of a unit cell, by 4^3 samples per cube.
std::vector<float> ball(int n, double radius) {
  std::vector<float> share;
  constexpr int kSamples = 4;
  for (int c = 0; c < n * n * n; ++c) {
    int inside = 0;
    for (int s = 0; s < kSamples * kSamples * kSamples; ++s) {
      const Vec3 p((c % n + (s % kSamples + 0.5) / kSamples) / n, (c / n % n + (s / kSamples % kSamples + 0.5) / kSamples) / n,
                   (c / n / n + (s / kSamples / kSamples + 0.5) / kSamples) / n);
      inside += (p - Vec3::Constant(0.5)).norm() < radius;
    }
    share.push_back(float(inside) / float(kSamples * kSamples * kSamples));
  }
  return share;
}
std::vector<float> rest(std::vector<float> share) {
  for (float& s : share) s = 1.0f - s;
  return share;
}
double radius_of(double fraction) { return std::cbrt(3.0 * fraction / (4.0 * M_PI)); }

}  // namespace

TEST_CASE("conduction: homogeneous cells and laminates are exact") {
  CHECK((effective_conductivity({4, 6, 8}, std::vector<float>(192, 1.0f), 1e-10, Progress()).relative - Mat3::Identity()).norm() < 1e-10);
  std::vector<float> layers(64);
  for (std::size_t c = 0; c < 64; ++c) layers[c] = c / 16 < 2 ? 1.0f : 0.1f;
  const PeriodicConductivity k = effective_conductivity({4, 4, 4}, layers, 1e-10, Progress());
  CHECK(k.relative(0, 0) == Approx(0.55));
  CHECK(k.relative(1, 1) == Approx(0.55));
  CHECK(k.relative(2, 2) == Approx(2.0 / (1.0 / 1.0 + 1.0 / 0.1)));
  // A plate conducts in its plane only.
  for (float& s : layers) s = s < 1.0f ? 0.0f : 1.0f;
  const PeriodicConductivity plate = effective_conductivity({4, 4, 4}, layers, 1e-10, Progress());
  CHECK(plate.relative(0, 0) == Approx(0.5));
  CHECK(std::abs(plate.relative(2, 2)) < 1e-12);
}

TEST_CASE("conduction around insulating spheres: Maxwell at 10 %, below the bound, rising with resolution to it") {
  // Rayleigh's series for a simple cubic array differs from Maxwell's 2 (1 - c) / (2 + c) by less than 1e-3 at c = 0.1.
  const double exact = 2.0 * 0.9 / 2.1;
  double before = 1.0;
  for (const int n : {12, 24, 48}) {
    const PeriodicConductivity k = effective_conductivity({n, n, n}, rest(ball(n, radius_of(0.1))), 1e-8, Progress());
    CHECK(k.relative(0, 0) == Approx(k.relative(2, 2)).epsilon(1e-6));
    CHECK(std::abs(k.relative(0, 1)) < 1e-6);
    const double error = std::abs(k.relative(0, 0) / exact - 1.0);
    CHECK(error < before);
    before = error;
  }
  CHECK(before < 5e-3);
}

TEST_CASE("flow in a plane channel is the exact parabola at the cubes' middles, whatever its width") {
  for (const int h : {3, 6, 10}) {
    const int n = h + 2;
    std::vector<float> solid(std::size_t(4 * 4 * n), 0.0f);
    for (int c = 0; c < 4 * 4 * n; ++c)
      if (c / 16 < 2) solid[std::size_t(c)] = 1.0f;
    const PeriodicPermeability k = permeability({4, 4, n}, solid, 1e-9, Progress());
    // Mean of (h^2/4 - y^2)/2 over y = +-1/2, +-3/2 ...: h^2/12 + 1/24.
    const double exact = (h * h / 12.0 + 1.0 / 24.0) * h / n;
    CHECK(k.per_edge_squared(0, 0) == Approx(exact).epsilon(1e-6));
    CHECK(k.per_edge_squared(1, 1) == Approx(exact).epsilon(1e-6));
    CHECK(std::abs(k.per_edge_squared(2, 2)) < 1e-6);
    CHECK(std::abs(k.per_edge_squared(0, 1)) < 1e-9);
  }
}

TEST_CASE("flow past a simple cubic array of spheres: Zick and Homsy's drag") {
  // k = L^2 / (6 pi (a / L) K) with K = 4.292 at 12.5 % (J. Fluid Mech. 115 (1982) 13, table 2, from memory).
  const double a = radius_of(0.125), exact = 1.0 / (6.0 * M_PI * a * 4.292);
  const int n = 20;
  const PeriodicPermeability k = permeability({n, n, n}, ball(n, a), 1e-5, Progress());
  CHECK(k.per_edge_squared(0, 0) / (n * n) == Approx(exact).epsilon(0.03));
  CHECK(k.per_edge_squared(0, 0) == Approx(k.per_edge_squared(2, 2)).epsilon(1e-4));
  CHECK(std::abs(k.per_edge_squared(1, 0)) < 1e-3 * k.per_edge_squared(0, 0));
}

TEST_CASE("transport refuses shares that make no sense and cells without pores") {
  CHECK(error_of([] { effective_conductivity({2, 2, 2}, std::vector<float>(7, 1.0f), 1e-6, Progress()); }).first == ExitCode::kBadInput);
  CHECK(error_of([] { effective_conductivity({2, 2, 2}, std::vector<float>(8, 1.5f), 1e-6, Progress()); }).first == ExitCode::kBadInput);
  CHECK_THAT(error_of([] { permeability({2, 2, 2}, std::vector<float>(8, 1.0f), 1e-6, Progress()); }).second, Catch::Contains("no pore"));
  CHECK(error_of([] { permeability({2, 2, 2}, std::vector<float>(9, 0.0f), 1e-6, Progress()); }).first == ExitCode::kBadInput);
}
