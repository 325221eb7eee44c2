#include "core/error.h"
#include "core/threads.h"
#include "tests/workflow/print/solids.h"
#include "workflow/print/layer_support.h"
#include "workflow/print/print_check.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

constexpr double kVoxel_mm = 0.05;

/// Two posts of 3 mm with a beam of 0.5 mm across, `gap_mm` apart.
BuildField bridge(double gap_mm) {
  return build_of(3.5, kVoxel_mm, [=](const Vec3& p) {
    const double left = box_mm(p, Vec3(-0.5 * gap_mm - 0.6, -0.5, -2.0), Vec3(-0.5 * gap_mm, 0.5, 1.0));
    const double right = box_mm(p, Vec3(0.5 * gap_mm, -0.5, -2.0), Vec3(0.5 * gap_mm + 0.6, 0.5, 1.0));
    const double beam = box_mm(p, Vec3(-0.5 * gap_mm - 0.6, -0.5, 1.0), Vec3(0.5 * gap_mm + 0.6, 0.5, 1.5));
    return std::min(beam, std::min(left, right));
  });
}

Overhang overhang(const BuildField& build, double angle_deg) { return measure_overhang(build_mesh(build, Progress()), angle_deg, 0.06); }

}  // namespace

TEST_CASE("the span of a bridge and the reach of a ledge") {
  for (const double gap_mm : {1.0, 3.0}) {
    const LayerSupport support = measure_layer_support(bridge(gap_mm), 0.03, 45.0, Progress());
    CAPTURE(gap_mm);
    CHECK(support.island_count == 0);
    CHECK(support.span_mm == Approx(gap_mm).margin(3.0 * kVoxel_mm));
    CHECK(std::abs(support.span_Build[0]) < 0.1);
    CHECK(support.span_height_mm == Approx(3.0).margin(0.1));
  }
  // A table on one leg: the plate reaches 1 mm beyond it along x and y.
  const BuildField table = build_of(2.5, kVoxel_mm, [](const Vec3& p) {
    return std::min(box_mm(p, Vec3(-0.5, -0.5, -1.5), Vec3(0.5, 0.5, 1.0)), box_mm(p, Vec3(-1.5, -0.5, 1.0), Vec3(1.5, 0.5, 1.4)));
  });
  CHECK(measure_layer_support(table, 0.03, 45.0, Progress()).span_mm == Approx(2.0).margin(3.0 * kVoxel_mm));
}

TEST_CASE("slopes need support below the critical angle only") {
  // A wall of 1 mm that leans: its underside stands at 60 degrees from the plate.
  const double lean = std::tan(30.0 * 3.14159265358979323846 / 180.0);
  const auto leaning = [&](const Vec3& p) {
    return std::max({(std::abs(p[0] - lean * p[2]) - 0.5) * std::cos(std::atan(lean)), std::abs(p[1]) - 0.8, std::abs(p[2]) - 1.5});
  };
  const BuildField build = build_of(2.5, kVoxel_mm, leaning);
  CHECK(measure_layer_support(build, 0.03, 45.0, Progress()).span_mm == 0.0);
  CHECK(measure_layer_support(build, 0.03, 55.0, Progress()).span_mm == 0.0);
  CHECK(measure_layer_support(build, 0.03, 70.0, Progress()).span_mm > 0.0);
  // Its exact mesh; a triangle with its middle within a layer of the plate lies on it, so the slope is cut into strips.
  std::vector<double> heights;
  for (int n = 0; n <= 300; ++n) heights.push_back(-1.5 + 0.01 * n);
  geometry::TriangleMesh mesh = block_mesh({{{-0.5, 0.5}, {-0.8, 0.8}, heights}}, [](const Vec3&) { return true; });
  for (Vec3f& v : mesh.vertices) v[0] += float(lean) * v[2];
  const double per_height = 1.6 / std::cos(std::atan(lean));
  const Overhang exact = measure_overhang(mesh, 65.0, 0.06);
  CHECK(measure_overhang(mesh, 55.0, 0.06).overhang_mm2 == 0.0);
  CHECK(exact.overhang_mm2 == Approx(per_height * 2.94).epsilon(1e-4));
  CHECK(exact.by_angle_mm2[11] + exact.by_angle_mm2[12] == Approx(exact.overhang_mm2).epsilon(1e-9));
  CHECK(exact.on_plate_mm2 == Approx(1.6 + per_height * 0.06).epsilon(1e-4));
  CHECK(exact.surface_mm2 == Approx(2.0 * (1.6 + per_height * 3.0 + 3.0)).epsilon(1e-5));
  // Of samples: the mesh cuts edges off by half a voxel, so the slope is a voxel narrower and half a voxel shorter at its upper end.
  const Overhang strict = overhang(build, 65.0);
  const double expected = (1.6 - kVoxel_mm) * (2.94 / std::cos(std::atan(lean)) - 0.5 * kVoxel_mm);
  CHECK(strict.overhang_mm2 == Approx(expected).epsilon(0.02));
  // Flatter than 60 degrees are only the strips, up to half a voxel wide, with which its two long edges are cut off (0.121 of 0.122 mm2 lie within 0.06 mm
  // of them); the exact mesh has none.
  CHECK(overhang(build, 55.0).overhang_mm2 < 2.0 * 0.5 * kVoxel_mm * 2.94 / std::cos(std::atan(lean)));
}

