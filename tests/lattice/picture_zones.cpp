/// Makes docs/pictures/zones.png: not a test of its own, but run by hand (see docs/06-grading.md).

#include "geometry/picture/draw.h"
#include "geometry/picture/picture.h"
#include "lattice/build/fill.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::Box;
using geometry::LevelSet;

namespace {

LevelSet shape(const char* name, const Vec3& half, double (*distance)(const Vec3&, double), double grow) {
  const Box box = Box{-half, half}.grown(grow + 1.5);
  return LevelSet::from_function(name, geometry::Frame(), box, 0.2, 4.0, [=](const Vec3& p) { return distance(p, grow); });
}

double cylinder(const Vec3& p, double grow) {
  const double radial = p.head<2>().norm() - 7.0 - grow, axial = std::abs(p.z()) - 7.0 - grow;
  return std::min(std::max(radial, axial), 0.0) + Vec2(std::max(radial, 0.0), std::max(axial, 0.0)).norm();
}
double ball(const Vec3& p, double grow) { return p.norm() - 7.5 - grow; }

geometry::Picture cut_open(double (*distance)(const Vec3&, double), const FillRequest& request, int px) {
  const LevelSet body = shape("body", Vec3::Constant(7.5), distance, 0.0), porous = shape("porous", Vec3::Constant(7.5), distance, 0.6);
  const FilledPart part = fill_part(body, porous, request, FieldSources(body), Progress());
  geometry::SceneMesh scene;
  scene.mesh = &part.mesh;
  scene.colour = {186, 194, 206};
  scene.clip = {-Vec3::UnitY(), 0.0};
  geometry::View view;
  view.look_direction = Vec3(0.35, 0.85, -0.4).normalized();
  view.width_px = view.height_px = px;
  return geometry::render({scene}, view).picture;
}

FillRequest request() {
  FillRequest r;
  r.core.porosity_fraction = 0.75;
  r.core.cell_size_mm = 1.6;
  r.voxel_mm = 0.08;
  return r;
}

ZoneRequest zone(const char* name, const char* region, const char* content) {
  ZoneRequest z;
  z.name = name;
  z.region_expression = region;
  z.content = content;
  return z;
}

}  // namespace

TEST_CASE("picture of graded and zoned parts", "[.picture]") {
  const char* folder = std::getenv("SPONGIOSA_PICTURES");
  if (!folder) {
    std::cout << "SKIPPED: set SPONGIOSA_PICTURES to the folder for the picture\n";
    return;
  }
  FillRequest graded = request();
  graded.core.porosity_fraction.reset();
  graded.core.porosity_expression = "ramp(z, -7, 7, 0.5, 0.88)";
  FillRequest zoned = request();
  ZoneRequest dense = zone("bone layers", "5.2 - abs(z)", "lattice");
  dense.transition_mm = 0.8;
  dense.lattice = zoned.core;
  dense.lattice.porosity_fraction = 0.55;
  dense.lattice.cell.name = "diamond-sheet";
  zoned.zones = {zone("channel", "r - 2", "void"), zone("channel wall", "r - 2.5", "solid"), zone("rim", "6.5 - r", "solid"), dense};
  FillRequest layered = request();
  ZoneRequest shell = zone("shell", "depth - 3.2", "lattice");
  shell.lattice = layered.core;
  shell.lattice.frame = "surface";
  layered.period_error_max_fraction = 0.3;
  layered.zones = {shell, zone("hollow", "rho - 20", "void")};

  constexpr int kPx = 520;
  geometry::Picture all(3 * kPx, kPx, {255, 255, 255});
  geometry::paste(all, cut_open(cylinder, graded, kPx), 0, 0);
  geometry::paste(all, cut_open(cylinder, zoned, kPx), kPx, 0);
  geometry::paste(all, cut_open(ball, layered, kPx), 2 * kPx, 0);
  geometry::write_png(std::string(folder) + "/zones.png", all);
}
