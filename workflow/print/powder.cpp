#include "workflow/print/powder.h"

#include "lattice/measure/components.h"
#include "lattice/measure/inscribed_sphere.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <queue>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// Samples at which a ball of `radius` voxels fits and which are joined to the border of the grid by such samples.
g::LabelImage reached_from_outside(const BuildField& build, float radius) {
  const g::FloatImage& f = build.field;
  const std::vector<float>& d = build.distance.signed_voxels;
  g::LabelImage reached = f.like<std::uint8_t>(0);
  std::vector<std::size_t> front;
  const auto visit = [&](std::size_t n) {
    if (reached.data[n] != 0 || !(d[n] >= radius)) return;
    reached.data[n] = 1;
    front.push_back(n);
  };
  const Index3 s = f.size;
  for (std::int64_t k = 0; k < s[2]; ++k)
    for (std::int64_t j = 0; j < s[1]; ++j)
      for (std::int64_t i = 0; i < s[0]; i += (k == 0 || k == s[2] - 1 || j == 0 || j == s[1] - 1) ? 1 : std::max<std::int64_t>(1, s[0] - 1))
        visit(f.offset(i, j, k));
  while (!front.empty()) {
    const std::size_t n = front.back();
    front.pop_back();
    const std::int64_t i = std::int64_t(n) % s[0], j = std::int64_t(n) / s[0] % s[1], k = std::int64_t(n) / (s[0] * s[1]);
    for (std::int64_t z = std::max<std::int64_t>(k - 1, 0); z <= std::min(k + 1, s[2] - 1); ++z)
      for (std::int64_t y = std::max<std::int64_t>(j - 1, 0); y <= std::min(j + 1, s[1] - 1); ++y)
        for (std::int64_t x = std::max<std::int64_t>(i - 1, 0); x <= std::min(i + 1, s[0] - 1); ++x) visit(f.offset(x, y, z));
  }
  return reached;
}

Vec3 place_of(const g::FloatImage& f, std::size_t n) {
  const std::int64_t i = std::int64_t(n) % f.size[0], j = std::int64_t(n) / f.size[0] % f.size[1], k = std::int64_t(n) / (f.size[0] * f.size[1]);
  return f.to_patient(Vec3(double(i), double(j), double(k)));
}

/// Blocks of samples with the widest reached ball of each: the way out is searched on at most four million of them.
struct Coarse {
  g::FloatImage widest;  ///< radius in voxels of the field; 0: not reached
  std::int64_t factor = 1;
};

Coarse coarsen(const BuildField& build, const g::LabelImage& reached) {
  const g::FloatImage& f = build.field;
  Coarse coarse;
  while (product(f.size) / (coarse.factor * coarse.factor * coarse.factor) > 4000000) ++coarse.factor;
  const std::int64_t m = coarse.factor;
  for (std::size_t a = 0; a < 3; ++a) coarse.widest.size[a] = (f.size[a] + m - 1) / m;
  coarse.widest.spacing_mm = f.spacing_mm * double(m);
  coarse.widest.origin_Patient = f.origin_Patient + Vec3::Constant(0.5 * build.voxel_mm * double(m - 1));
  coarse.widest.allocate(0.0f);
  const Index3 s = coarse.widest.size;
  tbb::parallel_for(std::int64_t(0), s[2], [&](std::int64_t kk) {
    for (std::int64_t k = kk * m; k < std::min(f.size[2], (kk + 1) * m); ++k)
      for (std::int64_t j = 0; j < f.size[1]; ++j)
        for (std::int64_t i = 0; i < f.size[0]; ++i) {
          const std::size_t n = f.offset(i, j, k);
          if (reached.data[n] == 0) continue;
          float& widest = coarse.widest.at(i / m, j / m, kk);
          widest = std::max(widest, build.distance.signed_voxels[n]);
        }
  });
  return coarse;
}

