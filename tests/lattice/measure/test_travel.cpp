#include "core/threads.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/travel.h"
#include "tests/lattice/measure/shapes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;
using test::sampled;

namespace {

FloatImage depth_below_border(const FloatImage& field) {
  FloatImage depth = field.like(0.0f);
  const double h = field.spacing_mm[0];
  for (std::int64_t k = 0; k < field.size[2]; ++k)
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i)
        depth.at(i, j, k) = float(h * double(std::min({i, j, k, field.size[0] - 1 - i, field.size[1] - 1 - j, field.size[2] - 1 - k})));
  return depth;
}

Travel travel(const FloatImage& field, MaterialPhase phase) {
  const SurfaceDistance distance = surface_distance(field, Progress());
  return travelling_spheres(field, distance, phase, nullptr, depth_below_border(field), medial_balls(field, distance, phase, nullptr, Progress()), Progress());
}

}  // namespace

TEST_CASE("the narrowest place of an hourglass is found, wherever it lies between the samples") {
  for (const double shift : {0.0, 0.017, 0.025}) {
    const Vec3 c(0.8 + shift, 0.77, 1.31 + shift);
    // A channel along z whose radius is 0.2 at its waist; d is not the distance but vanishes at the wall.
    const FloatImage field = sampled({33, 33, 53}, 0.05, [&](const Vec3& p) {
      const double z = p[2] - c[2], radius = 0.2 + 0.15 * z * z;
      return radius - std::hypot(p[0] - c[0], p[1] - c[1]);
    });
    const Travel pore = travel(field, MaterialPhase::kVoid);
    CAPTURE(shift);
    CHECK(pore.along_axis[2].diameter_mm == Approx(0.4).epsilon(0.01));
    const Vec3 found = pore.along_axis[2].narrowest_Patient - field.origin_Patient;
    CHECK((found - c).head<2>().norm() < 0.02);
    CHECK(pore.along_axis[0].diameter_mm == 0.0);
  }
}

TEST_CASE("throats of minimal surfaces at 24 voxels per cell are within 1 %") {
  // P network with level t: sqrt(2) arccos((1 + t) / 2) / pi for the void (the neck of the level set {f = t} between its
  // saddles). Others: percolating spheres on 144 samples per cell, which read up to 0.007 low.
  struct Case {
    const char* cell;
    double solid_share, throat, reads_low_by;
  };
  const auto primitive = [](double solid_share) {
    const double t = threshold_for_porosity(*find_cell("primitive-network-minus"), 1.0 - solid_share);
    return std::numbers::sqrt2 * std::acos((1.0 + t) / 2.0) / std::numbers::pi;
  };
  const Case cases[] = {{"primitive-network-minus", 0.5, primitive(0.5), 0.0},  {"primitive-network-minus", 0.3, primitive(0.3), 0.0},
                        {"gyroid-network-minus", 0.5, 0.433, 0.007},            {"gyroid-network-minus", 0.3, 0.553, 0.007},
                        {"diamond-network-minus", 0.5, 0.340, 0.007},           {"diamond-network-minus", 0.3, 0.446, 0.007},
                        {"gyroid-sheet", 0.3, 0.345, 0.007}};
  for (const Case& c : cases)
    for (const double shift : {0.0, 0.013}) {
      const auto f = test::cell_field(c.cell, 1.0, threshold_for_porosity(*find_cell(c.cell), 1.0 - c.solid_share));
      const FloatImage field = sampled({60, 60, 60}, 1.0 / 24, [&](const Vec3& p) { return f(p + Vec3(shift, 1.6 * shift, 0.5 * shift)); });
      const Travel pore = travel(field, MaterialPhase::kVoid);
      for (const TravelSphere& sphere : pore.along_axis) {
        CAPTURE(c.cell, c.solid_share, shift, sphere.diameter_mm);
        CHECK(sphere.diameter_mm > 0.99 * c.throat);
        CHECK(sphere.diameter_mm < 1.01 * (c.throat + c.reads_low_by));
      }
    }
}

TEST_CASE("a closed bubble lets nothing through, an open channel lets its own ball to the core") {
  const FloatImage bubble = sampled({40, 40, 40}, 0.05, [](const Vec3& p) { return 0.5 - (p - Vec3(1, 1, 1)).norm(); });
  const Travel closed = travel(bubble, MaterialPhase::kVoid);
  for (const TravelSphere& sphere : closed.along_axis) CHECK(sphere.diameter_mm == 0.0);
  CHECK(closed.to_core.diameter_mm == 0.0);
  const FloatImage drilled = sampled({40, 40, 40}, 0.05, [](const Vec3& p) {
    return std::max(0.5 - (p - Vec3(1, 1, 1)).norm(), p[2] > 1.0 ? 0.22 - std::hypot(p[0] - 1.01, p[1] - 0.98) : -1.0);
  });
  const Travel open = travel(drilled, MaterialPhase::kVoid);
  CHECK(open.to_core.diameter_mm == Approx(0.44).epsilon(0.02));  // straight edges lie up to h^2 / (8 r) = 0.03 voxels inside a round wall
  CHECK(open.along_axis[2].diameter_mm == 0.0);
}

TEST_CASE("nothing leads through a plate thinner than a sample") {
  // At an odd angle, so that most pairs of neighbouring samples on its two sides have no sample of the plate between them.
  const Vec3 normal = Vec3(0.93, 0.3, 0.2).normalized();
  const FloatImage field = sampled({30, 30, 30}, 0.05, [&](const Vec3& p) { return std::abs(normal.dot(p - Vec3(0.731, 0.724, 0.719))) - 0.015; });
  const Travel pore = travel(field, MaterialPhase::kVoid);
  CHECK(pore.along_axis[0].diameter_mm == 0.0);
  CHECK(pore.along_axis[1].diameter_mm > 0.3);
}

TEST_CASE("travelling spheres are the same for one thread and two") {
  const FloatImage field = sampled({40, 40, 40}, 0.05, test::cell_field("gyroid-network-minus", 1.0, 0.2));
  set_thread_count(1);
  const Travel one = travel(field, MaterialPhase::kSolid);
  set_thread_count(2);
  const Travel two = travel(field, MaterialPhase::kSolid);
  set_thread_count(0);
  for (std::size_t a = 0; a < 3; ++a) {
    CHECK(one.along_axis[a].diameter_mm == two.along_axis[a].diameter_mm);
    CHECK(one.along_axis[a].narrowest_Patient == two.along_axis[a].narrowest_Patient);
  }
  CHECK(one.along_axis[0].diameter_mm > 0.0);
}
