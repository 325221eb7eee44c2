#include "core/error.h"
#include "core/threads.h"
#include "lattice/measure/intercepts.h"
#include "lattice/measure/volume_area.h"
#include "tests/lattice/measure/shapes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;
using test::sampled;

TEST_CASE("chords of balls have the mean 4 V / S = 4 R / 3 of Cauchy, those of the void 4 V / S too") {
  // Balls on a lattice of 1 mm; one period, so that no ball is cut. Wide void between.
  const double radius = 0.37;
  const FloatImage field = sampled({81, 81, 81}, 0.025, [&](const Vec3& p) {
    return (p - Vec3(0.5, 0.5, 0.5)).unaryExpr([](double x) { return x - std::round(x); }).norm() - radius;
  });
  const LineProbes probes = probe_lines(field, nullptr, DepthBins(), 64, Progress());
  const double ball = 4.0 / 3.0 * std::numbers::pi * std::pow(radius, 3), area = 4.0 * std::numbers::pi * radius * radius;
  CHECK(probes.all.mean_solid_mm() == Approx(4.0 / 3.0 * radius).epsilon(0.01));
  CHECK(probes.all.mean_void_mm() == Approx(4.0 * (1.0 - ball) / area).epsilon(0.02));
  CHECK(probes.all.solid_length_mm / probes.all.length_mm == Approx(ball).epsilon(0.01));
  REQUIRE(probes.fabric);
  CHECK(probes.fabric->anisotropy < 1.02);
}

TEST_CASE("plates: the chord along their normal is their thickness, and M(w) their spacing by the cosine") {
  const Vec3 normal = Vec3(0.36, 0.48, 0.8);
  const FloatImage field = sampled({80, 80, 80}, 0.05, [&](const Vec3& p) {
    const double s = normal.dot(p);
    return std::abs(s - 0.5 * std::round(s / 0.5)) - 0.07;
  });
  const LineProbes probes = probe_lines(field, nullptr, DepthBins(), 64, Progress());
  for (std::size_t n = 0; n < probes.by_direction.size(); ++n) {
    const double cosine = std::abs(normal.dot(probes.directions_Patient[n]));
    if (cosine < 0.3) continue;
    CAPTURE(n, cosine);
    CHECK(probes.by_direction[n].mean_solid_mm() == Approx(0.14 / cosine).epsilon(0.03));
    CHECK(probes.by_direction[n].mean_void_mm() == Approx(0.36 / cosine).epsilon(0.03));
  }
  CHECK(probes.along_axis[2].mean_solid_mm() == Approx(0.14 / 0.8).epsilon(0.03));
}

TEST_CASE("the ellipsoid of stretched balls has the axes of the stretch") {
  // Mean intercepts of ellipsoids far apart: S(w) is the shadow of the ellipsoid, so that M(w) itself is an ellipsoid with its axes.
  const Vec3 stretch(1.0, 1.3, 1.7);
  std::vector<Vec3> directions;
  std::vector<Intercepts> intercepts;
  for (int n = 0; n < 40; ++n) {
    const double z = (n + 0.5) / 40, a = 2.4 * n;
    const Vec3 w(std::sqrt(1 - z * z) * std::cos(a), std::sqrt(1 - z * z) * std::sin(a), z);
    directions.push_back(w);
    intercepts.push_back({1e4 / w.cwiseQuotient(stretch).norm(), 0.0, 1e4});
  }
  const std::optional<Fabric> fabric = fit_fabric(directions, intercepts);
  REQUIRE(fabric);
  CHECK((fabric->axis_lengths_mm - Vec3(1.7, 1.3, 1.0)).norm() < 1e-9);
  CHECK(fabric->anisotropy == Approx(1.7));
  CHECK(std::abs(fabric->axes_Patient(2, 0)) == Approx(1.0));
  intercepts[7].crossings = 20.0;  // too few to tell anything
  CHECK_FALSE(fit_fabric(directions, intercepts));
}

TEST_CASE("a gyroid stretched along one axis is anisotropic along it, and chords obey 4 V / S") {
  const auto gyroid = test::cell_field("gyroid-network-minus", 1.0, 0.4);
  const auto measure = [&](double stretch) {
    const FloatImage field = sampled({72, 72, 108}, 1.0 / 24, [&](const Vec3& p) { return gyroid(Vec3(p[0], p[1], p[2] / stretch)); });
    const LineProbes probes = probe_lines(field, nullptr, DepthBins(), 64, Progress());
    const double between = 71.0 * 71.0 * 107.0 / std::pow(24.0, 3);
    const double area = surface_area_mm2(field, nullptr, DepthBins())[0];
    CHECK(probes.all.mean_void_mm() == Approx(4.0 * (1.0 - probes.all.solid_length_mm / probes.all.length_mm) * between / area).epsilon(0.02));
    REQUIRE(probes.fabric);
    return *probes.fabric;
  };
  CHECK(measure(1.0).anisotropy < 1.03);
  const Fabric fabric = measure(1.5);
  CHECK(std::abs(fabric.axes_Patient(2, 0)) > 0.99);
  CHECK(fabric.anisotropy == Approx(1.5).epsilon(0.08));  // exact for structures whose M(w) is an ellipsoid
}

