#include "fea/homogenize/stress_amplification.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

HomogenizedCell gyroid_sheet(int n) {
  PeriodicCell cell;
  cell.size = {n, n, n};
  cell.youngs_modulus_mpa = 500.0;
  constexpr int kSamples = 3;
  const double step = 2.0 * M_PI / (n * kSamples);
  for (int c = 0; c < n * n * n; ++c) {
    int inside = 0;
    for (int s = 0; s < 27; ++s) {
      const double x = step * (3 * (c % n) + s % 3 + 0.5), y = step * (3 * (c / n % n) + s / 3 % 3 + 0.5), z = step * (3 * (c / n / n) + s / 9 + 0.5);
      inside += std::abs(std::sin(x) * std::cos(y) + std::sin(y) * std::cos(z) + std::sin(z) * std::cos(x)) < 0.6;
    }
    cell.solid_share.push_back(float(inside) / 27.0f);
  }
  return homogenize(cell, Progress());
}

}  // namespace

TEST_CASE("a full block carries the macroscopic stress itself and yields by von Mises") {
  const HomogenizedCell cell = homogenize({{4, 4, 4}, std::vector<float>(64, 1.0f), 1000.0, 0.3, 0.1}, Progress());
  const auto amplification = stress_amplification(cell);
  for (int s = 0; s < 6; ++s) {
    const double expected = s < 3 ? 1.0 : std::sqrt(3.0);
    CHECK(amplification[std::size_t(s)].p50 == Approx(expected).epsilon(1e-5));
    CHECK(amplification[std::size_t(s)].peak == Approx(expected).epsilon(1e-5));
  }
  const YieldSurface surface = yield_surface(cell, 0.01);
  CHECK(surface.uniaxial[2] == Approx(1.0).epsilon(1e-5));
  CHECK(surface.uniaxial[4] == Approx(1.0 / std::sqrt(3.0)).epsilon(1e-5));
  CHECK(surface.hydrostatic == 0.0);
  CHECK_FALSE(surface.closed);
  CHECK(surface.fit_error_max < 1e-4);  // von Mises is an ellipsoid
}

TEST_CASE("gyroid sheet: amplification is cubic, at least one over the density on average, and the yield ellipsoid fits") {
  const HomogenizedCell cell = gyroid_sheet(20);
  const auto amplification = stress_amplification(cell);
  for (int s = 1; s < 3; ++s) {
    CHECK(amplification[std::size_t(s)].p99 == Approx(amplification[0].p99).epsilon(0.01));
    CHECK(amplification[std::size_t(3 + s)].p99 == Approx(amplification[3].p99).epsilon(0.01));
  }
  for (const StressPercentiles& a : amplification) {
    CHECK(a.p50 < a.p95);
    CHECK(a.p95 < a.p99);
    CHECK(a.p99 < a.p999);
    CHECK(a.p999 <= a.peak);
  }
  // The mean of the axial stress over the solid is 1/density; the 95th percentile of von Mises is above it.
  CHECK(amplification[0].p95 > 1.0 / cell.solid_fraction);

  const YieldSurface surface = yield_surface(cell, 0.01);
  CHECK(surface.closed);
  CHECK(surface.fit_error_rms < surface.fit_error_max);
  CHECK(surface.fit_error_max < 0.25);
  for (int s = 0; s < 6; ++s) {
    CHECK(surface.uniaxial[s] == Approx(1.0 / amplification[std::size_t(s)].p99).epsilon(1e-9));
    CHECK(surface.uniaxial[s] < cell.solid_fraction);
    CHECK(surface.factor(Vec6::Unit(s)) == Approx(surface.uniaxial[s]).epsilon(0.15));
    CHECK(surface.factor(-2.0 * Vec6::Unit(s)) == Approx(0.5 * surface.factor(Vec6::Unit(s))));
  }
  // More of the solid may yield before the estimate calls it: the surface grows with the share.
  CHECK(yield_surface(cell, 0.05).uniaxial[0] > surface.uniaxial[0]);
  CHECK(error_of([&] { yield_surface(cell, 0.0); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { surface.factor(Vec6::Zero()); }).first == ExitCode::kBadInput);
}