TEST_CASE("islands: a drop that hangs below an arch begins on powder") {
  const auto with_drop = [](double length_mm) {
    return [=](const Vec3& p) {
      const double left = box_mm(p, Vec3(-1.6, -0.5, -2.0), Vec3(-1.0, 0.5, 1.0)), right = box_mm(p, Vec3(1.0, -0.5, -2.0), Vec3(1.6, 0.5, 1.0));
      const double beam = box_mm(p, Vec3(-1.6, -0.5, 1.0), Vec3(1.6, 0.5, 1.5)), drop = box_mm(p, Vec3(-0.2, -0.2, 1.0 - length_mm), Vec3(0.2, 0.2, 1.2));
      return std::min(std::min(beam, drop), std::min(left, right));
    };
  };
  const LayerSupport support = measure_layer_support(build_of(2.5, kVoxel_mm, with_drop(0.8)), 0.03, 45.0, Progress());
  REQUIRE(support.island_count == 1);
  CHECK(support.largest.front().area_mm2 == Approx(0.16).margin(0.05));
  CHECK(support.largest.front().height_mm == Approx(2.2).margin(0.08));
  CHECK(support.largest.front().place_Build.head<2>().cwiseAbs().maxCoeff() < 0.25);
  // Upside down it stands on its beam.
  const LayerSupport turned = measure_layer_support(build_of(2.5, kVoxel_mm, with_drop(0.8), -Vec3::UnitZ()), 0.03, 45.0, Progress());
  CHECK(turned.island_count == 0);
  CHECK(turned.span_mm < 3.0 * kVoxel_mm);
}

TEST_CASE("surfaces that face down: plate, flat undersides, a box on its edge") {
  const geometry::TriangleMesh mesh = block_mesh({{{-2.1, -1.5, 1.5, 2.1}, {-0.5, 0.5}, {-2.0, 1.0, 1.5}}}, [](const Vec3& p) { return std::abs(p[0]) > 1.5 || p[2] > 1.0; });
  const Overhang flat = measure_overhang(mesh, 45.0, 0.06);
  CHECK(flat.on_plate_mm2 == Approx(1.2).epsilon(1e-5));
  CHECK(flat.overhang_mm2 == Approx(3.0).epsilon(1e-5));
  CHECK(flat.by_angle_mm2[0] == Approx(3.0).epsilon(1e-5));
  CHECK(flat.flattest_Build[2] == Approx(1.0));
  CHECK(flat.surface_mm2 == Approx(2.0 * (4.2 * 0.5 + 2.0 * 0.6 * 3.0) + 2.0 * 4.2 + 2.0 * 3.5 + 2.0 * 3.0).epsilon(1e-5));
  const BuildField edge = build_of(1.6, kVoxel_mm, [](const Vec3& p) { return box_mm(p, Vec3::Constant(-1.0), Vec3::Constant(1.0)); }, Vec3(1, 1, 0));
  // Two faces of 2 x 2 mm, without the strips within a layer of the plate and, at the other three sides, half a voxel cut off with the edges.
  const double down = 2.0 * (2.0 - kVoxel_mm) * (2.0 - 0.06 * std::sqrt(2.0) - 0.5 * kVoxel_mm);
  CHECK(overhang(edge, 50.0).overhang_mm2 == Approx(down).epsilon(0.02));
  CHECK(overhang(edge, 40.0).overhang_mm2 < 0.4);
  CHECK(overhang(edge, 40.0).surface_mm2 == Approx(24.0).epsilon(0.02));
}

TEST_CASE("layers are judged the same for any thread count, and bad limits are refused") {
  const BuildField build = bridge(2.0);
  set_thread_count(1);
  const LayerSupport one = measure_layer_support(build, 0.04, 40.0, Progress());
  set_thread_count(2);
  const LayerSupport two = measure_layer_support(build, 0.04, 40.0, Progress());
  set_thread_count(0);
  CHECK((one.span_mm == two.span_mm && one.span_Build == two.span_Build && one.island_count == two.island_count));
  REQUIRE_THROWS_WITH(measure_layer_support(build, 0.0, 45.0, Progress()), Catch::Contains("cannot be judged"));
  REQUIRE_THROWS_WITH(measure_layer_support(build, 0.03, 90.0, Progress()), Catch::Contains("5 to 85"));
  REQUIRE_THROWS_WITH(build_axes(Vec3::Zero(), Mat3::Identity()), Catch::Contains("no length"));
}
