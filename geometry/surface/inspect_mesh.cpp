#include "geometry/surface/inspect_mesh.h"

#include "geometry/surface/check_mesh.h"
#include "geometry/surface/vertex_sets.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace spongiosa::geometry {

namespace {

Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

std::vector<MeshComponent> measure_components(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same) {
  VertexSets sets(same.size());
  for (const auto& t : mesh.triangles) {
    sets.join(same[t[0]], same[t[1]]);
    sets.join(same[t[0]], same[t[2]]);
  }
  constexpr std::uint32_t kNone = ~std::uint32_t(0);
  std::vector<std::uint32_t> component_of(same.size(), kNone);  // by the set's first vertex
  std::vector<MeshComponent> components;
  for (const auto& t : mesh.triangles) {
    const std::uint32_t set = sets.find(same[t[0]]);
    if (component_of[set] == kNone) {
      component_of[set] = std::uint32_t(components.size());
      components.emplace_back();
    }
    MeshComponent& component = components[component_of[set]];
    // To a point of the component, so that its place costs no digits.
    const Vec3 o = mesh.vertices[set].cast<double>();
    const Vec3 a = mesh.vertices[t[0]].cast<double>(), b = mesh.vertices[t[1]].cast<double>(), c = mesh.vertices[t[2]].cast<double>();
    ++component.triangles;
    component.volume_mm3 += (a - o).dot(cross(b - o, c - o)) / 6.0;
    component.area_mm2 += 0.5 * cross(b - a, c - a).norm();
    for (const Vec3& p : {a, b, c}) component.bounds.include(p);
  }
  return components;
}

bool within(const Box& inner, const Box& outer) {
  return (inner.min.array() >= outer.min.array()).all() && (inner.max.array() <= outer.max.array()).all();
}

/// A step of the largest coordinate in single precision, mm.
double float_step_mm(const Box& box) {
  const double largest = std::max(box.min.cwiseAbs().maxCoeff(), box.max.cwiseAbs().maxCoeff());
  return std::ldexp(1.0, std::ilogb(std::max(largest, 1e-30)) - 23);
}

}  // namespace

MeshInspection inspect_mesh(const TriangleMesh& mesh, std::size_t keep_contacts, const Progress& progress) {
  MeshInspection result;
  progress.report(0.0, "checking edges and vertices");
  const std::vector<std::uint32_t> same = match_positions(mesh.vertices);
  result.report = check_mesh(mesh, same);
  progress.report(0.3, "measuring components");
  result.components = measure_components(mesh, same);
  // Ties by place, so that the order is the mesh's own.
  const auto key = [](const MeshComponent& c) {
    return std::tuple(-std::abs(c.volume_mm3), c.bounds.min[0], c.bounds.min[1], c.bounds.min[2]);
  };
  std::stable_sort(result.components.begin(), result.components.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  for (MeshComponent& component : result.components) {
    component.flake = !(2.0 * std::abs(component.volume_mm3) > float_step_mm(component.bounds) * component.area_mm2);
    if (component.volume_mm3 < 0.0 && !component.flake)
      component.inside_out = std::none_of(result.components.begin(), result.components.end(), [&](const MeshComponent& other) {
        return other.volume_mm3 > -component.volume_mm3 && within(component.bounds, other.bounds);
      });
    result.flakes += component.flake;
    result.inside_out += component.inside_out;
  }
  result.self_contacts = find_self_contacts(mesh, same, keep_contacts, progress.part(0.4, 1.0));
  return result;
}

}  // namespace spongiosa::geometry
