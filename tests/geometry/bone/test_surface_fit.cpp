#include "geometry/bone/detail/plate_mask.h"
#include "geometry/bone/detail/surface_fit.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;
using namespace spongiosa::geometry::bone_detail;

namespace {

std::vector<SurfacePoint> sampled(double (*z)(double, double)) {
  std::vector<SurfacePoint> points;
  for (double x = -8.0; x <= 8.0; x += 0.5)
    for (double y = -6.0; y <= 6.0; y += 0.5) points.push_back({x, y, z(x, y), 1.0});
  return points;
}

}  // namespace

TEST_CASE("a plane is reproduced exactly, also beyond the data") {
  const auto points = sampled([](double x, double y) { return 1.0 + 0.2 * x - 0.1 * y; });
  const SurfaceFit fit = fit_surface(points, 0.25, -15.0, 15.0, -12.0, 12.0, 0.5, 1.0);
  for (const double x : {-14.0, 0.0, 14.0})
    for (const double y : {-11.0, 3.0, 11.0}) CHECK(fit.field.z(x, y) == Approx(1.0 + 0.2 * x - 0.1 * y).margin(1e-5));
  CHECK(fit.rms_mm < 1e-6);
}

TEST_CASE("outliers do not pull the surface") {
  auto points = sampled([](double x, double) { return 0.01 * x * x; });
  for (std::size_t n = 0; n < points.size(); n += 9) points[n].z_mm += 3.0;
  const SurfaceFit fit = fit_surface(points, 0.25, -8.0, 8.0, -6.0, 6.0, 0.5, 1.0);
  for (const double x : {-6.0, -2.0, 0.0, 5.0}) CHECK(fit.field.z(x, 1.0) == Approx(0.01 * x * x).margin(0.03));
  CHECK(fit.weight[0] == 0.0);
}

TEST_CASE("smoothing halves the wave that a Gaussian of the same name halves") {
  // exp(-s^2 k^2 / 2) = 1/2 at k = 1.177 / s: a wave of length 5.34 s.
  std::vector<SurfacePoint> points;
  for (double x = -16.0; x <= 16.0; x += 0.25)
    for (double y = -4.0; y <= 4.0; y += 0.25) points.push_back({x, y, 0.1 * std::cos(1.177 * x), 1.0});
  const SurfaceFit fit = fit_surface(points, 0.0625, -16.0, 16.0, -4.0, 4.0, 0.25, 1.0);
  CHECK(fit.field.z(0.0, 0.0) == Approx(0.05).epsilon(0.12));
}

TEST_CASE("the main part of a mask: opened, holes filled up to a size, outline of a disc") {
  PlateMask mask(15.0, 0.25);
  for (int j = 0; j < mask.count(); ++j)
    for (int i = 0; i < mask.count(); ++i) {
      const double x = mask.coordinate(i), y = mask.coordinate(j);
      const bool disc = x * x + y * y <= 64.0, bridge = std::abs(y) < 1.0 && x > 0.0 && x < 14.0;
      const bool small_hole = std::hypot(x - 2.0, y) < 1.0, large_hole = std::hypot(x + 3.0, y) < 2.5;
      mask.at(i, j) = (disc || bridge) && !small_hole && !large_hole ? 1.0f : 0.0f;
    }
  const PlateMask whole = filled(mask, 12.0);
  CHECK(whole.area_mm2() - mask.area_mm2() == Approx(3.14159).epsilon(0.15));  // 50 nodes of 1/16 mm^2
  CHECK(filled(mask, 30.0).area_mm2() - whole.area_mm2() == Approx(3.14159 * 6.25).epsilon(0.05));
  const PlateMask body = opened(filled(mask, 30.0), 2.0, Vec2::Zero());
  CHECK(body.area_mm2() == Approx(3.14159 * 64.0).epsilon(0.02));
  CHECK(centroid(body).norm() < 0.1);
  double twice_area = 0.0;
  const auto outline = radial_outline(body, 90);
  for (std::size_t n = 0, m = outline.size() - 1; n < outline.size(); m = n++) {
    CHECK(outline[n].norm() == Approx(8.0).margin(0.2));
    twice_area += outline[m][0] * outline[n][1] - outline[n][0] * outline[m][1];
  }
  CHECK(twice_area > 0.0);
  CHECK(inside_polygon(outline, Vec2(7.5, 0.0)));
  CHECK_FALSE(inside_polygon(outline, Vec2(8.5, 0.0)));
}
