#include "workflow/print/print_pictures.h"

#include "geometry/picture/draw.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr g::Rgb kSolid{120, 128, 140}, kVoid{255, 255, 255}, kRing{205, 30, 30}, kPlate{60, 60, 60};

g::Rgb mixed(const g::Rgb& a, const g::Rgb& b, double t) {
  g::Rgb result = a;
  g::blend(result, b, std::clamp(t, 0.0, 1.0));
  return result;
}

/// From lying flat (0) to 60 degrees and more.
g::Rgb overhang_colour(double angle_deg) {
  constexpr g::Rgb red{200, 30, 35}, yellow{240, 200, 60}, grey{200, 200, 205};
  return angle_deg < 45.0 ? mixed(red, yellow, angle_deg / 45.0) : mixed(yellow, grey, (angle_deg - 45.0) / 15.0);
}

}  // namespace

g::Picture section_picture(const BuildField& build, const Vec3& place_Build) {
  const g::FloatImage& f = build.field;
  const Vec3 low = build.solid.min - Vec3::Constant(4.0 * build.voxel_mm), size = build.solid.size() + Vec3::Constant(8.0 * build.voxel_mm);
  const double px_per_mm = 900.0 / std::max(size[0], size[2]);
  g::Picture picture(std::max(1, int(size[0] * px_per_mm)), std::max(1, int(size[2] * px_per_mm)), kVoid);
  const auto height = [&](double z) { return (low[2] + size[2] - z) * px_per_mm; };
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      const Vec3 p(low[0] + (double(x) + 0.5) / px_per_mm, place_Build[1], low[2] + size[2] - (double(y) + 0.5) / px_per_mm);
      // The distance tells how much of the pixel is covered.
      const double covered = std::clamp(0.5 - f.sample(p) * px_per_mm, 0.0, 1.0);
      if (covered > 0.0) picture.at(x, y) = mixed(kVoid, kSolid, covered);
    }
  const double plate = height(build.solid.min[2] - 0.5 * build.voxel_mm);
  g::draw_line(picture, {0.0, plate}, {double(picture.width), plate}, {kPlate, 2.0, 1.0});
  const Vec2 at((place_Build[0] - low[0]) * px_per_mm, height(place_Build[2]));
  std::vector<Vec2> ring;
  const double radius_px = std::max(14.0, 0.02 * double(picture.width));
  for (int n = 0; n < 48; ++n) {
    const double angle = 2.0 * std::numbers::pi * double(n) / 48.0;
    ring.push_back(at + radius_px * Vec2(std::cos(angle), std::sin(angle)));
  }
  g::draw_polyline(picture, ring, true, {kRing, 3.0, 1.0});
  return picture;
}

g::Picture overhang_picture(const g::TriangleMesh& mesh) {
  std::vector<Vec3f> normals(mesh.vertices.size(), Vec3f::Zero());
  for (const auto& t : mesh.triangles) {
    const Vec3f n = (mesh.vertices[t[1]] - mesh.vertices[t[0]]).cross(mesh.vertices[t[2]] - mesh.vertices[t[0]]);
    for (const std::uint32_t v : t) normals[v] += n;
  }
  g::SceneMesh part;
  part.mesh = &mesh;
  part.vertex_colours.resize(mesh.vertices.size());
  for (std::size_t v = 0; v < normals.size(); ++v) {
    const double down = -double(normals[v][2]) / std::max(1e-30, double(normals[v].norm()));
    part.vertex_colours[v] = overhang_colour(down > 0.0 ? std::acos(std::min(1.0, down)) * 180.0 / std::numbers::pi : 90.0);
  }
  g::View view;
  view.look_direction = Vec3(-0.45, 0.62, 0.64).normalized();
  view.up = Vec3::UnitZ();
  return g::render({part}, view).picture;
}

void write_print_pictures(const std::filesystem::path& folder, const BuildField& build, const g::TriangleMesh& mesh, PrintReport& report,
                          const Progress& progress) {
  for (std::size_t n = 0; n < report.checks.size(); ++n) {
    PrintCheck& check = report.checks[n];
    progress.report(0.5 * double(n) / double(report.checks.size()), "drawing where checks failed");
    if (check.result.passed || !check.place_Build) continue;
    check.picture = "section-" + check.result.id + ".png";
    g::write_png(folder / check.picture, section_picture(build, *check.place_Build));
  }
  progress.report(0.6, "drawing the part from below");
  g::write_png(folder / "overhang.png", overhang_picture(mesh));
  for (PrintCheck& check : report.checks)
    if (check.result.id == "overhang" && check.picture.empty()) check.picture = "overhang.png";
}

}  // namespace spongiosa::workflow
