#include "core/error.h"
#include "core/threads.h"
#include "geometry/implant/detail/face_surface.h"
#include "geometry/implant/detail/footprint.h"
#include "geometry/implant/vertebral_body.h"
#include "tests/geometry/implant/synthetic_anatomy.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

const SyntheticAnatomy kSynthetic;

VertebralBodyImplant shape(const VertebralBodyParameters& parameters = {}, const CorpectomyAnatomy& anatomy = kSynthetic.anatomy()) {
  return shape_vertebral_body(anatomy, parameters, Progress());
}

/// Where a line from `from` in direction `way` crosses the surface of a level set; by bisection between `from` and from + reach.
double crossing_mm(const LevelSet& level_set, const Vec3& from, const Vec3& way, double reach_mm) {
  const LevelSet::Sampler sampler(level_set);
  double low = 0.0, high = reach_mm;
  const bool start = sampler.value(from) < 0.0;
  for (int step = 0; step < 40; ++step) {
    const double middle = 0.5 * (low + high);
    ((sampler.value(from + middle * way) < 0.0) == start ? low : high) = middle;
  }
  return low;
}

}  // namespace

TEST_CASE("superellipse and polygon distance") {
  for (const Vec2& p : superellipse(7.0, 5.0, 2.8))
    CHECK(std::pow(std::abs(p[0]) / 7.0, 2.8) + std::pow(std::abs(p[1]) / 5.0, 2.8) == Approx(1.0));
  const std::vector<Vec2> square{{0, 0}, {4, 0}, {4, 4}, {0, 4}};
  CHECK(depth_in_polygon(square, Vec2(1, 2)) == Approx(1.0));
  CHECK(depth_in_polygon(square, Vec2(7, 8)) == Approx(-5.0));
  const Footprint circle(6.0, 6.0, 2.0, 2.0);
  for (const Vec2& p : {Vec2(0, 0), Vec2(3, 2), Vec2(-5.9, 0.4), Vec2(4.9, -5.1)})
    CHECK(circle.distance_mm(p) == Approx(p.norm() - 6.0).margin(2e-3));
}

TEST_CASE("a smoothed face keeps planes and shifts a paraboloid by its curvature") {
  HeightField field;
  field.x0_mm = field.y0_mm = -10.0;
  field.step_mm = 0.5;
  field.nx = field.ny = 41;
  const double a = 0.03, b = 0.1;
  for (int n = 0; n < 41 * 41; ++n) {
    const double x = -10.0 + 0.5 * (n % 41), y = -10.0 + 0.5 * (n / 41);
    field.z_mm.push_back(float(a * x * x + b * y));
    field.measured.push_back(1);
  }
  const FaceSurface face(field, 0.8);
  for (const Vec2& p : {Vec2(0.1, 0.2), Vec2(-3.3, 4.7), Vec2(5.21, -5.0)}) {
    const auto at = face.at(p[0], p[1]);
    CHECK(at.z_mm == Approx(a * p[0] * p[0] + b * p[1] + a * 0.8 * 0.8).margin(1e-4));  // sigma^2 / 2 times the second derivative
    CHECK(at.slope_x == Approx(2.0 * a * p[0]).margin(1e-4));
    CHECK(at.slope_y == Approx(b).margin(1e-4));
  }
}

