#include "lattice/build/zone_maps.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr int kBatch = 256;

}  // namespace

ZoneMaps zone_maps(const PartField& part, double spacing_mm) {
  const PartGrid& grid = part.grid();
  const std::int64_t step = std::max<std::int64_t>(1, std::llround(spacing_mm / grid.voxel_mm));
  const geometry::FloatImage fine = grid.image();
  ZoneMaps maps;
  maps.density.size = {(grid.size[0] - 1) / step + 1, (grid.size[1] - 1) / step + 1, (grid.size[2] - 1) / step + 1};
  maps.density.spacing_mm = Vec3::Constant(double(step) * grid.voxel_mm);
  maps.density.origin_Patient = fine.origin_Patient;
  maps.density.direction = fine.direction;
  maps.density.allocate(0.0f);
  maps.zone = maps.density.like<std::uint8_t>(0);

  const std::vector<Zone>& zones = part.zones();
  // A voxel beyond the border too, so that a nearest look-up finds a zone at every point within it.
  const float margin = float(double(step) * grid.voxel_mm);
  std::vector<float> envelope(std::size_t(grid.size[0] * grid.size[1]));
  for (std::int64_t k = 0; k < maps.zone.size[2]; ++k) {
    part.envelope(k * step, 1, envelope.data());
    tbb::parallel_for(std::int64_t(0), maps.zone.size[1], [&](std::int64_t j) {
      std::vector<float> share(zones.size() * kBatch), density(kBatch), x(kBatch), y(kBatch), z(kBatch);
      std::vector<float*> rows;
      for (std::size_t n = 0; n < zones.size(); ++n) rows.push_back(&share[n * kBatch]);
      y.assign(kBatch, float(grid.first_Frame[1] + grid.voxel_mm * double(j * step)));
      z.assign(kBatch, float(grid.first_Frame[2] + grid.voxel_mm * double(k * step)));
      for (std::int64_t first = 0; first < maps.zone.size[0]; first += kBatch) {
        const int n = int(std::min<std::int64_t>(kBatch, maps.zone.size[0] - first));
        for (int i = 0; i < n; ++i) x[std::size_t(i)] = float(grid.first_Frame[0] + grid.voxel_mm * double((first + i) * step));
        part.shares(n, x.data(), y.data(), z.data(), rows.data());
        for (std::size_t number = 0; number < zones.size(); ++number) {
          const Zone& zone = zones[number];
          if (zone.fill == ZoneFill::kLattice) zone.density->evaluate(n, x.data(), y.data(), z.data(), density.data());
          for (int i = 0; i < n; ++i) {
            if (!(envelope[std::size_t((first + i) * step + grid.size[0] * j * step)] < margin)) continue;
            const bool largest = std::all_of(rows.begin(), rows.end(), [&](const float* other) { return other[i] <= rows[number][i]; });
            std::uint8_t& label = maps.zone.at(first + i, j, k);
            if (!largest || label != 0) continue;
            label = std::uint8_t(number + 1);
            maps.density.at(first + i, j, k) = zone.fill == ZoneFill::kSolid  ? 1.0f
                                               : zone.fill == ZoneFill::kVoid ? 0.0f
                                                                              : std::clamp(density[std::size_t(i)] + float(zone.density_shift), 0.0f, 1.0f);
          }
        }
      }
    });
  }
  return maps;
}

}  // namespace spongiosa::lattice
