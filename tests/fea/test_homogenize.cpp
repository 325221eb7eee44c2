#include "fea/homogenize/homogenize.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// A periodic cell with the solid share of f < threshold by 4^3 samples per cell, x y z in 0..2 pi.
template <class Function>
PeriodicCell sampled(int n, double threshold, const Function& f) {
  PeriodicCell cell;
  cell.size = {n, n, n};
  cell.youngs_modulus_mpa = 1000.0;
  constexpr int kSamples = 4;
  const double step = 2.0 * M_PI / (n * kSamples);
  for (int k = 0; k < n; ++k)
    for (int j = 0; j < n; ++j)
      for (int i = 0; i < n; ++i) {
        int inside = 0;
        for (int c = 0; c < kSamples; ++c)
          for (int b = 0; b < kSamples; ++b)
            for (int a = 0; a < kSamples; ++a)
              inside += f((kSamples * i + a + 0.5) * step, (kSamples * j + b + 0.5) * step, (kSamples * k + c + 0.5) * step) < threshold;
        cell.solid_share.push_back(float(inside) / float(kSamples * kSamples * kSamples));
      }
  return cell;
}

double gyroid(double x, double y, double z) {
  return std::sin(x) * std::cos(y) + std::sin(y) * std::cos(z) + std::sin(z) * std::cos(x);
}

constexpr double kGyroid70 = -0.6162;  // network gyroid of 70 % porosity

/// Hashin-Shtrikman upper bound of the bulk modulus with voids.
double bulk_bound(double k, double g, double rho) { return 4.0 * g * k * rho / (4.0 * g + 3.0 * k * (1.0 - rho)); }
double shear_bound(double k, double g, double rho) {
  return (9.0 * k + 8.0 * g) * g * rho / (20.0 * g + 15.0 * k - 6.0 * (k + 2.0 * g) * rho);
}

}  // namespace

TEST_CASE("a homogeneous cell gives its own material, all 36 entries") {
  PeriodicCell cell{{4, 4, 4}, std::vector<float>(64, 1.0f), 1.0, 0.3, 0.1};
  const HomogenizedCell result = homogenize(cell, Progress());
  CHECK((result.stiffness_mpa - isotropic_stiffness(1.0, 0.3)).norm() < 1e-12);
  CHECK(result.solid_fraction == Approx(1.0));
  CHECK(result.elastic.youngs_modulus_mpa[0] == Approx(1.0));
  CHECK(result.elastic.poisson_ratio(0, 1) == Approx(0.3));
  CHECK(result.elastic.zener_ratio == Approx(1.0));
  // The struts of a solid block carry the macroscopic stress.
  Vec6 strain;
  strain << -0.3e-3, -0.3e-3, 1e-3, 0, 0, 0;
  CHECK(result.strut_von_mises_mpa(strain, 0.99) == Approx(1e-3).epsilon(1e-5));
}

TEST_CASE("laminates are exact") {
  // Layers of share 1 and 0.1 (E 10 and 1), nu = 0, half and half: series 2 / (1/10 + 1/1) = 1.818181818, parallel 5.5
  // (the values that NASA's PuMA keeps as a test).
  for (int axis = 0; axis < 3; ++axis) {
    PeriodicCell cell{{4, 4, 4}, std::vector<float>(64), 10.0, 0.0, 0.05};
    for (int c = 0; c < 64; ++c) {
      const int position[3] = {c % 4, c / 4 % 4, c / 16};
      cell.solid_share[std::size_t(c)] = position[axis] < 2 ? 1.0f : 0.1f;
    }
    const HomogenizedCell result = homogenize(cell, Progress());
    for (int d = 0; d < 3; ++d)
      CHECK(result.stiffness_mpa(d, d) == Approx(d == axis ? 20.0 / 11.0 : 5.5).epsilon(1e-7));
    // Shear: series when the layers' normal takes part, parallel otherwise; G = E / 2.
    for (int s = 0; s < 3; ++s)
      CHECK(result.stiffness_mpa(3 + s, 3 + s) == Approx(s == axis ? 2.75 : 10.0 / 11.0).epsilon(1e-7));
  }
}