TEST_CASE("the implant has the asked sizes") {
  const VertebralBodyImplant implant = shape();
  CHECK(implant.footprint_scale == 1.0);
  CHECK(implant.width_mm == Approx(0.85 * 17.0));
  CHECK(implant.depth_mm == Approx(0.85 * 15.5));
  CHECK(implant.height_centre_mm == Approx(22.0).margin(0.05));
  const double y = 0.5 * implant.depth_mm;
  CHECK(implant.height_anterior_mm == Approx(kSynthetic.cranial_z(0, -y) - kSynthetic.caudal_z(0, -y)).margin(0.05));
  CHECK(implant.height_posterior_mm == Approx(kSynthetic.cranial_z(0, y) - kSynthetic.caudal_z(0, y)).margin(0.05));
  CHECK(implant.height_anterior_mm > implant.height_posterior_mm);
  // On the level set itself.
  CHECK(crossing_mm(implant.body, Vec3(4.0, 0, 0), Vec3::UnitX(), 6.0) == Approx(0.5 * implant.width_mm - 4.0).margin(0.02));
  CHECK(crossing_mm(implant.body, Vec3(0, 4.0, 0), Vec3::UnitY(), 6.0) == Approx(0.5 * implant.depth_mm - 4.0).margin(0.02));
  CHECK(crossing_mm(implant.body, Vec3(4.0, 0, 0), -Vec3::UnitX(), 4.0) == Approx(4.0 - 2.5).margin(0.02));  // channel
  CHECK(implant.body.value(Vec3(0, 0, 0)) > 0.0);
}

TEST_CASE("the volume is that between the faces within the footprint, less channel and rounded edges") {
  VertebralBodyParameters parameters;
  parameters.edge_radius_mm = 0.0;
  const VertebralBodyImplant implant = shape(parameters);
  const Footprint footprint(0.5 * implant.width_mm, 0.5 * implant.depth_mm, parameters.footprint_exponent, 1.0);
  double expected = 0.0;
  constexpr double kStep = 0.05;
  for (double x = -10.0 + 0.5 * kStep; x < 10.0; x += kStep)
    for (double y = -10.0 + 0.5 * kStep; y < 10.0; y += kStep)
      if (footprint.distance_mm(Vec2(x, y)) < 0.0 && std::hypot(x, y) > 2.5)
        expected += kStep * kStep * (kSynthetic.cranial_z(x, y) - kSynthetic.caudal_z(x, y));
  CHECK(implant.body_volume_mm3 == Approx(expected).epsilon(3e-3));
  CHECK(shape().body_volume_mm3 < implant.body_volume_mm3);
  CHECK(shape().body_volume_mm3 > 0.99 * implant.body_volume_mm3);
}

TEST_CASE("the faces follow the endplates") {
  const VertebralBodyImplant implant = shape();
  const Footprint edge(0.5 * implant.width_mm, 0.5 * implant.depth_mm, 2.8, 1.0);
  double worst = 0.0;
  for (double x = -7.0; x <= 7.0; x += 0.5)
    for (double y = -6.5; y <= 6.5; y += 0.5) {
      // Within the rounded edge the face leaves the endplate on purpose.
      if (std::hypot(x, y) < 2.8 || edge.distance_mm(Vec2(x, y)) > -0.8) continue;
      const Vec3 middle(x, y, 0.0);
      worst = std::max(worst, std::abs(crossing_mm(implant.body, middle, Vec3::UnitZ(), 16.0) - kSynthetic.cranial_z(x, y)));
      worst = std::max(worst, std::abs(crossing_mm(implant.body, middle, -Vec3::UnitZ(), 16.0) + kSynthetic.caudal_z(x, y)));
    }
  CHECK(worst < 0.1);
}

TEST_CASE("the values are near distances") {
  const VertebralBodyImplant implant = shape();
  const LevelSet::Sampler body(implant.body);
  double steepest = 0.0;
  const double h = 0.2;
  for (double z = -11.5; z < 11.5; z += 0.53)
    for (double y = -8.0; y < 8.0; y += 0.61)
      for (double x = -8.5; x < 8.5; x += 0.57) {
        const Vec3 p(x, y, z);
        if (std::abs(body.value(p)) > 0.4) continue;
        const Vec3 slope(body.value(p + Vec3(h, 0, 0)) - body.value(p - Vec3(h, 0, 0)), body.value(p + Vec3(0, h, 0)) - body.value(p - Vec3(0, h, 0)),
                         body.value(p + Vec3(0, 0, h)) - body.value(p - Vec3(0, 0, h)));
        steepest = std::max(steepest, slope.norm() / (2.0 * h));
      }
  CHECK(steepest < 1.1);
  CHECK(steepest > 0.9);
}

