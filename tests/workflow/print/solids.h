#pragma once
/// Solids with known answers for the print checks.

#include "workflow/print/build_field.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace spongiosa::workflow {

/// @param half_mm  the box sampled reaches from -half to half
inline BuildField build_of(double half_mm, double voxel_mm, const std::function<double(const Vec3&)>& distance_mm, const Vec3& direction = Vec3::UnitZ(),
                           double margin_mm = 1.2) {
  const auto part = geometry::LevelSet::from_function("part", geometry::Frame(), {Vec3::Constant(-half_mm), Vec3::Constant(half_mm)}, voxel_mm, 3.0, distance_mm);
  return sample_for_build(part, build_axes(direction, Mat3::Identity()), margin_mm, Progress());
}

/// Signed distance to a box (exact inside and beside its faces; a lower bound near edges from outside is enough for a level set).
inline double box_mm(const Vec3& p, const Vec3& low, const Vec3& high) {
  const Vec3 q = (low - p).cwiseMax(p - high);
  return q.maxCoeff() < 0.0 ? q.maxCoeff() : q.cwiseMax(0.0).norm();
}

/// Capsule without end: distance to the infinite line less the radius.
inline double rod_mm(const Vec3& p, const Vec3& through, const Vec3& axis, double radius_mm) {
  const Vec3 u = axis.normalized(), d = p - through;
  return (d - u * u.dot(d)).norm() - radius_mm;
}

/// Boxes between the given planes, those of which `solid` holds the centre, with their outer faces as an exact mesh. Two solids may share no edge alone.
inline geometry::TriangleMesh block_mesh(const std::array<std::vector<double>, 3>& planes, const std::function<bool(const Vec3&)>& solid) {
  geometry::TriangleMesh mesh;
  std::map<std::array<int, 3>, std::uint32_t> vertices;
  const auto vertex = [&](const std::array<int, 3>& at) {
    const auto [place, added] = vertices.try_emplace(at, std::uint32_t(mesh.vertices.size()));
    if (added) mesh.vertices.push_back(Vec3(planes[0][std::size_t(at[0])], planes[1][std::size_t(at[1])], planes[2][std::size_t(at[2])]).cast<float>());
    return place->second;
  };
  const auto filled = [&](const std::array<int, 3>& cell) {
    Vec3 centre;
    for (std::size_t a = 0; a < 3; ++a) {
      if (cell[a] < 0 || cell[a] + 1 >= int(planes[a].size())) return false;
      centre[int(a)] = 0.5 * (planes[a][std::size_t(cell[a])] + planes[a][std::size_t(cell[a]) + 1]);
    }
    return solid(centre);
  };
  std::array<int, 3> cell;
  for (cell[2] = 0; cell[2] + 1 < int(planes[2].size()); ++cell[2])
    for (cell[1] = 0; cell[1] + 1 < int(planes[1].size()); ++cell[1])
      for (cell[0] = 0; cell[0] + 1 < int(planes[0].size()); ++cell[0])
        for (std::size_t a = 0; a < 3; ++a)
          for (const int side : {0, 1}) {
            std::array<int, 3> beside = cell;
            beside[a] += side == 1 ? 1 : -1;
            if (!filled(cell) || filled(beside)) continue;
            const std::size_t b = (a + 1) % 3, c = (a + 2) % 3;
            std::array<int, 3> corner = cell;
            corner[a] += side;
            std::array<std::uint32_t, 4> quad;  // around the axis a
            for (std::size_t n = 0; n < 4; ++n) {
              std::array<int, 3> at = corner;
              at[b] += n == 1 || n == 2 ? 1 : 0;
              at[c] += n >= 2 ? 1 : 0;
              quad[n] = vertex(at);
            }
            if (side == 0) std::swap(quad[1], quad[3]);
            mesh.triangles.push_back({quad[0], quad[1], quad[2]});
            mesh.triangles.push_back({quad[0], quad[2], quad[3]});
          }
  return mesh;
}

}  // namespace spongiosa::workflow
