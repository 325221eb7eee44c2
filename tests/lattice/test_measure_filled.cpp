#include "lattice/build/measure_filled.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::LevelSet;

namespace {

double box_distance(const Vec3& p, const Vec3& half) {
  const Vec3 d = p.cwiseAbs() - half;
  return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
}

/// 6 x 5 x 5 mm, open on all sides; its frame away from the patient's origin.
struct Block {
  LevelSet body, porous, top;
  FieldSources sources;

  Block() : sources(make_body()) {
    body = *sources.body();
    porous = make("porous", [](const Vec3& p) { return box_distance(p, Vec3(4.0, 3.5, 3.5)); });
    // All of a large block below the top face: depth is counted from there alone.
    const Vec3 half(12.0, 12.0, 12.0), middle(0.0, 0.0, -9.5);
    top = LevelSet::from_function("top", body.frame(), Box{middle - half - Vec3::Constant(1.0), middle + half + Vec3::Constant(1.0)}, 0.2, 4.0,
                                  [=](const Vec3& p) { return box_distance(p - middle, half); });
  }
  FillRequest request() const {
    FillRequest r;
    r.core.cell.name = "gyroid-network-minus";
    r.core.porosity_fraction = 0.7;
    r.core.cell_size_mm = 1.0;
    r.voxel_mm = 1.0 / 16.0;
    return r;
  }
  FilledPart fill(const FillRequest& r) const { return fill_part(body, porous, r, sources, Progress()); }
  Metrology measure(const FilledPart& part, const FillRequest& r, double bin_mm) const {
    return measure_filled(part, body, porous, r, sources, {.bone_faces = {top}, .depth_bin_mm = bin_mm}, Progress());
  }

 private:
  template <class Distance>
  static LevelSet make(const char* name, Distance distance) {
    geometry::Frame frame;
    frame.origin_Patient = Vec3(20.0, -31.0, 400.0);
    const Vec3 half(5.0, 4.5, 4.5);
    return LevelSet::from_function(name, frame, Box{-half, half}, 0.1, 4.0, distance);
  }
  static LevelSet make_body() {
    return make("body", [](const Vec3& p) { return box_distance(p, Vec3(3.0, 2.5, 2.5)); });
  }
};

}  // namespace

TEST_CASE("the measures of a filled part agree with what the fill says, in every layer below the bone face") {
  const Block block;
  const FillRequest r = block.request();
  const FilledPart part = block.fill(r);
  const Metrology m = block.measure(part, r, 1.0);
  REQUIRE(m.zones.size() == 1);
  const ZoneMetrology& zone = m.zones[0];
  CHECK(zone.name == "porous");
  CHECK(zone.volume.zone_mm3 == Approx(150.0).epsilon(0.002));
  // At the edges where the faces cut struts the mesh takes the corners off and the planes of voxels round them up: half a point on a
  // block of this size, open on all sides, with 16 voxels per cell.
  CHECK(std::abs(zone.porosity_fraction() - part.porosity_fraction) < 0.006);
  // Five whole cells below the top face, each a layer of its own.
  REQUIRE(zone.layers.size() >= 5);
  double sum_mm3 = 0.0;
  for (const DepthLayer& layer : zone.layers) sum_mm3 += layer.volume.zone_mm3;
  // Voxels whose sample lies above the face belong to no layer: at most half a voxel over its area.
  CHECK(sum_mm3 <= zone.volume.zone_mm3);
  CHECK(sum_mm3 > zone.volume.zone_mm3 - 0.55 * 30.0 / 16.0);
  for (std::size_t n = 1; n < 4; ++n) {
    const DepthLayer& layer = zone.layers[n];
    CHECK(layer.volume.zone_mm3 == Approx(30.0).epsilon(0.01));
    CHECK(1.0 - layer.volume.solid_mm3 / layer.volume.zone_mm3 == Approx(0.7).margin(0.02));
    CHECK(layer.intercepts->mean_void_mm() > 0.0);
  }
  CHECK(zone.deepest_mm == Approx(5.0).margin(0.1));
  CHECK(zone.topology->closed_void_mm3 == 0.0);
  CHECK(m.closed_voids.empty());
  CHECK(m.solid_pieces.size() == 1);
  // Most of the void lies in balls nearly as large as the largest pore.
  CHECK(zone.pore.thickness->percentiles_mm[3] < 1.02 * part.pore_size_mm);
  CHECK(zone.pore.thickness->percentiles_mm[3] > 0.8 * part.pore_size_mm);
  CHECK_FALSE(zone.pore.inscribed);
  CHECK(m.thickness_map_mm.size == part.field.size);
}

TEST_CASE("zones of lattice are measured on their own, and closed voids are found") {
  const Block block;
  FillRequest r = block.request();
  ZoneRequest hole{.name = "hole", .region_expression = "rho - 0.6", .content = "void"};
  ZoneRequest shell{.name = "shell", .region_expression = "rho - 1.1", .content = "solid"};
  ZoneRequest left{.name = "left", .region_expression = "x", .lattice = r.core};
  left.lattice.porosity_fraction = 0.6;
  ZoneRequest nowhere{.name = "nowhere", .region_expression = "x - z + 50", .lattice = r.core};
  r.zones = {hole, shell, left, nowhere};
  const FilledPart part = block.fill(r);
  const Metrology m = block.measure(part, r, 0.0);
  REQUIRE(m.zones.size() == 3);
  CHECK(m.zones[1].name == "left");
  CHECK(m.zones[2].name == "core");
  const double half_mm3 = 75.0 - 2.0 / 3.0 * std::numbers::pi * std::pow(1.1, 3);
  for (const std::size_t n : {1u, 2u}) {
    CHECK(m.zones[n].volume.zone_mm3 == Approx(half_mm3).epsilon(0.005));
    CHECK(m.zones[n].layers.empty());
  }
  CHECK(m.zones[1].porosity_fraction() == Approx(0.6).margin(0.006));
  CHECK(m.zones[2].porosity_fraction() == Approx(0.7).margin(0.006));
  REQUIRE(m.closed_voids.size() == 1);
  CHECK(m.closed_voids[0].volume_mm3 == Approx(4.0 / 3.0 * std::numbers::pi * std::pow(0.6, 3)).epsilon(0.02));
  CHECK((m.closed_voids[0].centroid_Patient - block.body.frame().origin_Patient).norm() < 0.05);
}
