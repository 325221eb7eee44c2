#include "core/error.h"
#include "geometry/implant/vertebral_body.h"
#include "tests/geometry/implant/synthetic_anatomy.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace spongiosa::geometry {

namespace {

/// Way from `p` along `d` to the zero of a level set, by bisection of the first change of sign.
double way_to_surface_mm(const LevelSet::Sampler& f, const Vec3& p, const Vec3& d, double most_mm) {
  const bool inside = f.value(p) < 0.0;
  for (double t = 0.0; t < most_mm; t += 0.02) {
    if ((f.value(p + t * d) < 0.0) == inside) continue;
    double low = t - 0.02, high = t;
    for (int n = 0; n < 40; ++n) {
      const double middle = 0.5 * (low + high);
      ((f.value(p + middle * d) < 0.0) == inside ? low : high) = middle;
    }
    return 0.5 * (low + high);
  }
  return most_mm;
}

}  // namespace

TEST_CASE("cylinders and planes of the implant measure back to 0.02 mm") {
  VertebralBodyParameters parameters;
  parameters.graft_channel_diameter_mm = 0.0;
  parameters.rim_thickness_mm = 2.0;
  CylinderCut hole;
  hole.point = Vec3(0.3, 0.0, 1.0);
  hole.axis = Vec3(0.5, 0.8, 0.2).normalized();
  hole.radius_mm = 1.85;
  hole.wall_mm = 1.0;
  CylinderCut blind;
  blind.point = Vec3(0.0, -4.0, -5.0);
  blind.axis = Vec3::UnitY();
  blind.radius_mm = 1.65;
  blind.to_mm = 3.3;
  const CorpectomyAnatomy anatomy = SyntheticAnatomy().anatomy();
  const VertebralBodyImplant implant = shape_vertebral_body(anatomy, parameters, {hole, blind}, Progress());
  const LevelSet::Sampler body(implant.body), porous(implant.porous);
  double worst = 0.0, worst_wall = 0.0;
  const Vec3 u = hole.axis.unitOrthogonal(), v = hole.axis.cross(u);
  for (double t = -2.0; t <= 2.0; t += 0.37)
    for (int n = 0; n < 36; ++n) {
      const double a = 0.1745329 * n;
      const Vec3 ray = std::cos(a) * u + std::sin(a) * v;
      worst = std::max(worst, std::abs(way_to_surface_mm(body, hole.point + t * hole.axis, ray, 4.0) - hole.radius_mm));
      // The lattice keeps off by the wall.
      const double clear = way_to_surface_mm(porous, hole.point + t * hole.axis, ray, 6.0);
      if (clear < 5.9) worst_wall = std::max(worst_wall, hole.radius_mm + hole.wall_mm - clear);
    }
  CHECK(worst < 0.02);
  CHECK(worst_wall < 0.02);
  // The bottom of the blind hole is a plane.
  double worst_bottom = 0.0;
  for (double x = -1.0; x <= 1.0; x += 0.25)
    for (double z = -1.0; z <= 1.0; z += 0.25)
      worst_bottom = std::max(worst_bottom, std::abs(way_to_surface_mm(body, blind.point + Vec3(x, 1.0, z), Vec3::UnitY(), 5.0) - 2.3));
  CHECK(worst_bottom < 0.02);
  std::cout << "solid features: cylinder within " << worst << " mm, wall " << worst_wall << " mm, plane " << worst_bottom << " mm\n";
  // Holes take what they should, and fit knows nothing of them.
  const VertebralBodyImplant plain = shape_vertebral_body(anatomy, parameters, Progress());
  CHECK(implant.body_volume_mm3 < plain.body_volume_mm3 - 50.0);
  CHECK(measure_fit(implant, anatomy).cranial.area_mm2 == Approx(measure_fit(plain, anatomy).cranial.area_mm2));
}

TEST_CASE("a face cut as a plane is a plane, and fits its bone everywhere") {
  CorpectomyAnatomy anatomy = SyntheticAnatomy().anatomy();
  const double slope = std::tan(6.0 * 3.14159265 / 180.0);
  for (Endplate* plate : {&anatomy.cranial, &anatomy.caudal}) {
    const double sign = plate == &anatomy.cranial ? 1.0 : -1.0;
    HeightField& s = plate->surface;
    for (int j = 0; j < s.ny; ++j)
      for (int i = 0; i < s.nx; ++i) s.z_mm[std::size_t(i + s.nx * j)] = float(sign * (8.0 - slope * (s.y0_mm + j * s.step_mm)));
    plate->centre = Vec3(0.0, 0.0, sign * 8.0);
  }
  VertebralBodyParameters parameters;
  parameters.edge_radius_mm = 0.0;
  const VertebralBodyImplant implant = shape_vertebral_body(anatomy, parameters, Progress());
  const LevelSet::Sampler body(implant.body);
  double worst = 0.0;
  for (double y = -4.0; y <= 4.0; y += 0.5)
    for (double x = -5.0; x <= 5.0; x += 0.5) {
      if (std::hypot(x, y) < 3.2) continue;  // the channel
      const double z = 8.0 - slope * y;
      worst = std::max(worst, std::abs(way_to_surface_mm(body, Vec3(x, y, 4.0), Vec3::UnitZ(), 8.0) - (z - 4.0)));
    }
  CHECK(worst < 0.02);
  const ImplantFit fit = measure_fit(implant, anatomy);
  CHECK(fit.cranial.area_share_fitting > 0.99);
  CHECK(std::abs(fit.cranial.mean_gap_mm) < 0.02);
}

TEST_CASE("teeth stand on the rim, and do not count as fit") {
  const CorpectomyAnatomy anatomy = SyntheticAnatomy().anatomy();
  VertebralBodyParameters parameters;
  parameters.rim_thickness_mm = 2.0;
  const VertebralBodyImplant plain = shape_vertebral_body(anatomy, parameters, Progress());
  parameters.tooth_height_mm = 0.6;
  const VertebralBodyImplant toothed = shape_vertebral_body(anatomy, parameters, Progress());
  CHECK(toothed.body_volume_mm3 > plain.body_volume_mm3 + 5.0);
  CHECK(toothed.body.solid_bounds().max[2] > plain.body.solid_bounds().max[2] + 0.15);
  CHECK(measure_fit(toothed, anatomy).cranial.mean_gap_mm == Approx(measure_fit(plain, anatomy).cranial.mean_gap_mm));
  parameters.rim_thickness_mm = 0.6;
  CHECK_THROWS_WITH(shape_vertebral_body(anatomy, parameters, Progress()), Catch::Contains("solid rim"));
  parameters.tooth_height_mm = 3.0;
  CHECK_THROWS_WITH(shape_vertebral_body(anatomy, parameters, Progress()), Catch::Contains("tooth_height_mm is 3"));
}

}  // namespace spongiosa::geometry
