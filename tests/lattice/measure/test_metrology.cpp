#include "core/error.h"
#include "core/threads.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/depth_below.h"
#include "lattice/measure/metrology.h"
#include "tests/lattice/measure/shapes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;
using test::sampled;

namespace {

/// A block of gyroid with its zone in a wider grid.
struct Block {
  FloatImage field, zone;
  double threshold = threshold_for_porosity(*find_cell("gyroid-network-minus"), 0.7);

  Block() {
    const auto gyroid = test::cell_field("gyroid-network-minus", 1.0, threshold);
    const auto box = [](const Vec3& p) {
      const Vec3 q = (p - Vec3(1.21, 1.19, 1.2)).cwiseAbs() - Vec3(1.0, 1.0, 1.0);
      return q.cwiseMax(0.0).norm() + std::min(q.maxCoeff(), 0.0);
    };
    zone = sampled({60, 60, 60}, 1.0 / 24, box);
    field = sampled({60, 60, 60}, 1.0 / 24, [&](const Vec3& p) { return std::max(box(p), gyroid(p)); });
  }
  MetrologyOptions options() const {
    MetrologyOptions o;
    o.zones = {{"porous", &zone}};
    return o;
  }
};

}  // namespace

TEST_CASE("a gyroid block: porosity, sizes, surface and pieces as the cell has them") {
  const Block block;
  MetrologyOptions options = block.options();
  options.depth_bin_mm = 0.3;
  options.keep_map = true;
  const Metrology m = measure_part(block.field, options, Progress());
  REQUIRE(m.zones.size() == 1);
  const ZoneMetrology& z = m.zones[0];
  CHECK(z.volume.zone_mm3 == Approx(8.0).epsilon(2e-3));
  CHECK(z.porosity_fraction() == Approx(0.7).margin(0.002));  // whole cells
  REQUIRE(z.pore.thickness);
  CHECK(z.pore.thickness->mean_mm == Approx(0.5871).epsilon(0.06));       // open faces let balls grow
  CHECK(z.solid.inscribed->diameter_mm == Approx(0.3268).epsilon(0.02));  // lattice-reference, table of sizes
  CHECK(z.pore.inscribed->diameter_mm == Approx(0.5871).epsilon(0.02));
  CHECK(z.pore.travel->along_axis[0].diameter_mm > 0.99 * 0.553);
  CHECK(z.topology->pieces == std::int64_t(m.solid_pieces.size()));
  CHECK(z.topology->closed_void_mm3 == 0.0);
  CHECK(z.topology->handles == z.topology->pieces - z.topology->euler_number);
  CHECK(z.lines->fabric->anisotropy < 1.1);
  // Chords of the void: 4 V / S, S without the cut faces, which lie on the zone's surface.
  double zone_mm3 = 0.0, area_mm2 = 0.0;
  for (const DepthLayer& layer : z.layers) {
    zone_mm3 += layer.volume.zone_mm3;
    area_mm2 += *layer.area_mm2;
  }
  CHECK(zone_mm3 == Approx(z.volume.zone_mm3).epsilon(0.05));  // voxels whose sample lies outside are in no layer
  CHECK(area_mm2 <= *z.area_mm2);
  std::int64_t mapped = 0;
  for (std::size_t n = 0; n < block.zone.data.size(); ++n) mapped += m.thickness_map_mm.data[n] > 0.0f;
  CHECK(mapped == z.pore.thickness->samples + z.solid.thickness->samples);
}

TEST_CASE("balls confined to the zone are smaller at its open faces") {
  const Block block;
  MetrologyOptions options = block.options();
  options.inscribed_spheres = options.travelling_spheres = options.intercepts = options.surface = options.topology = false;
  const Metrology open = measure_part(block.field, options, Progress());
  options.ball_limit = BallLimit::kZone;
  const Metrology confined = measure_part(block.field, options, Progress());
  CHECK(confined.zones[0].pore.thickness->mean_mm < open.zones[0].pore.thickness->mean_mm);
  CHECK(confined.zones[0].pore.thickness->max_mm < 0.5871 * 1.02);
  CHECK(confined.zones[0].pore.thickness->samples == open.zones[0].pore.thickness->samples);
}

TEST_CASE("closed pores and loose pieces are found and placed") {
  const FloatImage field = sampled({50, 40, 40}, 0.05, [](const Vec3& p) {
    return std::min(std::max((p - Vec3(1, 1, 1)).norm() - 0.7, 0.3 - (p - Vec3(1, 1, 1)).norm()), (p - Vec3(2.1, 1, 1)).norm() - 0.2);
  });
  const FloatImage zone = sampled({50, 40, 40}, 0.05, [](const Vec3& p) { return (p - Vec3(1, 1, 1)).norm() - 0.7; });
  MetrologyOptions options;
  options.zones = {{"ball", &zone}};
  options.intercepts = false;
  const Metrology m = measure_part(field, options, Progress());
  CHECK(m.solid_pieces.size() == 2);
  REQUIRE(m.closed_voids.size() == 1);
  CHECK((m.closed_voids[0].centroid_Patient - field.origin_Patient - Vec3(1, 1, 1)).norm() < 0.01);
  const ZoneTopology& t = *m.zones[0].topology;
  CHECK(t.pieces == 1);
  CHECK(t.cavities == 1);
  CHECK(t.euler_number == 2);
  CHECK(t.handles == 0);
  CHECK(t.open_void_mm3 == 0.0);
  CHECK(m.zones[0].porosity_fraction() == Approx(0.027 / 0.343).epsilon(0.02));
}

