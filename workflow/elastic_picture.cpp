#include "workflow/elastic_picture.h"

#include "fea/homogenize/elastic_constants.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// Latitudes and longitudes; the poles are one vertex each.
g::TriangleMesh unit_sphere(int rings, int turns) {
  g::TriangleMesh mesh;
  mesh.vertices.push_back(Vec3f(0, 0, 1));
  for (int r = 1; r < rings; ++r)
    for (int t = 0; t < turns; ++t) {
      const double theta = std::numbers::pi * r / rings, phi = 2.0 * std::numbers::pi * t / turns;
      mesh.vertices.push_back(Vec3(std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi), std::cos(theta)).cast<float>());
    }
  const std::uint32_t south = std::uint32_t(mesh.vertices.size());
  mesh.vertices.push_back(Vec3f(0, 0, -1));
  const auto at = [&](int r, int t) { return std::uint32_t(1 + (r - 1) * turns + t % turns); };
  for (int t = 0; t < turns; ++t) {
    mesh.triangles.push_back({0, at(1, t), at(1, t + 1)});
    for (int r = 1; r + 1 < rings; ++r) {
      mesh.triangles.push_back({at(r, t), at(r + 1, t), at(r + 1, t + 1)});
      mesh.triangles.push_back({at(r, t), at(r + 1, t + 1), at(r, t + 1)});
    }
    mesh.triangles.push_back({at(rings - 1, t), south, at(rings - 1, t + 1)});
  }
  return mesh;
}

/// Square rod from the middle along an axis.
g::TriangleMesh rod(int axis, double length, double half_width) {
  g::TriangleMesh mesh;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 p;
    p[axis] = corner & 1 ? length : 0.0;
    p[(axis + 1) % 3] = corner & 2 ? half_width : -half_width;
    p[(axis + 2) % 3] = corner & 4 ? half_width : -half_width;
    mesh.vertices.push_back(p.cast<float>());
  }
  constexpr std::uint32_t kFaces[6][4] = {{0, 4, 6, 2}, {1, 3, 7, 5}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 2, 3, 1}, {4, 5, 7, 6}};
  for (const auto& f : kFaces) {
    mesh.triangles.push_back({f[0], f[1], f[2]});
    mesh.triangles.push_back({f[0], f[2], f[3]});
  }
  return mesh;
}

}  // namespace

g::Picture youngs_modulus_picture(const Mat6& stiffness_mpa, int edge_px) {
  const fea::ElasticConstants e = fea::elastic_constants(stiffness_mpa);
  const Mat6 compliance = stiffness_mpa.inverse();
  const double low = e.youngs_modulus_min_mpa, high = e.youngs_modulus_max_mpa;
  // An isotropic surface has one colour, not the colours of its rounding errors.
  const double range = std::max(high - low, 0.01 * high);
  g::SceneMesh surface;
  g::TriangleMesh mesh = unit_sphere(180, 360);
  for (Vec3f& v : mesh.vertices) {
    const double modulus = fea::youngs_modulus_along_mpa(compliance, v.cast<double>());
    surface.vertex_colours.push_back(g::viridis((modulus - low) / range));
    v *= float(modulus / high);
  }
  surface.mesh = &mesh;
  std::vector<g::TriangleMesh> rods;
  for (int axis = 0; axis < 3; ++axis) rods.push_back(rod(axis, 1.25, 0.012));
  const g::Rgb colours[3] = {{200, 60, 50}, {60, 150, 70}, {60, 90, 190}};  // x y z
  std::vector<g::SceneMesh> scene = {surface};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    g::SceneMesh part;
    part.mesh = &rods[axis];
    part.colour = colours[axis];
    scene.push_back(part);
  }
  g::View view;
  view.look_direction = -Vec3(1.0, 0.55, 0.6).normalized();
  view.width_px = view.height_px = edge_px;
  return g::render(scene, view).picture;
}

}  // namespace spongiosa::workflow
