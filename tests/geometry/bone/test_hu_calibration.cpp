#include "core/error.h"
#include "geometry/bone/hu_calibration.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace spongiosa::geometry {

namespace {

/// Air outside a disc of fat round a disc of muscle; values scaled and shifted as an uncalibrated scanner would, with a fixed ripple.
HuImage body(double scale, double shift) {
  HuImage image;
  image.size = {80, 80, 20};
  image.spacing_mm = Vec3(1.0, 1.0, 2.0);
  image.origin_Patient = Vec3(-40.0, -40.0, 0.0);
  image.allocate();
  int state = 1;
  for (std::int64_t k = 0; k < 20; ++k)
    for (std::int64_t j = 0; j < 80; ++j)
      for (std::int64_t i = 0; i < 80; ++i) {
        const Vec3 p = image.to_patient(Vec3(double(i), double(j), double(k)));
        const double r = std::hypot(p[0], p[1]);
        state = int((state * 75LL + 74) % 65537);
        const double tissue = r < 20.0 ? 55.0 : r < 32.0 ? -100.0 : -1000.0;
        image.at(i, j, k) = std::int16_t(std::lround(scale * tissue + shift + 12.0 * (double(state) / 65537.0 - 0.5)));
      }
  return image;
}

}  // namespace

TEST_CASE("tissues found in the histogram give back the scanner's scale and shift") {
  const double scale = 0.95, shift = 12.0;
  const auto found = find_tissues(body(scale, shift));
  REQUIRE(found.size() == 3);
  const HuFit fit = fit_hu(found);
  CHECK(fit.slope == Approx(1.0 / scale).epsilon(0.002));
  CHECK(fit.intercept == Approx(-shift / scale).margin(1.0));
  CHECK(fit.largest_residual < 1.0);
}

TEST_CASE("regions give mean and spread, and rods their line") {
  const HuImage image = body(1.0, 0.0);
  const RegionValues muscle = region_values(image, Vec3(0, 0, 20), 8.0, "muscle");
  CHECK(muscle.mean_hu == Approx(55.0).margin(0.5));
  CHECK(muscle.sd_hu == Approx(12.0 / std::sqrt(12.0)).epsilon(0.1));
  CHECK(double(muscle.voxels) == Approx(4.0 / 3.0 * 3.14159265 * 512.0 / 2.0).epsilon(0.1));
  std::vector<CalibrationPoint> rods;
  for (const double density : {0.0, 0.05, 0.1, 0.2}) rods.push_back({"rod", {20.0 + 1250.0 * density, 5.0, 100}, density, 0.0});
  const HuFit fit = fit_hu(rods);
  CHECK(fit.slope == Approx(0.0008));
  CHECK(fit.intercept == Approx(-0.016));
  CHECK(fit.rms_residual < 1e-12);
}

TEST_CASE("calibrations that tell nothing are refused") {
  const HuImage image = body(1.0, 0.0);
  CHECK_THROWS_WITH(region_values(image, Vec3(38, 0, 20), 8.0, "rod 1"), Catch::Contains("rod 1") && Catch::Contains("leaves the scan"));
  CHECK_THROWS_WITH(region_values(image, Vec3(0, 0, 20), 1.0, "rod 1"), Catch::Contains("only"));
  CHECK_THROWS_WITH(region_values(image, Vec3(0, 0, 20), 0.1, "rod 1"), Catch::Contains("0.5..50"));
  CHECK_THROWS_WITH(fit_hu({{"a", {10, 1, 50}, 1.0, 0.0}}), Catch::Contains("at least two"));
  CHECK_THROWS_WITH(fit_hu({{"a", {10, 1, 50}, 1.0, 0.0}, {"b", {20, 1, 50}, 2.0, 0.0}}), Catch::Contains("span"));
  CHECK_THROWS_WITH(nominal_tissue_hu("liver"), Catch::Contains("liver"));
  HuImage flat = image;
  for (auto& v : flat.data) v = 700;
  CHECK_THROWS_WITH(find_tissues(flat), Catch::Contains("0 of air"));
}

}  // namespace spongiosa::geometry