TEST_CASE("the report names units and definitions, holds only what was measured, and has the same bytes for any thread count") {
  const Block block;
  MetrologyOptions options = block.options();
  options.depth_bin_mm = 0.4;
  options.inscribed_spheres = false;
  const auto text = [&](int threads) {
    set_thread_count(threads);
    return canonical_text(to_json(measure_part(block.field, options, Progress())));
  };
  const std::string one = text(1), two = text(2);
  set_thread_count(0);
  CHECK(one == two);
  const Json json = Json::parse(one);
  CHECK(json["definitions"].contains("porosity_fraction"));
  CHECK_FALSE(json["zones"][0]["void"].contains("inscribed_sphere"));
  CHECK(json["zones"][0]["by_depth"].size() == 3);
  CHECK(json["zones"][0]["void"]["local_thickness"]["p50_mm"].get<double>() > 0.5);
}

TEST_CASE("wrong requests are refused") {
  const Block block;
  FloatImage other = test::grid({10, 10, 10}, 0.1);
  MetrologyOptions options;
  options.zones = {{"small", &other}};
  CHECK_THROWS_WITH(measure_part(block.field, options, Progress()), Catch::Contains("zone 'small'") && Catch::Contains("one grid"));
  options = block.options();
  options.depth_bin_mm = 0.001;
  CHECK_THROWS_WITH(measure_part(block.field, options, Progress()), Catch::Contains("thinner than the voxels"));
  options = block.options();
  options.depth_from = &other;
  CHECK_THROWS_AS(measure_part(block.field, options, Progress()), Error);
  FloatImage empty = block.zone;
  for (float& v : empty.data) v = 1.0f;
  options.depth_from = nullptr;
  options.zones = {{"empty", &empty}};
  CHECK_THROWS_WITH(measure_part(block.field, options, Progress()), Catch::Contains("holds no sample"));
  FloatImage flat = block.field;
  flat.spacing_mm[1] *= 2.0;
  CHECK_THROWS_WITH(measure_part(flat, MetrologyOptions(), Progress()), Catch::Contains("equal edges"));
}

TEST_CASE("depth below a smooth surface is that of every sample, but where two sides are equally far") {
  geometry::FloatImage ball;
  ball.size = {49, 50, 51};
  ball.spacing_mm = Vec3::Constant(0.1);
  ball.allocate();
  const Vec3 centre(24.3, 24.6, 25.1);
  const auto from_centre = [&](std::int64_t i, std::int64_t j, std::int64_t k) { return (Vec3(double(i), double(j), double(k)) - centre).norm(); };
  const auto for_each = [&](const auto& visit) {
    for (std::int64_t k = 0; k < ball.size[2]; ++k)
      for (std::int64_t j = 0; j < ball.size[1]; ++j)
        for (std::int64_t i = 0; i < ball.size[0]; ++i) visit(i, j, k);
  };
  for_each([&](std::int64_t i, std::int64_t j, std::int64_t k) { ball.at(i, j, k) = float(0.1 * (from_centre(i, j, k) - 20.0)); });
  const geometry::FloatImage depth = depth_below_smooth(ball, Progress());
  REQUIRE(depth.size == ball.size);
  double farthest = 0.0, farthest_anywhere = 0.0;
  for_each([&](std::int64_t i, std::int64_t j, std::int64_t k) {
    const double off = std::abs(double(depth.at(i, j, k)) / 0.1 - (20.0 - from_centre(i, j, k)));
    // Beyond the last even sample there is nothing to interpolate to.
    if (i + 1 < ball.size[0] && j + 1 < ball.size[1] && k + 1 < ball.size[2]) farthest_anywhere = std::max(farthest_anywhere, off);
    // Half-way between exact distances two voxels apart along all three axes, linear interpolation is off by 2^2/8 times the Laplacian
    // 2/r, which is 1/r voxels: what is beyond that is the search's.
    if (from_centre(i, j, k) > 4.0 && from_centre(i, j, k) < 23.0) farthest = std::max(farthest, off - 1.0 / from_centre(i, j, k));
  });
  INFO(farthest << " voxels beyond interpolation, " << farthest_anywhere << " anywhere");
  CHECK(farthest < 0.05);
  CHECK(farthest_anywhere < 2.0);
  const geometry::FloatImage none = ball.like(-1.0f);
  CHECK(depth_below_smooth(none, Progress()).data == depth_below(&none, none, Progress()).data);
}
