#include "core/error.h"
#include "core/threads.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/build/fill.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::FloatImage;
using geometry::LevelSet;

namespace {

/// An open block of lattice, 8 x 6 x 6 mm.
struct Block {
  LevelSet body, porous;
  Block() {
    const Vec3 half(4.0, 3.0, 3.0);
    const auto distance = [](const Vec3& p, const Vec3& h) {
      const Vec3 d = p.cwiseAbs() - h;
      return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
    };
    const Box box{-half - Vec3::Constant(2.0), half + Vec3::Constant(2.0)};
    body = LevelSet::from_function("body", geometry::Frame(), box, 0.2, 4.0, [=](const Vec3& p) { return distance(p, half); });
    porous = LevelSet::from_function("porous", geometry::Frame(), box, 0.2, 4.0,
                                     [=](const Vec3& p) { return distance(p, half + Vec3::Constant(1.0)); });
  }
};

FillRequest request(double porosity, double cell_mm) {
  FillRequest r;
  r.core.porosity_fraction = porosity;
  r.core.cell_size_mm = cell_mm;
  r.voxel_mm = 0.06;
  return r;
}

FilledPart fill(const FillRequest& r) {
  static const Block block;
  return fill_part(block.body, block.porous, r, FieldSources(block.body), Progress());
}

std::string refusal(const FillRequest& r) {
  try {
    fill(r);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "nothing was thrown";
}

/// Porosity of the samples of a part between two places along x, by counting; whole cells only, so that it is that of the cell.
double porosity_between(const FilledPart& part, double from_mm, double to_mm) {
  std::int64_t solid = 0, all = 0;
  const FloatImage& f = part.field;
  for (std::int64_t k = 0; k < f.size[2]; ++k)
    for (std::int64_t j = 0; j < f.size[1]; ++j)
      for (std::int64_t i = 0; i < f.size[0]; ++i) {
        const Vec3 p = f.to_patient(Vec3(double(i), double(j), double(k)));
        if (p[0] < from_mm || p[0] >= to_mm || std::abs(p[1]) > 3.0 || std::abs(p[2]) > 3.0) continue;
        ++all;
        solid += f.at(i, j, k) < 0.0f;
      }
  return 1.0 - double(solid) / double(all);
}

}  // namespace

TEST_CASE("porosity graded along an axis is met cell by cell") {
  FillRequest r = request(0.7, 1.0);
  r.core.porosity_fraction.reset();
  r.core.porosity_expression = "ramp(x, -4, 4, 0.5, 0.8)";
  const FilledPart part = fill(r);
  CHECK(part.requested_fraction == Approx(0.65).margin(1e-3));
  CHECK(std::abs(part.porosity_fraction - part.requested_fraction) < 0.0005);
  double sum = 0.0;
  for (int n = -4; n < 4; ++n) {
    const double error = porosity_between(part, n, n + 1.0) - (0.5 + 0.3 * (n + 4.5) / 8.0);
    sum += error * error;
  }
  CHECK(std::sqrt(sum / 8.0) < 0.01);  // one percentage point over windows of a cell
}

TEST_CASE("solid, void and lattice zones lie over each other in order, each with its own porosity") {
  FillRequest r = request(0.75, 1.0);
  ZoneRequest skin{.name = "skin", .region_expression = "depth - 0.4", .content = "solid"};
  ZoneRequest hole{.name = "hole", .region_expression = "r - 0.8", .content = "void"};
  ZoneRequest dense{.name = "dense", .region_expression = "x", .transition_mm = 0.5};
  dense.lattice = r.core;
  dense.lattice.porosity_fraction = 0.55;
  dense.lattice.cell.name = "diamond-sheet";
  r.zones = {hole, skin, dense};
  const FilledPart part = fill(r);
  REQUIRE(part.zones.size() == 4);
  CHECK(part.zones[0].porosity_fraction == Approx(1.0).margin(0.01));
  CHECK(part.zones[1].porosity_fraction == Approx(0.0).margin(0.01));
  CHECK(part.zones[2].porosity_fraction == Approx(0.55).margin(0.0011));
  CHECK(part.zones[3].porosity_fraction == Approx(0.75).margin(0.0011));
  CHECK(part.zones[3].name == "core");
  CHECK(std::abs(part.porosity_fraction - part.requested_fraction) < 0.0025);
  const double hole_mm3 = 3.14159265 * 0.64 * 6.0;
  CHECK(part.zones[0].volume_mm3 == Approx(hole_mm3).epsilon(0.02));
  CHECK(part.zones[1].volume_mm3 == Approx(8.0 * 6 * 6 - 7.2 * 5.2 * 5.2 - 2 * 0.4 * 3.14159265 * 0.64).epsilon(0.04));  // whole voxels at its faces
  CHECK(part.mesh_report.closed_two_manifold());
  const auto label_at = [&](const Vec3& p) {
    const Vec3 i = part.maps.zone.to_index(p);
    return int(part.maps.zone.at(std::llround(i[0]), std::llround(i[1]), std::llround(i[2])));
  };
  const auto density_at = [&](const Vec3& p) {
    const Vec3 i = part.maps.density.to_index(p);
    return double(part.maps.density.at(std::llround(i[0]), std::llround(i[1]), std::llround(i[2])));
  };
  CHECK(label_at(Vec3(0.0, 0.0, 0.0)) == 1);
  CHECK(density_at(Vec3(0.0, 0.0, 0.0)) == 0.0);
  CHECK(label_at(Vec3(-3.85, 0.0, 0.0)) == 2);
  CHECK(density_at(Vec3(-3.85, 0.0, 0.0)) == 1.0);
  CHECK(label_at(Vec3(-2.0, 1.5, 0.0)) == 3);
  CHECK(density_at(Vec3(-2.0, 1.5, 0.0)) == Approx(0.45).margin(0.03));  // 1 - 0.55, as corrected on the part
  CHECK(label_at(Vec3(2.0, 1.5, 0.0)) == 4);
  CHECK(density_at(Vec3(2.0, 1.5, 0.0)) == Approx(0.25).margin(0.03));
  const auto at = [&](const Vec3& p) { return part.field.sample(p); };
  CHECK(at(Vec3(0.0, 0.0, 0.5)) > 0.0);    // hole
  CHECK(at(Vec3(0.0, 0.0, 2.9)) > 0.0);    // hole before skin
  CHECK(at(Vec3(-3.8, 0.0, 0.0)) < 0.0);   // skin
  CHECK(at(Vec3(2.0, 2.0, 2.8)) < 0.0);
}

TEST_CASE("a lattice that ends at a void ends in the region's own surface, not in steps of the samples") {
  FillRequest r = request(0.5, 1.0);
  ZoneRequest round{.name = "round", .region_expression = "r - 2.2"};
  round.lattice = r.core;
  r.zones = {round, ZoneRequest{.name = "outside", .region_expression = "-1", .content = "void"}};
  const FilledPart part = fill(r);
  // Vertices near the cylinder, between the flat faces, lie on it: the gyroid's own surface crosses that range of 0.06 mm seldom.
  std::size_t near = 0, on = 0;
  for (const Vec3f& v : part.mesh.vertices) {
    const double off = std::abs(double(v.head<2>().norm()) - 2.2);
    near += off < 0.06 && std::abs(v.z()) < 2.8f;
    on += off < 0.012 && std::abs(v.z()) < 2.8f;
  }
  REQUIRE(near > 5000);
  CHECK(double(on) > 0.6 * double(near));  // a staircase has 0.3; the rest is the surface of the gyroid and corners
}

TEST_CASE("a level set made layer by layer is the part's", "[slow]") {
  const Block block;
  const FillRequest r = request(0.7, 1.2);
  const FilledPart part = fill(r);
  set_thread_count(1);
  const FilledLevelSet streamed = fill_level_set(block.body, block.porous, r, FieldSources(block.body), Progress());
  set_thread_count(0);
  CHECK(streamed.part.porosity_fraction == Approx(part.porosity_fraction).margin(1e-6));
  const LevelSet dense =
      LevelSet::from_dense("dense", block.body.frame(), part.field.origin_Patient, part.voxel_mm, part.field.size, part.field.data, 3.0);
  CHECK(streamed.solid.active_voxels() == dense.active_voxels());
  CHECK(streamed.solid.volume_mm3() == Approx(dense.volume_mm3()).epsilon(1e-9));
  for (std::size_t n = 0; n < part.mesh.vertices.size(); n += 101)
    CHECK(std::abs(streamed.solid.value(part.mesh.vertices[n].cast<double>())) < 0.01);
}

TEST_CASE("cells graded in size are laid out, and refused where no layout is near enough", "[slow]") {
  FillRequest r = request(0.7, 1.0);
  r.core.cell_size_mm.reset();
  r.core.cell_size_expression = "ramp(x, -4, 4, 0.9, 1.3)";
  const FilledPart part = fill(r);
  CHECK(std::abs(part.porosity_fraction - 0.7) < 0.0005);
  CHECK(part.mesh_report.closed_two_manifold());
  REQUIRE_FALSE(part.notes.empty());
  CHECK_THAT(part.notes.front(), Catch::Contains("phase integration"));
  r.period_error_max_fraction = 0.001;
  CHECK_THAT(refusal(r), Catch::Contains("period"));
}

TEST_CASE("turn expressions turn the cells, a constant one as rotation_deg does", "[slow]") {
  FillRequest r = request(0.7, 1.0);
  r.core.rotation_deg = Vec3(0.0, 0.0, 30.0);
  const FilledPart rotated = fill(r);
  r.core.rotation_deg = Vec3::Zero();
  r.core.turn_expressions[2] = "30";
  const FilledPart turned = fill(r);
  REQUIRE(rotated.field.data.size() == turned.field.data.size());
  float most = 0.0f;
  for (std::size_t n = 0; n < rotated.field.data.size(); ++n) most = std::max(most, std::abs(rotated.field.data[n] - turned.field.data[n]));
  CHECK(most < 1e-3f);
  r.core.turn_expressions[2] = "2*z";
  const FilledPart twisted = fill(r);
  CHECK(std::abs(twisted.porosity_fraction - 0.7) < 0.0005);
  CHECK_THAT(twisted.notes.front(), Catch::Contains("direction"));
  r.core.frame = "cylindrical";
  CHECK_THAT(refusal(r), Catch::Contains("turn expressions") && Catch::Contains("cylindrical"));
}

TEST_CASE("cells in layers below a closed surface, in one piece with the core at the porosity asked", "[slow]") {
  const auto ball = [](const char* name, double radius) {
    const Box box{Vec3::Constant(-8.5), Vec3::Constant(8.5)};
    return LevelSet::from_function(name, geometry::Frame(), box, 0.2, 4.0, [=](const Vec3& p) { return p.norm() - radius; });
  };
  const LevelSet body = ball("body", 6.0), porous = ball("porous", 6.6);
  FillRequest r = request(0.7, 1.3);
  r.voxel_mm = 0.12;
  ZoneRequest shell{.name = "shell", .region_expression = "depth - 2", .transition_mm = 0.0};
  shell.lattice = r.core;
  shell.lattice.frame = "surface";
  r.zones = {shell};
  const FilledPart part = fill_part(body, porous, r, FieldSources(body), Progress());
  CHECK(part.zones[0].porosity_fraction == Approx(0.7).margin(0.0025));
  CHECK(part.zones[1].porosity_fraction == Approx(0.7).margin(0.0025));
  double loose_mm3 = 0.0;
  for (const Island& island : part.islands) loose_mm3 += island.volume_mm3;
  CHECK(loose_mm3 < 0.003 * part.part_solid_mm3);  // cut off by the outer face
  CHECK_THAT(part.notes.front(), Catch::Contains("6 charts") && Catch::Contains("total index 2"));
}

TEST_CASE("one cell turns into another along the part, at the porosity asked") {
  FillRequest r = request(0.7, 1.0);
  r.core.blend_cell = "diamond-network-minus";
  r.core.blend_expression = "ramp(x, -3, 3, 0, 1)";
  const FilledPart part = fill(r);
  CHECK(std::abs(part.porosity_fraction - 0.7) < 0.0005);
  CHECK(part.mesh_report.closed_two_manifold());
  for (int n = -4; n < 4; n += 2) CHECK(porosity_between(part, n, n + 2.0) == Approx(0.7).margin(0.015));
  r.core.blend_expression = "2*x";
  CHECK_THAT(refusal(r), Catch::Contains("blend"));
}

TEST_CASE("requests that contradict themselves are refused") {
  FillRequest both = request(0.7, 1.0);
  both.core.porosity_expression = "0.7";
  CHECK_THAT(refusal(both), Catch::Contains("porosity_expression"));
  FillRequest three = request(0.7, 1.0);
  three.core.strut_size_mm = 0.3;
  CHECK_THAT(refusal(three), Catch::Contains("more is given"));
  FillRequest graded = request(0.7, 1.0);
  graded.core.porosity_fraction.reset();
  graded.core.porosity_expression = "0.9 + x";
  CHECK_THAT(refusal(graded), Catch::Contains("porosity") && Catch::Contains("mm"));
  FillRequest unknown = request(0.7, 1.0);
  unknown.zones = {{.name = "a", .region_expression = "deep - 1", .content = "solid"}};
  CHECK_THAT(refusal(unknown), Catch::Contains("deep") && Catch::Contains("depth"));
  FillRequest content = request(0.7, 1.0);
  content.zones = {{.name = "a", .region_expression = "x", .content = "foam"}};
  CHECK_THAT(refusal(content), Catch::Contains("foam"));
}

TEST_CASE("pore and strut size without porosity determine cell and porosity", "[slow]") {
  FillRequest r = request(0.7, 1.0);
  r.core.porosity_fraction.reset();
  r.core.cell_size_mm.reset();
  r.core.pore_size_mm = 0.6;
  r.core.strut_size_mm = 0.334;
  const FilledPart part = fill(r);
  // The gyroid network with these sizes: lattice reference 5.7 gives pore 0.5871 a and strut 0.3268 a at 70 %.
  CHECK(part.porosity_fraction == Approx(0.70).margin(0.004));
  CHECK(part.cell_size_mm == Approx(1.022).epsilon(0.005));
}
