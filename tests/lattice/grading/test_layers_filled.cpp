/// Layers below a surface in a finished part: what is loose where charts meet.

#include "lattice/build/fill.h"
#include "lattice/grading/surface_layers.h"
#include "tests/lattice/grading/shapes.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::LevelSet;

namespace {

constexpr double kRadius = 7.0;

LevelSet ball(const char* name, double radius) {
  return solid(name, Vec3::Constant(radius), 0.2, [=](const Vec3& p) { return sphere_distance(p, radius); });
}

}  // namespace

TEST_CASE("the lattice holds together where charts meet and at the singular points") {
  // What the two faces of the shell cut off is loose in any lattice: only pieces 0.5 mm away from them count. Where charts end, chips
  // may be left that touch nothing (a fill removes them); a strut would be a third of the solid of a cubic cell.
  SurfaceLayersRequest request;
  request.depth_mm = 2.7;
  const LevelSet body = ball("ball", kRadius), porous = ball("porous", kRadius + 0.8);
  const SurfaceLayers layers(body, request, Progress());
  std::vector<Vec3> places = layers.corners();
  for (const PhaseSingularity& s : layers.singularities()) places.push_back(s.place_Frame);
  for (const char* name : {"gyroid-network-minus", "simple-cubic"}) {
    FillRequest fill;
    fill.core.cell.name = name;
    fill.core.porosity_fraction = 0.8;
    fill.core.cell_size_mm = request.tangential_mm;
    ZoneRequest shell{.name = "shell", .region_expression = fmt::format("depth - {}", request.depth_mm), .lattice = fill.core};
    shell.lattice.frame = "surface";
    fill.zones = {shell, {.name = "hollow", .region_expression = "rho - 20", .content = "void"}};
    fill.remove_islands = false;
    fill.voxel_mm = 0.13;
    const FilledPart part = fill_part(body, porous, fill, FieldSources(body), Progress());
    CHECK(part.zones.front().porosity_fraction == Approx(0.8).margin(0.0011));
    const double cell_solid_mm3 = 0.2 * request.layer_mm * request.tangential_mm * request.tangential_mm;
    double loose_mm3 = 0.0, at_places_mm3 = 0.0, largest_mm3 = 0.0;
    for (const Island& island : part.islands) {
      const Vec3 p = body.frame().from_patient(island.centre_Patient);
      const double depth = kRadius - p.norm();
      if (depth < 0.5 || depth > request.depth_mm - 0.5) continue;
      loose_mm3 += island.volume_mm3;
      largest_mm3 = std::max(largest_mm3, island.volume_mm3);
      const auto near = [&](const Vec3& place) { return (p.normalized() * kRadius - place).norm() < request.tangential_mm; };
      if (std::any_of(places.begin(), places.end(), near)) at_places_mm3 += island.volume_mm3;
    }
    WARN(name << ": loose " << 100.0 * loose_mm3 / part.lattice_solid_mm3 << " % of the solid, the largest piece " << largest_mm3 << " mm3; "
              << at_places_mm3 << " mm3 within a cell of the " << places.size() << " singular points and corners");
    CHECK(loose_mm3 < 0.001 * part.lattice_solid_mm3);
    CHECK(largest_mm3 < 0.05 * cell_solid_mm3);
  }
}