TEST_CASE("volume and area of a ball and of the part of it inside a zone") {
  const Vec3 c(1.01, 0.97, 1.03);
  const FloatImage field = sampled({41, 41, 41}, 0.05, [&](const Vec3& p) { return (p - c).norm() - 0.71; });
  const FloatImage zone = sampled({41, 41, 41}, 0.05, [&](const Vec3& p) { return p[2] - c[2] - 0.2; });
  const double pi = std::numbers::pi, cap = 0.71 - 0.2;
  const auto whole = zone_volumes(field, nullptr, VolumeRule::kPlane, DepthBins());
  CHECK(whole[0].zone_mm3 == Approx(std::pow(41 * 0.05, 3)));
  CHECK(whole[0].solid_mm3 == Approx(4.0 / 3.0 * pi * std::pow(0.71, 3)).epsilon(1e-4));
  const auto part = zone_volumes(field, &zone, VolumeRule::kPlane, DepthBins());
  CHECK(part[0].solid_mm3 == Approx(4.0 / 3.0 * pi * std::pow(0.71, 3) - pi * cap * cap * (0.71 - cap / 3.0)).epsilon(1e-3));
  CHECK(part[0].zone_mm3 == Approx((c[2] + 0.2 + 0.025) * 2.05 * 2.05).epsilon(1e-6));
  CHECK(surface_area_mm2(field, nullptr, DepthBins())[0] == Approx(4.0 * pi * 0.71 * 0.71).epsilon(5e-3));
  CHECK(surface_area_mm2(field, &zone, DepthBins())[0] == Approx(4.0 * pi * 0.71 * 0.71 - 2.0 * pi * 0.71 * cap).epsilon(5e-3));
  const auto counted = zone_volumes(field, &zone, VolumeRule::kCount, DepthBins());
  CHECK(counted[0].zone_mm3 / (0.05 * 0.05 * 0.05) == std::round(counted[0].zone_mm3 / (0.05 * 0.05 * 0.05)));
}

TEST_CASE("faces that part and zone share are counted once") {
  // The solid fills the zone to its faces, which lie between samples: no porosity, wherever they are.
  for (const double shift : {0.0, 0.011, 0.029}) {
    const auto box = [&](const Vec3& p) { return (p - Vec3(1, 1, 1)).cwiseAbs().maxCoeff() - 0.7 - shift; };
    const FloatImage zone = sampled({41, 41, 41}, 0.05, box);
    const auto volume = zone_volumes(zone, &zone, VolumeRule::kPlane, DepthBins());
    CHECK(volume[0].solid_mm3 == volume[0].zone_mm3);
    // One plane per voxel cannot show an edge: up to a quarter voxel per voxel of edge, 3 / n^2 of a cube of n voxels.
    CHECK(volume[0].zone_mm3 == Approx(std::pow(1.4 + 2.0 * shift, 3)).epsilon(3.0 / (28.0 * 28.0)));
  }
}

TEST_CASE("depth layers add up to the whole, and lines are the same for one thread and two") {
  const FloatImage field = sampled({50, 50, 50}, 0.04, test::cell_field("gyroid-network-minus", 0.7, 0.1));
  const FloatImage depth = sampled({50, 50, 50}, 0.04, [](const Vec3& p) { return p[2]; });
  const DepthBins bins{&depth, 0.5, 4};
  const auto volumes = zone_volumes(field, nullptr, VolumeRule::kPlane, bins);
  double zone = 0.0, solid = 0.0;
  for (std::size_t n = 1; n < volumes.size(); ++n) {
    zone += volumes[n].zone_mm3;
    solid += volumes[n].solid_mm3;
  }
  CHECK(zone == Approx(volumes[0].zone_mm3));
  CHECK(solid == Approx(volumes[0].solid_mm3));
  const auto probe = [&] { return probe_lines(field, nullptr, bins, 16, Progress()); };
  set_thread_count(1);
  const LineProbes one = probe();
  set_thread_count(2);
  const LineProbes two = probe();
  set_thread_count(0);
  double crossings = 0.0;
  for (std::size_t n = 0; n < bins.count; ++n) {
    CHECK(one.by_depth[n].solid_length_mm == two.by_depth[n].solid_length_mm);
    crossings += one.by_depth[n].crossings;
  }
  CHECK(crossings == one.all.crossings);
  CHECK(one.all.length_mm == two.all.length_mm);
}

TEST_CASE("too few directions are refused") {
  const FloatImage field = sampled({5, 5, 5}, 0.1, [](const Vec3& p) { return p[0] - 0.2; });
  CHECK_THROWS_WITH(probe_lines(field, nullptr, DepthBins(), 3, Progress()), Catch::Contains("9 directions"));
}