TEST_CASE("the porous zone lies behind a rim of the asked thickness") {
  VertebralBodyParameters parameters;
  parameters.channel_wall_mm = 0.7;
  const VertebralBodyImplant implant = shape(parameters);
  const auto rim = [&](const Vec3& from, const Vec3& way) { return crossing_mm(implant.body, from, way, 6.0) - crossing_mm(implant.porous, from, way, 6.0); };
  CHECK(rim(Vec3(4.5, 0, 0), Vec3::UnitX()) == Approx(1.2).margin(0.03));
  CHECK(rim(Vec3(0, -4.5, 0), -Vec3::UnitY()) == Approx(1.2).margin(0.03));
  CHECK(crossing_mm(implant.porous, Vec3(4.5, 0, 0), -Vec3::UnitX(), 4.5) == Approx(4.5 - 2.5 - 0.7).margin(0.03));
  // It reaches through both faces, and 1 mm beyond them.
  const Vec3 middle(0.0, 4.2, 0.0);
  for (const Vec3& way : {Vec3(Vec3::UnitZ()), Vec3(-Vec3::UnitZ())}) {
    const Vec3 face = middle + crossing_mm(implant.body, middle, way, 14.0) * way;
    CHECK(implant.porous.value(face) < -0.7);
    CHECK(implant.porous.value(face + 1.5 * way) > 0.0);
  }
  CHECK(implant.porous_volume_mm3 < implant.body_volume_mm3);
  CHECK(implant.porous_volume_mm3 > 0.3 * implant.body_volume_mm3);
}

TEST_CASE("the implant keeps off the canal and within the endplates, and says what it changed") {
  CorpectomyAnatomy anatomy = kSynthetic.anatomy();
  anatomy.canal_y_mm = 7.2;
  const VertebralBodyImplant shifted = shape({}, anatomy);
  REQUIRE(shifted.notes.size() >= 1);
  CHECK_THAT(shifted.notes[0], Catch::Contains("shifted forward"));
  const LevelSet::Sampler body(shifted.body);
  for (double z = -11.0; z < 11.0; z += 0.5)
    for (double x = -8.0; x < 8.0; x += 0.5) CHECK(body.value(Vec3(x, 7.2 - 1.0 + 0.05, z)) > 0.0);
  for (const Vec2& p : shifted.footprint) {
    CHECK(depth_in_polygon(anatomy.cranial.outline, p) > 0.49);
    CHECK(depth_in_polygon(anatomy.caudal.outline, p) > 0.49);
  }
  VertebralBodyParameters large;
  large.footprint_fraction = 1.0;
  const VertebralBodyImplant shrunk = shape(large);
  CHECK(shrunk.footprint_scale < 1.0);
  CHECK_THAT(shrunk.notes.back(), Catch::Contains("shrunk"));
}

TEST_CASE("a sheared gap gives a sheared implant") {
  CorpectomyAnatomy anatomy = kSynthetic.anatomy();
  const Vec2 offset(0.4, -0.5);
  for (Vec2& p : anatomy.cranial.outline) p += offset;
  anatomy.cranial.centre.head<2>() += offset;
  const VertebralBodyImplant implant = shape({}, anatomy);
  const auto middle_x = [&](double z) {
    const double right = crossing_mm(implant.body, Vec3(4.5, 0, z), Vec3::UnitX(), 5.0) + 4.5;
    const double left = -crossing_mm(implant.body, Vec3(-4.5, 0, z), -Vec3::UnitX(), 5.0) - 4.5;
    return 0.5 * (left + right);
  };
  CHECK(middle_x(7.0) - middle_x(-7.0) == Approx(0.4 * 14.0 / 22.0).margin(0.03));
}

