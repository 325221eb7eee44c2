#include "lattice/measure/volume_area.h"

#include "geometry/levelset/plane_share.h"
#include "geometry/surface/marching_cubes_table.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// Share of a voxel in which `value(offset)` is negative, from central differences (one-sided at the border of the grid). The
/// plane goes through the voxel's mean value, value + Laplacian / 24 (in voxels), without which a ball of n voxels radius reads
/// 1 / (4 n^2) of its volume too large.
template <class Value>
double share(const FloatImage& grid, const Index3& at, const Value& value) {
  const std::size_t n = grid.offset(at[0], at[1], at[2]);
  const double here = value(n);
  double gradient[3], mean = here;
  std::size_t step = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    const bool low = at[a] > 0, high = at[a] + 1 < grid.size[a];
    const double after = value(high ? n + step : n), before = value(low ? n - step : n);
    gradient[a] = low && high ? 0.5 * (after - before) : after - before;
    if (low && high) mean += (after - 2.0 * here + before) / 24.0;
    step *= std::size_t(grid.size[a]);
  }
  return geometry::share_below_plane(mean, gradient[0], gradient[1], gradient[2]);
}

/// Adds the layers' sums up in order, so that the result does not depend on the threads.
template <class T, class Add>
std::vector<T> total(const std::vector<std::vector<T>>& layers, std::size_t count, const Add& add) {
  std::vector<T> sum(count);
  for (const auto& layer : layers)
    for (std::size_t n = 0; n < layer.size(); ++n) add(sum[n], layer[n]);
  return sum;
}

/// Part of a triangle where the linear function with these corner values is negative.
double share_below(double a, double b, double c) {
  const int below = (a < 0.0) + (b < 0.0) + (c < 0.0);
  if (below == 0 || below == 3) return below == 3 ? 1.0 : 0.0;
  // The corner that differs from the other two comes first.
  if ((b < 0.0) != (c < 0.0)) std::swap(a, (a < 0.0) == (c < 0.0) ? b : c);
  const double corner = a / (a - b) * (a / (a - c));
  return below == 1 ? corner : 1.0 - corner;
}

}  // namespace

std::vector<ZoneVolume> zone_volumes(const FloatImage& field, const FloatImage* zone, VolumeRule rule, const DepthBins& bins) {
  const auto [nx, ny, nz] = field.size;
  std::vector<std::vector<ZoneVolume>> layers{std::size_t(nz)};
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    std::vector<ZoneVolume>& sums = layers[std::size_t(k)];
    sums.resize(1 + bins.count);
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        const Index3 at{i, j, k};
        const std::size_t n = field.offset(i, j, k);
        double in_zone = 1.0, solid;
        if (rule == VolumeRule::kCount) {
          in_zone = !zone || zone->data[n] < 0.0f;
          solid = in_zone * (field.data[n] < 0.0f);
        } else {
          if (zone) in_zone = share(field, at, [&](std::size_t m) { return double(zone->data[m]); });
          if (in_zone == 0.0) continue;
          solid = share(field, at, [&](std::size_t m) { return double(zone ? std::max(field.data[m], zone->data[m]) : field.data[m]); });
        }
        sums[0].zone_mm3 += in_zone;
        sums[0].solid_mm3 += solid;
        if (bins.count == 0) continue;
        const std::size_t bin = bins.of(n);
        if (bin == bins.count) continue;
        sums[1 + bin].zone_mm3 += in_zone;
        sums[1 + bin].solid_mm3 += solid;
      }
  });
  std::vector<ZoneVolume> volumes = total(layers, 1 + bins.count, [](ZoneVolume& sum, const ZoneVolume& layer) {
    sum.zone_mm3 += layer.zone_mm3;
    sum.solid_mm3 += layer.solid_mm3;
  });
  for (ZoneVolume& volume : volumes) {
    volume.zone_mm3 *= field.spacing_mm.prod();
    volume.solid_mm3 *= field.spacing_mm.prod();
  }
  return volumes;
}

std::vector<double> surface_area_mm2(const FloatImage& field, const FloatImage* zone, const DepthBins& bins) {
  const auto& edges = geometry::marching_cubes::edges();
  const auto& cases = geometry::marching_cubes::cases();
  const auto [nx, ny, nz] = field.size;
  std::vector<std::vector<double>> layers{std::size_t(nz)};
  tbb::parallel_for(std::int64_t(0), nz - 1, [&, nx = nx, ny = ny](std::int64_t k) {
    std::vector<double>& sums = layers[std::size_t(k)];
    sums.resize(1 + bins.count, 0.0);
    std::size_t corner[8];
    for (std::int64_t j = 0; j + 1 < ny; ++j)
      for (std::int64_t i = 0; i + 1 < nx; ++i) {
        unsigned solid = 0;
        for (int c = 0; c < 8; ++c) {
          corner[c] = field.offset(i + (c & 1), j + (c >> 1 & 1), k + (c >> 2));
          solid |= unsigned(field.data[corner[c]] < 0.0f) << c;
        }
        if (solid == 0 || solid == 255) continue;
        Vec3 p[16];
        double z[16];
        for (unsigned e = 0; e < 12; ++e) {
          const auto& edge = edges[e];
          if (!(((solid >> edge.lower) ^ (solid >> edge.upper)) & 1)) continue;
          const double a = field.data[corner[edge.lower]], b = field.data[corner[edge.upper]];
          const double t = std::isfinite(a / (a - b)) ? std::clamp(a / (a - b), 0.0, 1.0) : 0.5;
          p[e] = Vec3(edge.lower & 1, edge.lower >> 1 & 1, edge.lower >> 2);
          p[e][edge.axis] += t;
          z[e] = zone ? (1.0 - t) * zone->data[corner[edge.lower]] + t * zone->data[corner[edge.upper]] : -1.0;
        }
        const auto& how = cases[solid];
        for (std::size_t n = 0; n < how.centres.size(); ++n) {
          p[12 + n] = Vec3::Zero();
          z[12 + n] = 0.0;
          for (const std::uint8_t e : how.centres[n]) {
            p[12 + n] += p[e] / double(how.centres[n].size());
            z[12 + n] += z[e] / double(how.centres[n].size());
          }
        }
        double area = 0.0;
        for (const auto& t : how.triangles) area += 0.5 * (p[t[1]] - p[t[0]]).cross(p[t[2]] - p[t[0]]).norm() * share_below(z[t[0]], z[t[1]], z[t[2]]);
        sums[0] += area;
        if (bins.count == 0) continue;
        const std::size_t bin = bins.of(corner[0]);
        if (bin < bins.count) sums[1 + bin] += area;
      }
  });
  std::vector<double> areas = total(layers, 1 + bins.count, [](double& sum, double layer) { sum += layer; });
  for (double& area : areas) area *= field.spacing_mm[0] * field.spacing_mm[0];
  return areas;
}

}  // namespace spongiosa::lattice
