#include "workflow/print/as_built.h"

#include "lattice/measure/volume_area.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

namespace g = geometry;

Growth::Growth(const MachineProfile& profile)
    : a_mm(profile.growth_vertical_mm.value),
      b_mm(0.5 * std::numbers::pi * (profile.growth_horizontal_mm.value - profile.growth_vertical_mm.value)) {}

g::FloatImage grown(const g::FloatImage& field, const lattice::SurfaceDistance& distance, const Growth& growth, double factor) {
  g::FloatImage result = field.like<float>();
  const Index3 s = field.size;
  const double h = field.spacing_mm[0];
  const std::vector<float>& d = distance.signed_voxels;
  const std::int64_t step[3] = {1, s[0], s[0] * s[1]};
  tbb::parallel_for(std::int64_t(0), s[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < s[1]; ++j)
      for (std::int64_t i = 0; i < s[0]; ++i) {
        const std::size_t n = field.offset(i, j, k);
        const std::int64_t at[3] = {i, j, k};
        Vec3 gradient;
        for (int a = 0; a < 3; ++a) {
          const bool low = at[a] > 0, high = at[a] + 1 < s[std::size_t(a)];
          const float before = d[std::size_t(std::int64_t(n) - (low ? step[a] : 0))], after = d[std::size_t(std::int64_t(n) + (high ? step[a] : 0))];
          gradient[a] = low || high ? double(after - before) / double(int(low) + int(high)) : 0.0;
        }
        // Midway between two surfaces the gradient is short and says of neither where it faces.
        const double length = gradient.norm();
        const double normal_z = length > 0.5 ? gradient[2] / length : gradient[2];
        result.data[n] = float(h * double(d[n]) - factor * growth.at(normal_z));
      }
  });
  return result;
}

Compensated compensated(const g::FloatImage& field, const lattice::SurfaceDistance& distance, const Growth& growth, const Progress& progress) {
  constexpr int kRounds = 4;
  const float h = float(field.spacing_mm[0]);
  Compensated made{grown(field, distance, growth, -1.0), {}};
  for (int round = 0;; ++round) {
    const lattice::SurfaceDistance there = lattice::surface_distance(made.field, progress.part(double(round) / (kRounds + 1), double(round + 1) / (kRounds + 1)));
    made.as_built = grown(made.field, there, growth, 1.0);
    if (round == kRounds) return made;
    tbb::parallel_for(std::size_t(0), field.data.size(), [&](std::size_t n) {
      made.field.data[n] = h * (there.signed_voxels[n] + distance.signed_voxels[n]) - made.as_built.data[n];
    });
  }
}

PartFigures part_figures(const g::FloatImage& field, const g::FloatImage& zone, double density_g_cm3) {
  const lattice::DepthBins none;
  const lattice::ZoneVolume in_zone = lattice::zone_volumes(field, &zone, lattice::VolumeRule::kPlane, none).front();
  const double area_mm2 = lattice::surface_area_mm2(field, &zone, none).front();
  PartFigures figures;
  figures.solid_mm3 = lattice::zone_volumes(field, nullptr, lattice::VolumeRule::kPlane, none).front().solid_mm3;
  figures.mass_g = 1e-3 * figures.solid_mm3 * density_g_cm3;
  if (in_zone.zone_mm3 > 0.0) figures.porosity_fraction = 1.0 - in_zone.solid_mm3 / in_zone.zone_mm3;
  if (area_mm2 > 0.0) {
    figures.pore_mm = 4.0 * (in_zone.zone_mm3 - in_zone.solid_mm3) / area_mm2;
    figures.strut_mm = 4.0 * in_zone.solid_mm3 / area_mm2;
  }
  return figures;
}

g::FloatImage box_zone(const BuildField& build) {
  // The surface lies between the outermost solid samples and the next.
  const g::FloatImage& f = build.field;
  Vec3 low = build.solid.min, high = build.solid.max;
  const std::int64_t step[3] = {1, f.size[0], f.size[0] * f.size[1]};
  std::array<double, 3> below{0.0, 0.0, 0.0}, above{0.0, 0.0, 0.0};
  for (std::int64_t k = 1; k + 1 < f.size[2]; ++k)
    for (std::int64_t j = 1; j + 1 < f.size[1]; ++j)
      for (std::int64_t i = 1; i + 1 < f.size[0]; ++i) {
        const std::size_t n = f.offset(i, j, k);
        if (!(f.data[n] < 0.0f)) continue;
        const Vec3 p = f.to_patient(Vec3(double(i), double(j), double(k)));
        for (std::size_t a = 0; a < 3; ++a) {
          const auto crossing = [&](std::int64_t way) {
            const double here = f.data[n], next = f.data[std::size_t(std::int64_t(n) + way)];
            return here / (here - next);
          };
          if (p[int(a)] < low[int(a)] + 0.5 * build.voxel_mm) below[a] = std::max(below[a], crossing(-step[a]));
          if (p[int(a)] > high[int(a)] - 0.5 * build.voxel_mm) above[a] = std::max(above[a], crossing(step[a]));
        }
      }
  for (int a = 0; a < 3; ++a) {
    low[a] -= build.voxel_mm * below[std::size_t(a)];
    high[a] += build.voxel_mm * above[std::size_t(a)];
  }
  g::FloatImage zone = f.like<float>();
  tbb::parallel_for(std::int64_t(0), f.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < f.size[1]; ++j)
      for (std::int64_t i = 0; i < f.size[0]; ++i) {
        const Vec3 p = f.to_patient(Vec3(double(i), double(j), double(k)));
        zone.at(i, j, k) = float((low - p).cwiseMax(p - high).maxCoeff());
      }
  });
  return zone;
}

}  // namespace spongiosa::workflow