void find_way_out(const BuildField& build, const g::LabelImage& reached, Powder& powder, const Progress& progress) {
  const Coarse coarse = coarsen(build, reached);
  const g::FloatImage& w = coarse.widest;
  struct Entry {
    float cost;
    std::uint32_t at;
    bool operator>(const Entry& o) const { return cost != o.cost ? cost > o.cost : at > o.at; }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  constexpr float kFar = 1e30f;
  std::vector<float> cost(w.data.size(), kFar), length(w.data.size(), 0.0f);
  const auto inside = [&](std::size_t n) {
    const Vec3 p = place_of(w, n);
    return (p.array() > build.solid.min.array()).all() && (p.array() < build.solid.max.array()).all();
  };
  for (std::size_t n = 0; n < w.data.size(); ++n) {
    if (!(w.data[n] > 0.0f) || inside(n)) continue;
    cost[n] = 0.0f;
    queue.push({0.0f, std::uint32_t(n)});
  }
  const Index3 s = w.size;
  const float edge = float(coarse.factor);
  std::size_t worst = 0, settled = 0;
  float worst_cost = 0.0f;
  while (!queue.empty()) {
    const Entry entry = queue.top();
    queue.pop();
    const std::size_t n = entry.at;
    if (entry.cost > cost[n]) continue;
    if (++settled % 500000 == 0) progress.report(0.5, "searching the powder's way out");
    if (entry.cost > worst_cost) {
      worst_cost = entry.cost;
      worst = n;
    }
    const std::int64_t i = std::int64_t(n) % s[0], j = std::int64_t(n) / s[0] % s[1], k = std::int64_t(n) / (s[0] * s[1]);
    for (std::int64_t z = std::max<std::int64_t>(k - 1, 0); z <= std::min(k + 1, s[2] - 1); ++z)
      for (std::int64_t y = std::max<std::int64_t>(j - 1, 0); y <= std::min(j + 1, s[1] - 1); ++y)
        for (std::int64_t x = std::max<std::int64_t>(i - 1, 0); x <= std::min(i + 1, s[0] - 1); ++x) {
          const std::size_t m = w.offset(x, y, z);
          if (!(w.data[m] > 0.0f)) continue;
          const float step = edge * std::sqrt(float((x - i) * (x - i) + (y - j) * (y - j) + (z - k) * (z - k)));
          const float next = entry.cost + step / (w.data[n] + w.data[m]);
          if (!(next < cost[m])) continue;
          cost[m] = next;
          length[m] = length[n] + step;
          queue.push({next, std::uint32_t(m)});
        }
  }
  powder.path_per_diameter = double(worst_cost);
  powder.path_mm = double(length[worst]) * build.voxel_mm;
  powder.path_place_Build = place_of(w, worst);
}

}  // namespace

Powder measure_powder(const BuildField& build, const PowderLimits& limits, const Progress& progress) {
  const g::FloatImage& f = build.field;
  const double h = build.voxel_mm, voxel_mm3 = h * h * h;
  Powder powder;
  progress.report(0.0, "looking for closed voids");
  for (const lattice::PhaseComponent& c : lattice::find_components(f, lattice::MaterialPhase::kVoid, nullptr, progress.part(0.0, 0.1)).components) {
    if (c.at_border) continue;
    if (powder.closed_voids++ == 0) powder.closed_place_Build = c.sample_Patient;
    powder.closed_mm3 += c.volume_mm3;
  }
  const float radius = float(0.5 * limits.opening_mm / h);
  progress.report(0.1, "following the powder from outside");
  const g::LabelImage reached = reached_from_outside(build, radius);
  {
    const std::vector<float> squared = lattice::squared_distance_to(reached);
    g::FloatImage trapped = f.like<float>(1.0f);
    const float far = 4.0f * radius * radius;
    tbb::parallel_for(std::size_t(0), trapped.data.size(), [&](std::size_t n) {
      if (build.distance.signed_voxels[n] > 0.0f && squared[n] > far) trapped.data[n] = -1.0f;
    });
    for (const lattice::PhaseComponent& c : lattice::find_components(trapped, lattice::MaterialPhase::kSolid, nullptr, progress.part(0.3, 0.4)).components) {
      ++powder.pocket_count;
      powder.trapped_mm3 += double(c.samples) * voxel_mm3;
      if (powder.pockets.size() < 20) powder.pockets.push_back({double(c.samples) * voxel_mm3, c.sample_Patient});
    }
  }
  find_way_out(build, reached, powder, progress.part(0.4, 0.8));
  progress.report(0.8, "looking for cavities without a drain");
  const float drain = float(0.5 * limits.drain_hole_mm / h);
  const g::LabelImage drained = reached_from_outside(build, drain);
  g::FloatImage wide = f.like<float>(1.0f);
  bool any = false;
  for (std::size_t n = 0; n < wide.data.size(); ++n)
    if (build.distance.signed_voxels[n] >= 1.5f * drain && drained.data[n] == 0) {
      wide.data[n] = -1.0f;
      any = true;
    }
  if (any)
    for (const lattice::PhaseComponent& c : lattice::find_components(wide, lattice::MaterialPhase::kSolid, nullptr, progress.part(0.9, 1.0)).components)
      if (powder.undrained++ == 0) powder.undrained_place_Build = c.sample_Patient;
  return powder;
}

}  // namespace spongiosa::workflow
