#include "geometry/picture/shading.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::rendering {

namespace {

Vec3f crossed(const Vec3f& a, const Vec3f& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// Sum of the triangles' normals weighted by area, per vertex. One thread: sums must not depend on the order.
std::vector<Vec3f> vertex_normals(const TriangleMesh& mesh) {
  std::vector<Vec3f> normals(mesh.vertices.size(), Vec3f::Zero());
  for (const auto& t : mesh.triangles) {
    const Vec3f& a = mesh.vertices[t[0]];
    const Vec3f n = crossed(mesh.vertices[t[1]] - a, mesh.vertices[t[2]] - a);
    for (const auto v : t) normals[v] += n;
  }
  return normals;
}

Vec3f unit(const Vec3f& v) {
  // In double: squares of the normals of tiny triangles underflow in float.
  const double length = v.cast<double>().norm();
  return length > 0.0 ? Vec3f((v.cast<double>() / length).cast<float>()) : Vec3f::Zero();
}

struct Offset {
  int u, v;  ///< samples
};
constexpr int kSpiral = 20;

/// Points of a spiral, denser towards the middle. @param turn  0 to 1
std::array<Offset, kSpiral> spiral(float turn, float radius_px) {
  std::array<Offset, kSpiral> offsets;
  for (int s = 0; s < kSpiral; ++s) {
    const float alpha = (float(s) + 0.5f + 0.5f * turn) / float(kSpiral + 1);
    const float angle = 6.2831853f * (5.0f * alpha + turn);
    const float r = std::max(1.5f, radius_px * alpha * std::sqrt(alpha));
    offsets[std::size_t(s)] = {int(std::lround(r * std::cos(angle))), int(std::lround(r * std::sin(angle)))};
  }
  return offsets;
}

/// Corners where the surface bends more than this (32 degrees) keep the triangle's own normal: edges stay sharp, also where
/// the corners of a box are shared by its sides (35 degrees at least). Facets of a smooth surface differ by less.
constexpr float kCreaseCosine = 0.85f;

}  // namespace

void add_surfaces(const SceneMesh& part, const Camera& camera, const std::vector<std::uint64_t>& seen, Surfaces& surfaces) {
  const TriangleMesh& mesh = *part.mesh;
  const std::vector<Vec3f> normals = vertex_normals(mesh);
  Mat3 axes;
  axes.col(0) = camera.right;
  axes.col(1) = camera.down;
  axes.col(2) = camera.look;
  const auto turned = [&](const Vec3f& n) -> Vec3f { return (axes.transpose() * n.cast<double>()).cast<float>(); };

  tbb::parallel_for(0, camera.height, [&](int y) {
    for (int x = 0; x < camera.width; ++x) {
      const std::size_t at = std::size_t(y) * std::size_t(camera.width) + std::size_t(x);
      if (seen[at] == kNothing) continue;
      const auto& t = mesh.triangles[triangle_of(seen[at])];
      Vec3 p[3];
      for (std::size_t c = 0; c < 3; ++c) p[c] = camera.project(mesh.vertices[t[c]].cast<double>());
      const double twice_area = (p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) - (p[1][1] - p[0][1]) * (p[2][0] - p[0][0]);
      const double px = x + 0.5, py = y + 0.5;
      const double a = ((p[1][0] - px) * (p[2][1] - py) - (p[1][1] - py) * (p[2][0] - px)) / twice_area;
      const double b = ((p[2][0] - px) * (p[0][1] - py) - (p[2][1] - py) * (p[0][0] - px)) / twice_area;
      const double weight[3] = {a, b, 1.0 - a - b};

      double depth = a * p[0][2] + b * p[1][2] + weight[2] * p[2][2];
      const Vec3f flat = unit(turned(crossed(mesh.vertices[t[1]] - mesh.vertices[t[0]], mesh.vertices[t[2]] - mesh.vertices[t[0]])));
      Vec3f normal = Vec3f::Zero();
      for (std::size_t c = 0; c < 3; ++c) {
        const Vec3f smooth = unit(turned(normals[t[c]]));
        normal += float(weight[c]) * (smooth.dot(flat) > kCreaseCosine ? smooth : flat);
      }
      normal = unit(normal);
      Rgb colour = part.colour;
      if (!part.vertex_colours.empty())
        for (std::size_t channel = 0; channel < 3; ++channel) {
          double sum = 0.0;
          for (std::size_t c = 0; c < 3; ++c) sum += weight[c] * double(part.vertex_colours[t[c]][channel]);
          colour[channel] = std::uint8_t(std::lround(std::clamp(sum, 0.0, 255.0)));
        }

      // A back face seen through the cut: the plane is inside the solid here, so the cut face itself is what shows.
      if (part.clip && part.cut_colour && flat[2] > 0.0f) {
        const Vec3 plane_normal = axes.transpose() * part.clip->first;
        if (plane_normal[2] < -1e-6) {
          // The plane in camera coordinates: n . (x mm, y mm, depth) = offset - n . centre.
          const double offset = part.clip->second - part.clip->first.dot(camera.centre);
          const double x_mm = (px - 0.5 * camera.width) / camera.samples_per_mm, y_mm = (py - 0.5 * camera.height) / camera.samples_per_mm;
          depth = (offset - plane_normal[0] * x_mm - plane_normal[1] * y_mm) / plane_normal[2];
          normal = plane_normal.normalized().cast<float>();
          colour = *part.cut_colour;
        }
      }
      if (normal[2] > 0.0f) normal = -normal;  // both sides are lit
      if (float(depth) >= surfaces.depth[at]) continue;
      surfaces.depth[at] = float(depth);
      surfaces.normal[at] = normal;
      surfaces.colour[at] = colour;
    }
  });
}

std::vector<float> ambient_openness(const Surfaces& surfaces, const Camera& camera) {
  // Obliquely seen neighbours that stand above the tangent plane occlude; sum over a spiral, as in the screen-space ambient
  // obscurance of M. McGuire et al., "The Alchemy Screen-Space Ambient Obscurance Algorithm", HPG 2011.
  constexpr int kTile = 4;
  const float radius_px = 0.03f * float(std::max(camera.width, camera.height));
  const float radius_mm = radius_px / float(camera.samples_per_mm);
  // The spiral is turned differently for each sample of a 4 x 4 tile; the blur below evens the tile out.
  std::array<std::array<Offset, kSpiral>, kTile * kTile> spirals;
  for (int tile = 0; tile < kTile * kTile; ++tile) spirals[std::size_t(tile)] = spiral(float((tile * 7) % 16) / 16.0f, radius_px);
  const std::size_t count = surfaces.depth.size();
  std::vector<float> raw(count, 1.0f), open(count, 1.0f);
  tbb::parallel_for(0, camera.height, [&](int y) {
    for (int x = 0; x < camera.width; ++x) {
      const std::size_t at = std::size_t(y) * std::size_t(camera.width) + std::size_t(x);
      if (surfaces.depth[at] == kFar) continue;
      const Vec3f& n = surfaces.normal[at];
      float sum = 0.0f;
      for (const Offset& offset : spirals[std::size_t((x % kTile) + kTile * (y % kTile))]) {
        const int u = x + offset.u, v = y + offset.v;
        if (u < 0 || v < 0 || u >= camera.width || v >= camera.height) continue;
        const float other = surfaces.depth[std::size_t(v) * std::size_t(camera.width) + std::size_t(u)];
        if (other == kFar) continue;
        const Vec3f d(float(u - x) / float(camera.samples_per_mm), float(v - y) / float(camera.samples_per_mm), other - surfaces.depth[at]);
        const float square = d.squaredNorm();
        const float rise = d.dot(n) / std::sqrt(square + 1e-12f) - 0.08f;
        // What lies far in front is another strut, not a wall beside this point.
        if (rise > 0.0f) sum += rise / (1.0f + square / (radius_mm * radius_mm));
      }
      raw[at] = std::max(0.0f, 1.0f - 2.6f * sum / float(kSpiral));
    }
  });
  const float same_surface_mm = 0.35f * radius_mm;
  tbb::parallel_for(0, camera.height, [&](int y) {
    for (int x = 0; x < camera.width; ++x) {
      const std::size_t at = std::size_t(y) * std::size_t(camera.width) + std::size_t(x);
      if (surfaces.depth[at] == kFar) continue;
      float sum = 0.0f, weight = 0.0f;
      for (int v = std::max(0, y - 2); v < std::min(camera.height, y + 2); ++v)
        for (int u = std::max(0, x - 2); u < std::min(camera.width, x + 2); ++u) {
          const std::size_t other = std::size_t(v) * std::size_t(camera.width) + std::size_t(u);
          if (std::abs(surfaces.depth[other] - surfaces.depth[at]) > same_surface_mm) continue;
          sum += raw[other];
          weight += 1.0f;
        }
      open[at] = weight > 0.0f ? sum / weight : raw[at];
    }
  });
  return open;
}

Vec3f lit(const Rgb& colour, const Vec3f& normal, float openness, float depth_fraction) {
  // Directions towards the lights, in the camera's axes right, down, look: a head light over the left shoulder, a fill
  // light from the lower right.
  static const Vec3f head = Vec3f(-0.35f, -0.45f, -1.0f).normalized(), fill = Vec3f(0.9f, 0.5f, -0.6f).normalized();
  // The head light reaches a little around the edge, so that colours that carry data stay readable there.
  const float direct = 0.62f * std::max(0.0f, (normal.dot(head) + 0.3f) / 1.3f) + 0.12f * std::max(0.0f, normal.dot(fill));
  const float shade = openness * 0.39f + (0.35f + 0.65f * openness) * direct;
  const float distance = 1.0f - 0.16f * depth_fraction;
  Vec3f result;
  for (int c = 0; c < 3; ++c) result[c] = std::min(255.0f, float(colour[std::size_t(c)]) * shade * distance);
  return result;
}

}  // namespace spongiosa::geometry::rendering