TEST_CASE("the fit is measured against the endplates") {
  const CorpectomyAnatomy anatomy = kSynthetic.anatomy();
  VertebralBodyParameters parameters;
  parameters.edge_radius_mm = 0.0;
  const ImplantFit fit = measure_fit(shape(parameters), anatomy);
  CHECK(fit.cranial.mean_abs_gap_mm < 0.05);
  CHECK(fit.caudal.mean_abs_gap_mm < 0.05);
  CHECK(fit.cranial.area_share_under_0p5_mm > 0.99);
  // Area of the superellipse less the channel: 4 a b G(1+1/n)^2 / G(1+2/n) - pi r^2.
  const double n = 2.8, g = std::tgamma(1.0 + 1.0 / n);
  const double area = 0.85 * 17.0 * 0.85 * 15.5 * g * g / std::tgamma(1.0 + 2.0 / n) - 3.14159265358979 * 6.25;
  CHECK(fit.cranial.area_mm2 == Approx(area).epsilon(0.02));
  CHECK(fit.cranial.gap.is_measured(4.0, 4.0));
  CHECK_FALSE(fit.cranial.gap.is_measured(0.0, 0.0));  // channel

  parameters.clearance_mm = 0.4;
  const ImplantFit loose = measure_fit(shape(parameters), anatomy);
  CHECK(loose.cranial.mean_abs_gap_mm == Approx(0.4).margin(0.05));
  CHECK(loose.caudal.gap.z(4.0, 4.0) == Approx(0.4).margin(0.05));
  parameters.clearance_mm = -0.3;
  CHECK(measure_fit(shape(parameters), anatomy).cranial.gap.z(4.0, 4.0) == Approx(-0.3).margin(0.05));
}

TEST_CASE("the implant is the same for any thread count") {
  set_thread_count(1);
  const VertebralBodyImplant one = shape();
  set_thread_count(2);
  const VertebralBodyImplant two = shape();
  CHECK(one.body_volume_mm3 == two.body_volume_mm3);
  CHECK(one.body.active_voxels() == two.body.active_voxels());
  CHECK(one.porous.value(Vec3(3.3, 2.2, 5.1)) == two.porous.value(Vec3(3.3, 2.2, 5.1)));
}

TEST_CASE("impossible implants are refused") {
  const auto message = [](const VertebralBodyParameters& p, const CorpectomyAnatomy& a = kSynthetic.anatomy()) -> std::string {
    try {
      shape(p, a);
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::kBadInput);
      return error.what();
    }
    return "nothing was thrown";
  };
  VertebralBodyParameters p;
  p.footprint_fraction = 1.5;
  CHECK_THAT(message(p), Catch::Contains("footprint_fraction") && Catch::Contains("0.5..1"));
  p = {};
  p.voxel_mm = 0.0;
  CHECK_THAT(message(p), Catch::Contains("voxel_mm"));
  p = {};
  p.rim_thickness_mm = 4.0;
  CHECK_THAT(message(p), Catch::Contains("no porous core"));
  p = {};
  p.graft_channel_diameter_mm = 11.0;
  CHECK_THAT(message(p), Catch::Contains("no porous core"));
  p = {};
  p.edge_radius_mm = 3.0;
  p.footprint_fraction = 0.6;
  p.graft_channel_diameter_mm = 0.0;
  CHECK_THAT(message(p), Catch::Contains("edge_radius_mm"));
  SyntheticAnatomy flat;
  flat.gap_mm = 7.0;
  p = {};
  p.clearance_mm = 1.0;
  CHECK_THAT(message(p, flat.anatomy()), Catch::Contains("no height"));
  CorpectomyAnatomy narrow = kSynthetic.anatomy();
  narrow.canal_y_mm = 1.0;
  CHECK_THAT(message({}, narrow), Catch::Contains("leaves the endplate"));
  CHECK_THAT(message({}, CorpectomyAnatomy()), Catch::Contains("measure the anatomy"));
}
