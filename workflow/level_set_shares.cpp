#include "workflow/level_set_shares.h"

#include "geometry/levelset/plane_share.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::workflow {

std::vector<float> solid_shares(const geometry::LevelSet& solid, const VoxelBox& box, const Progress& progress) {
  const Index3& n = box.size;
  std::vector<float> shares(std::size_t(product(n)));
  // Distances at the corners of the parts: every half voxel.
  const Index3 corners{2 * n[0] + 1, 2 * n[1] + 1, 2 * n[2] + 1};
  const std::size_t row = std::size_t(corners[0]), layer = row * std::size_t(corners[1]);
  constexpr std::int64_t kLayers = 8;  // of voxels per stack
  std::vector<float> samples(layer * std::size_t(2 * kLayers + 1));
  for (std::int64_t first = 0; first < n[2]; first += kLayers) {
    progress.report(double(first) / double(n[2]), "solid share of the voxels");
    const std::int64_t count = std::min(kLayers, n[2] - first);
    solid.sample_grid(box.first_mm, 0.5 * box.voxel_mm, {corners[0], corners[1], 2 * count + 1}, samples.data(), 2 * first);
    tbb::parallel_for(std::int64_t(0), count * n[1], [&](std::int64_t line) {
      const std::int64_t k = line / n[1], j = line % n[1];
      for (std::int64_t i = 0; i < n[0]; ++i) {
        double sum = 0.0;
        for (std::int64_t part = 0; part < 8; ++part) {
          const float* d = samples.data() + (2 * i + (part & 1)) + std::int64_t(row) * (2 * j + (part >> 1 & 1)) +
                           std::int64_t(layer) * (2 * k + (part >> 2));
          double value = 0.0, gradient[3] = {0.0, 0.0, 0.0};
          for (std::size_t c = 0; c < 8; ++c) {
            const double v = double(d[(c & 1) + row * (c >> 1 & 1) + layer * (c >> 2)]);
            value += 0.125 * v;
            for (std::size_t a = 0; a < 3; ++a) gradient[a] += (c >> a & 1 ? 0.25 : -0.25) * v;
          }
          sum += geometry::share_below_plane(value, gradient[0], gradient[1], gradient[2]);
        }
        shares[std::size_t(i + n[0] * (j + n[1] * (first + k)))] = float(0.125 * sum);
      }
    });
  }
  return shares;
}

}  // namespace spongiosa::workflow
