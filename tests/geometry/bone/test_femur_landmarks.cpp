#include "geometry/bone/detail/sphere_fit.h"
#include "geometry/bone/femur_landmarks.h"
#include "geometry/phantom/femur_phantom.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <iostream>

namespace spongiosa::geometry {

namespace {

FloatImage as_float(const HuImage& hu) {
  FloatImage image = hu.like<float>();
  std::copy(hu.data.begin(), hu.data.end(), image.data.begin());
  return image;
}

LabelImage only(const LabelImage& labels, std::uint8_t label) {
  LabelImage mask = labels;
  for (auto& value : mask.data) value = value == label;
  return mask;
}

double angle_deg(const Vec3& a, const Vec3& b) { return std::acos(std::clamp(a.normalized().dot(b.normalized()), -1.0, 1.0)) * 180.0 / 3.14159265358979323846; }

}  // namespace

TEST_CASE("a sphere comes back from points with gross errors among them") {
  std::vector<Vec3> points;
  const Vec3 centre(3.0, -40.0, 120.0);
  for (int n = 0; n < 400; ++n) {
    const double z = 1.0 - 1.4 * n / 400.0, a = 2.4 * n, r = std::sqrt(1.0 - z * z);
    points.push_back(centre + (n % 9 == 0 ? 31.0 : 24.0) * Vec3(r * std::cos(a), r * std::sin(a), z));
  }
  const auto sphere = bone_detail::fit_sphere(points, {centre + Vec3(2, -3, 1), 22.0, 0.0, 0.0});
  CHECK((sphere.centre - centre).norm() < 1e-3);
  CHECK(sphere.radius_mm == Approx(24.0).margin(1e-3));
  CHECK(sphere.kept_fraction == Approx(8.0 / 9.0).margin(0.02));
}

TEST_CASE("landmarks of the femur phantom against its truth") {
  FemurPhantomOptions options;
  const double angle = options.neck_shaft_angle_deg = 120.0;
  options.head_radius_mm = 21.5;
  const FemurPhantom phantom(options);
  const FemurPhantomScan scan = scan_femur_phantom(phantom, Progress());
  const FemurLandmarks f = measure_femur(only(scan.labels, 1), as_float(scan.hu), {}, Progress());
  const double centre_mm = (f.head_centre_Patient - phantom.head_centre_Patient()).norm(), radius_mm = f.head_radius_mm - options.head_radius_mm;
  std::cout << "femur phantom " << angle << " deg: head centre off by " << centre_mm << " mm, radius by " << radius_mm << " mm, neck axis by "
            << angle_deg(f.neck_direction_Patient, phantom.neck_direction_Patient()) << " deg, shaft axis by "
            << angle_deg(f.shaft_direction_Patient, phantom.shaft_direction_Patient()) << " deg, neck-shaft angle by "
            << f.neck_shaft_angle_deg - angle << " deg\n";
  CHECK(centre_mm < 0.5);
  CHECK(std::abs(radius_mm) < 0.3);
  CHECK(f.head_covered_fraction > 0.5);
  CHECK(angle_deg(f.neck_direction_Patient, phantom.neck_direction_Patient()) < 3.0);
  CHECK(angle_deg(f.shaft_direction_Patient, phantom.shaft_direction_Patient()) < 1.0);
  CHECK(std::abs(f.neck_shaft_angle_deg - angle) < 3.0);
  REQUIRE(f.lesser_trochanter_Patient);
  const Vec3 bump = phantom.lesser_trochanter_Patient();
  CHECK((*f.lesser_trochanter_Patient - bump).norm() < 14.0);
  REQUIRE(f.canal.size() > 40);
  CHECK(f.canal[5].inscribed_radius_mm == Approx(options.canal_radius_mm).margin(0.6));
}

}  // namespace spongiosa::geometry
