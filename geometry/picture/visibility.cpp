#include "geometry/picture/visibility.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace spongiosa::geometry::rendering {

namespace {

void keep_nearest(std::uint64_t& place, std::uint64_t value) {
  std::atomic_ref<std::uint64_t> atom(place);
  std::uint64_t old = atom.load(std::memory_order_relaxed);
  while (value < old && !atom.compare_exchange_weak(old, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void find_visible(const SceneMesh& part, const Camera& camera, std::vector<std::uint64_t>& seen) {
  std::fill(seen.begin(), seen.end(), kNothing);
  const TriangleMesh& mesh = *part.mesh;
  const double depth_scale = 4294967294.0 / std::max(camera.depth_max - camera.depth_min, 1e-9);
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, mesh.triangles.size(), 1 << 14), [&](const tbb::blocked_range<std::size_t>& range) {
    for (std::size_t n = range.begin(); n < range.end(); ++n) {
      const auto& t = mesh.triangles[n];
      Vec3 world[3], p[3];
      double over[3] = {-1.0, -1.0, -1.0};  // beyond the clip plane where positive
      for (int c = 0; c < 3; ++c) {
        world[c] = mesh.vertices[t[std::size_t(c)]].cast<double>();
        p[c] = camera.project(world[c]);
        if (part.clip) over[c] = part.clip->first.dot(world[c]) - part.clip->second;
      }
      if (over[0] > 0.0 && over[1] > 0.0 && over[2] > 0.0) continue;
      const double x_low = std::min({p[0][0], p[1][0], p[2][0]}), x_high = std::max({p[0][0], p[1][0], p[2][0]});
      const double y_low = std::min({p[0][1], p[1][1], p[2][1]}), y_high = std::max({p[0][1], p[1][1], p[2][1]});
      if (!(x_high >= 0.0 && y_high >= 0.0 && x_low <= camera.width && y_low <= camera.height)) continue;
      // Samples lie at half-integers.
      const int x0 = std::max(0, int(std::ceil(x_low - 0.5))), x1 = int(std::floor(std::min(x_high - 0.5, camera.width - 1.0)));
      const int y0 = std::max(0, int(std::ceil(y_low - 0.5))), y1 = int(std::floor(std::min(y_high - 0.5, camera.height - 1.0)));
      if (x0 > x1 || y0 > y1) continue;
      const double twice_area = (p[1][0] - p[0][0]) * (p[2][1] - p[0][1]) - (p[1][1] - p[0][1]) * (p[2][0] - p[0][0]);
      if (twice_area == 0.0) continue;
      const double inverse = 1.0 / twice_area;
      for (int y = y0; y <= y1; ++y)
        for (int x = x0; x <= x1; ++x) {
          const double px = x + 0.5, py = y + 0.5;
          const double a = ((p[1][0] - px) * (p[2][1] - py) - (p[1][1] - py) * (p[2][0] - px)) * inverse;
          const double b = ((p[2][0] - px) * (p[0][1] - py) - (p[2][1] - py) * (p[0][0] - px)) * inverse;
          const double c = 1.0 - a - b;
          // A sample on a common side belongs to both triangles: no gap, and the depth decides.
          if (a < 0.0 || b < 0.0 || c < 0.0) continue;
          if (part.clip && a * over[0] + b * over[1] + c * over[2] > 0.0) continue;
          const double depth = (a * p[0][2] + b * p[1][2] + c * p[2][2] - camera.depth_min) * depth_scale;
          const auto level = std::uint64_t(std::clamp(depth, 0.0, 4294967294.0));
          keep_nearest(seen[std::size_t(y) * std::size_t(camera.width) + std::size_t(x)], (level << 32) | n);
        }
    }
  });
}

}  // namespace spongiosa::geometry::rendering
