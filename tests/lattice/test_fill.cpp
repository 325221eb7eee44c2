#include "core/error.h"
#include "core/threads.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/build/fill.h"
#include "lattice/build/islands.h"
#include "lattice/build/plan.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/unit_cell.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

#include <cstring>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::FloatImage;
using geometry::LevelSet;

namespace {

geometry::Frame tilted() {
  geometry::Frame frame;
  frame.origin_Patient = Vec3(-4.0, 33.0, 512.0);
  frame.axes_Patient = Eigen::AngleAxisd(0.6, Vec3(0.2, 1.0, -0.4).normalized()).toRotationMatrix();
  return frame;
}

double box_distance(const Vec3& p, const Vec3& half) {
  const Vec3 d = p.cwiseAbs() - half;
  return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
}

/// A block with a solid rim of 0.6 mm at its four sides; the porous zone goes through along z.
struct Block {
  LevelSet body, porous;

  explicit Block(const Vec3& half = Vec3(3.1, 2.9, 2.5)) {
    const Box box{-half - Vec3::Constant(1.0), half + Vec3::Constant(1.0)};
    body = LevelSet::from_function("body", tilted(), box, 0.1, 4.0, [=](const Vec3& p) { return box_distance(p, half); });
    porous = LevelSet::from_function("porous", tilted(), box, 0.1, 4.0, [=](const Vec3& p) {
      return std::max(box_distance(p, half), box_distance(p, half - Vec3(0.6, 0.6, -10.0)));
    });
  }
};

FillRequest request(double porosity, double cell_mm, const char* cell = "gyroid-network-minus") {
  FillRequest r;
  r.core.cell.name = cell;
  r.core.porosity_fraction = porosity;
  r.core.cell_size_mm = cell_mm;
  return r;
}

bool same_bytes(const geometry::TriangleMesh& a, const geometry::TriangleMesh& b) {
  return a.vertices.size() == b.vertices.size() && a.triangles.size() == b.triangles.size() &&
         std::memcmp(a.vertices.data(), b.vertices.data(), a.vertices.size() * sizeof(a.vertices[0])) == 0 &&
         std::memcmp(a.triangles.data(), b.triangles.data(), a.triangles.size() * sizeof(a.triangles[0])) == 0;
}

FilledPart fill(const Block& block, const FillRequest& r) {
  return fill_part(block.body, block.porous, r, FieldSources(block.body), Progress());
}
FillEstimate estimate(const Block& block, const FillRequest& r) {
  return estimate_fill(block.body, block.porous, r, FieldSources(block.body));
}

std::string refusal(const Block& block, const FillRequest& r) {
  try {
    estimate(block, r);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a filled block has the asked porosity on the final part, and a closed mesh in one piece") {
  const Block block;
  for (const char* cell : {"gyroid-network-minus", "gyroid-sheet"}) {
    INFO(cell);
    FillRequest r = request(0.70, cell == std::string("gyroid-sheet") ? 1.6 : 1.02, cell);
    r.voxel_mm = 0.05;
    const FilledPart part = fill(block, r);
    CHECK(std::abs(part.porosity_fraction - 0.70) < 0.0005);
    CHECK(part.mesh_report.closed_two_manifold());
    CHECK(part.mesh_report.components == 1);
    CHECK(part.part_solid_mm3 == Approx(part.mesh.volume_mm3()));
    CHECK(part.part_solid_mm3 == Approx(geometry::enclosed_volume_mm3(part.field, Progress())).epsilon(1e-5));
    CHECK(part.porous_zone_mm3 == Approx(5.0 * 4.6 * 5.0).epsilon(0.01));
    const double solid_zone = part.part_solid_mm3 - part.lattice_solid_mm3;
    CHECK(solid_zone == Approx(6.2 * 5.8 * 5.0 - 5.0 * 4.6 * 5.0).epsilon(0.01));
    CHECK(part.lattice_solid_mm3 == Approx(0.3 * part.porous_zone_mm3).epsilon(0.003));
    CHECK(part.calibration_steps <= 6);
    const CellSizes sizes = measure_unit_cell(*find_cell(cell), part.threshold);
    CHECK(part.pore_size_mm == Approx(sizes.pore_diameter * part.cell_size_mm).epsilon(0.02));
    CHECK(part.strut_size_mm == Approx(sizes.strut_diameter * part.cell_size_mm).epsilon(0.02));
    // The patient frame: the mesh lies in the tilted block.
    for (std::size_t n = 0; n < part.mesh.vertices.size(); n += 97)
      CHECK(block.body.value(tilted().from_patient(part.mesh.vertices[n].cast<double>())) < 0.02);
  }
}

TEST_CASE("pores and struts of the part are those of the cell") {
  const Block block;
  FillRequest r;
  r.core.porosity_fraction = 0.70;
  r.core.pore_size_mm = 0.6;
  const FilledPart part = fill(block, r);
  CHECK(part.cell_size_mm == Approx(1.022).epsilon(2e-3));
  CHECK(part.pore_size_mm == Approx(0.6).epsilon(0.02));
  CHECK(part.strut_size_mm == Approx(0.3268 * part.cell_size_mm).epsilon(0.02));
}

TEST_CASE("the same part for any thread count") {
  const Block block(Vec3(2.1, 2.0, 1.9));
  set_thread_count(1);
  const FilledPart one = fill(block, request(0.65, 0.9));
  set_thread_count(2);
  const FilledPart two = fill(block, request(0.65, 0.9));
  CHECK(one.field.data == two.field.data);
  CHECK(same_bytes(one.mesh, two.mesh));
  CHECK(one.threshold == two.threshold);
  CHECK(one.pore_size_mm == two.pore_size_mm);
  CHECK(one.strut_size_mm == two.strut_size_mm);
}

TEST_CASE("loose pieces are removed and reported") {
  // Without a rim a sphere cuts the cell in every direction and phase; tips of struts that hang on nothing are left.
  const Box box{Vec3::Constant(-3.5), Vec3::Constant(3.5)};
  const auto ball = [](const Vec3& p) { return (p - Vec3(0.11, 0.23, -0.07)).norm() - 2.3; };
  const LevelSet body = LevelSet::from_function("body", tilted(), box, 0.1, 4.0, ball);
  const LevelSet porous = LevelSet::from_function("porous", tilted(), box, 0.1, 4.0, ball);
  const FilledPart part = fill_part(body, porous, request(0.80, 1.0), FieldSources(body), Progress());
  CHECK(part.islands_removed);
  REQUIRE_FALSE(part.islands.empty());
  double islands_mm3 = 0.0;
  for (const Island& island : part.islands) {
    islands_mm3 += island.volume_mm3;
    CHECK(body.value(body.frame().from_patient(island.centre_Patient)) < 0.1);
  }
  CHECK(islands_mm3 > 0.0);
  CHECK(islands_mm3 < 0.02 * part.part_solid_mm3);
  FillRequest keep = request(0.80, 1.0);
  keep.remove_islands = false;
  const FilledPart kept = fill_part(body, porous, keep, FieldSources(body), Progress());
  CHECK(kept.mesh_report.components == std::int64_t(part.islands.size()) + 1);
  CHECK(part.mesh_report.components == 1);
  CHECK(part.mesh_report.closed_two_manifold());
  CHECK(std::abs(part.porosity_fraction - 0.80) < 0.0005);
  CHECK(part.lattice_solid_mm3 == Approx(part.part_solid_mm3));
}

TEST_CASE("pieces that touch across a diagonal only are separate") {
  FloatImage field;
  field.size = {12, 12, 12};
  field.allocate(1.0f);
  const auto fill = [&](int from, int to, int k0, int k1) {
    for (int k = k0; k < k1; ++k)
      for (int j = from; j < to; ++j)
        for (int i = from; i < to; ++i) field.at(i, j, k) = -0.5f;
  };
  fill(2, 6, 2, 6);
  fill(6, 8, 2, 5);   // touches the first along an edge
  fill(2, 4, 7, 9);   // a gap of one sample above the first
  CHECK(geometry::check_mesh(geometry::extract_surface(field, Progress())).components == 3);
  const auto islands_of = [](const FloatImage& image) {
    SolidPieces pieces(image.size);
    for (std::int64_t k = 0; k < image.size[2]; k += 5)
      pieces.add(k, std::min<std::int64_t>(5, image.size[2] - k), &image.at(0, 0, k));
    return pieces.islands();
  };
  const SolidPieces::Islands islands = islands_of(field);
  REQUIRE(islands.pieces.size() == 2);
  CHECK(islands.pieces[0].samples == 12);
  CHECK(islands.pieces[0].centre_Index == Vec3(6.5, 6.5, 3.0));
  CHECK(islands.pieces[1].samples == 8);
  for (std::int64_t k = 0; k < 12; k += 4) islands.samples.apply(k * 144, 4 * 144, &field.at(0, 0, k));
  CHECK(geometry::check_mesh(geometry::extract_surface(field, Progress())).components == 1);
  CHECK(field.at(3, 3, 3) == -0.5f);
  CHECK(field.at(7, 7, 3) == 0.5f);
  CHECK(islands_of(field).pieces.empty());
}

TEST_CASE("the estimate is near what comes out") {
  const Block block;
  const FillEstimate expected = estimate(block, request(0.70, 1.02));
  const FilledPart part = fill(block, request(0.70, 1.02));
  CHECK(expected.voxels == product(part.field.size));
  CHECK(expected.voxel_mm == part.voxel_mm);
  CHECK(expected.cell_size_mm == part.cell_size_mm);
  CHECK(expected.triangles == Approx(double(part.mesh.triangles.size())).epsilon(0.2));
  CHECK(expected.voxel_mm == Approx(1.02 / 16.0));
}

TEST_CASE("impossible requests are refused before anything is computed") {
  const Block block;
  FillRequest both = request(0.7, 1.0);
  both.core.pore_size_mm = 0.6;
  CHECK_THAT(refusal(block, both), Catch::Contains("pore_size_mm") && Catch::Contains("cell_size_mm"));
  FillRequest neither = both;
  neither.core.pore_size_mm.reset();
  neither.core.cell_size_mm.reset();
  CHECK_THAT(refusal(block, neither), Catch::Contains("neither"));
  CHECK_THAT(refusal(block, request(1.2, 1.0)), Catch::Contains("5..95 %"));
  CHECK_THAT(refusal(block, request(0.7, 0.0)), Catch::Contains("cell_size_mm"));
  CHECK_THAT(refusal(block, request(0.7, 1.0, "gyroid-netwrk-minus")), Catch::Contains("gyroid-network-minus"));
  // 21.33 % solid is the least for which the primitive network connects; 57.3 % the most for which its sheet stays open.
  CHECK_THAT(refusal(block, request(0.80, 1.0, "primitive-network-minus")), Catch::Contains("falls apart") && Catch::Contains("78.6 %"));
  CHECK_THAT(refusal(block, request(0.40, 1.0, "primitive-sheet")), Catch::Contains("closes its pores") && Catch::Contains("42.7 %"));
  FillRequest coarse = request(0.7, 1.0);
  coarse.voxel_mm = 0.2;
  CHECK_THAT(refusal(block, coarse), Catch::Contains("voxels"));
  CHECK_THAT(refusal(block, request(0.7, 6.0)), Catch::Contains("smaller than one cell"));
  Block other = block;
  other.porous = LevelSet::from_function("porous", geometry::Frame(), Box{Vec3::Constant(-2), Vec3::Constant(2)}, 0.1, 4.0,
                                         [](const Vec3& p) { return p.norm() - 1.5; });
  CHECK_THAT(refusal(other, request(0.7, 1.0)), Catch::Contains("frames"));
}

TEST_CASE("no wall comes out with holes unseen: the default voxel follows thin walls, and a given one that cannot is told of") {
  const Block block;
  const FieldSources sources(block.body);
  FillRequest thin = request(0.75, 0.5, "gyroid-sheet");
  const Plan by_default = plan_fill(block.body, block.porous, thin, sources, Progress());
  REQUIRE(by_default.thinnest_wall_mm < 0.06);  // the finest voxel without regard to walls is 0.04 mm
  CHECK(by_default.voxel_mm == Approx(0.5 * by_default.thinnest_wall_mm));
  CHECK(by_default.notes.empty());
  thin.voxel_mm = 0.04;
  const Plan coarse = plan_fill(block.body, block.porous, thin, sources, Progress());
  REQUIRE(coarse.thinnest_wall_mm < kLeastWallVoxels * 0.04);
  REQUIRE(coarse.notes.size() == 1);
  CHECK_THAT(coarse.notes[0], Catch::Contains("come out with holes") && Catch::Contains(fmt::format("at most {:.3f} mm", coarse.thinnest_wall_mm / 1.5)));

  // Of a graded lattice the wall where it is lightest counts.
  FillRequest graded = request(0.75, 0.5, "gyroid-sheet");
  graded.core.porosity_fraction.reset();
  graded.core.porosity_expression = "0.75 + 0.01*x";
  const Plan lightest = plan_fill(block.body, block.porous, graded, sources, Progress());
  CHECK(lightest.thinnest_wall_mm < 0.95 * lightest.core.strut_size_mm);
  CHECK(lightest.voxel_mm <= 0.5 * lightest.thinnest_wall_mm);
}