TEST_CASE("gyroid: symmetric, cubic, below Hashin-Shtrikman, near the published stiffness") {
  const HomogenizedCell result = homogenize(sampled(16, kGyroid70, gyroid), Progress());
  CHECK(result.solid_fraction == Approx(0.30).margin(0.005));
  CHECK(result.relative_residual <= 1e-8);
  const Mat6& c = result.stiffness_mpa;
  CHECK((c - c.transpose()).norm() == 0.0);
  const double scale = c(0, 0);
  for (int d = 1; d < 3; ++d) {
    CHECK(std::abs(c(d, d) - c(0, 0)) < 1e-4 * scale);
    CHECK(std::abs(c(3 + d, 3 + d) - c(3, 3)) < 1e-4 * scale);
  }
  CHECK(std::abs(c(0, 2) - c(0, 1)) < 1e-4 * scale);
  CHECK(c.topRightCorner<3, 3>().norm() < 1e-3 * scale);
  const double k = 1000.0 / (3.0 * 0.4), g = 1000.0 / 2.6, rho = result.solid_fraction;
  CHECK((c(0, 0) + 2.0 * c(0, 1)) / 3.0 < bulk_bound(k, g, rho));
  // An isotropic polycrystal of this cell is bounded, and it is at least as stiff as the Reuss mean of the two cubic shear moduli.
  CHECK(5.0 / (4.0 / (c(0, 0) - c(0, 1)) + 3.0 / c(3, 3)) < shear_bound(k, g, rho));
  // KU Leuven 2024 (J. Manuf. Mater. Process. 8:256), skeletal gyroid: E / Es = 1.08 rho^2.22, a band of 30 %.
  const double published = 1.08 * std::pow(rho, 2.22);
  CHECK(result.elastic.youngs_modulus_mpa[0] / 1000.0 == Approx(published).epsilon(0.30));
}

TEST_CASE("gyroid converges with resolution to an independent voxel code") {
  // C11, C12, C44 over Es at 30 % solid, n = 128: 0.10338, 0.05131, 0.04279.
  const HomogenizedCell coarse = homogenize(sampled(16, kGyroid70, gyroid), Progress());
  const HomogenizedCell fine = homogenize(sampled(32, kGyroid70, gyroid), Progress());
  const auto error = [](const HomogenizedCell& cell, int i, int j, double reference) {
    return std::abs(cell.stiffness_mpa(i, j) / 1000.0 / reference - 1.0);
  };
  CHECK(error(fine, 0, 0, 0.10338) < error(coarse, 0, 0, 0.10338));
  CHECK(error(fine, 0, 0, 0.10338) < 0.05);
  CHECK(error(fine, 0, 1, 0.05131) < 0.05);
  CHECK(error(fine, 3, 3, 0.04279) < 0.05);
}

TEST_CASE("strut stress: linear in the strain, rising with the percentile, equilibrated on average") {
  const PeriodicCell cell = sampled(12, kGyroid70, gyroid);
  const HomogenizedCell result = homogenize(cell, Progress());
  Vec6 strain;
  strain << 0, 0, -1e-3, 0, 2e-4, 0;
  const double p50 = result.strut_von_mises_mpa(strain, 0.5), p99 = result.strut_von_mises_mpa(strain, 0.99);
  CHECK(p50 < p99);
  CHECK(p99 <= result.strut_von_mises_mpa(strain, 1.0));
  CHECK(result.strut_von_mises_mpa(-2.0 * strain, 0.99) == Approx(2.0 * p99).epsilon(1e-6));
  CHECK(result.local_share.size() == result.local_stress_mpa.size());
  CHECK(error_of([&] { result.strut_von_mises_mpa(strain, 99.0); }).first == ExitCode::kBadInput);
}

TEST_CASE("solids that cannot carry load are refused") {
  PeriodicCell balls = sampled(12, -1.5, [](double x, double y, double z) { return std::cos(x) + std::cos(y) + std::cos(z); });
  CHECK_THAT(error_of([&] { homogenize(balls, Progress()); }).second, Catch::Contains("0 of 3 directions"));
  PeriodicCell plates{{4, 4, 4}, std::vector<float>(64, 0.0f), 1.0, 0.3, 0.1};
  for (int c = 0; c < 16; ++c) plates.solid_share[std::size_t(c)] = 1.0f;
  CHECK_THAT(error_of([&] { homogenize(plates, Progress()); }).second, Catch::Contains("2 of 3 directions"));
  for (int c = 32; c < 48; ++c) plates.solid_share[std::size_t(c)] = 1.0f;
  const auto apart = error_of([&] { homogenize(plates, Progress()); });
  CHECK(apart.first == ExitCode::kComputationFailed);
  CHECK_THAT(apart.second, Catch::Contains("not connected"));
  PeriodicCell wrong{{4, 4, 4}, std::vector<float>(63, 1.0f), 1.0, 0.3, 0.1};
  CHECK(error_of([&] { homogenize(wrong, Progress()); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { homogenize({{4, 4, 4}, std::vector<float>(64, 0.0f), 1.0, 0.3, 0.1}, Progress()); }).first ==
        ExitCode::kComputationFailed);
}
