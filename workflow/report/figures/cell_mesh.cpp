#include "workflow/report/figures/cell_mesh.h"

namespace spongiosa::workflow {

namespace g = geometry;

CellMesh cell_mesh(const g::LabelImage& parts, const std::function<std::optional<g::Rgb>(std::size_t, const Index3&)>& colour) {
  std::vector<std::optional<g::Rgb>> colours(parts.data.size());
  for (std::int64_t k = 0; k < parts.size[2]; ++k)
    for (std::int64_t j = 0; j < parts.size[1]; ++j)
      for (std::int64_t i = 0; i < parts.size[0]; ++i)
        if (parts.at(i, j, k) > 0) colours[parts.offset(i, j, k)] = colour(parts.offset(i, j, k), {i, j, k});

  CellMesh result;
  const auto add_face = [&](const Vec3& centre, int axis, double sign, const g::Rgb& rgb) {
    Vec3 u = Vec3::Zero(), v = Vec3::Zero(), n = Vec3::Zero();
    n[axis] = 0.5 * sign;
    u[(axis + 1) % 3] = 0.5;
    v[(axis + 2) % 3] = 0.5 * sign;
    const std::uint32_t first = std::uint32_t(result.mesh.vertices.size());
    for (const Vec3& corner : {Vec3(centre + n - u - v), Vec3(centre + n + u - v), Vec3(centre + n + u + v), Vec3(centre + n - u + v)}) {
      result.mesh.vertices.push_back(parts.to_patient(corner).cast<float>());
      result.vertex_colours.push_back(rgb);
    }
    result.mesh.triangles.push_back({first, first + 1, first + 2});
    result.mesh.triangles.push_back({first, first + 2, first + 3});
  };
  for (std::int64_t k = 0; k < parts.size[2]; ++k)
    for (std::int64_t j = 0; j < parts.size[1]; ++j)
      for (std::int64_t i = 0; i < parts.size[0]; ++i) {
        const auto& rgb = colours[parts.offset(i, j, k)];
        if (!rgb) continue;
        for (int axis = 0; axis < 3; ++axis)
          for (const int sign : {-1, 1}) {
            Index3 next{i, j, k};
            next[std::size_t(axis)] += sign;
            const bool hidden = parts.contains(next[0], next[1], next[2]) && colours[parts.offset(next[0], next[1], next[2])].has_value();
            if (!hidden) add_face(Vec3(double(i), double(j), double(k)), axis, double(sign), *rgb);
          }
      }
  return result;
}

}  // namespace spongiosa::workflow
