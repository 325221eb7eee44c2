#include "workflow/print/layer_support.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>

namespace spongiosa::workflow {

namespace {

using Mask = std::vector<std::uint8_t>;

struct LayerResult {
  std::vector<LayerIsland> islands;
  double reach_px = 0.0;
  std::int64_t reach_at = 0;
};

class Layers {
 public:
  Layers(const BuildField& build, double layer_mm, double critical_angle_deg) : build_(build), layer_mm_(layer_mm) {
    const geometry::FloatImage& f = build.field;
    nx_ = f.size[0];
    ny_ = f.size[1];
    const double h = build.voxel_mm, slope = std::tan(critical_angle_deg * std::numbers::pi / 180.0);
    // The solid's own lowest point lies between the lowest solid sample and the one below.
    low_mm_ = build.solid.min[2] - 0.5 * h;
    count_ = std::max<std::int64_t>(1, std::int64_t(std::ceil((build.solid.max[2] + 0.5 * h - low_mm_) / layer_mm)));
    // The first section with solid in it is the first layer.
    for (std::int64_t n = 0; n < count_; ++n) {
      const Mask mask = section(n);
      if (std::find(mask.begin(), mask.end(), 1) == mask.end()) continue;
      low_mm_ += double(n) * layer_mm;
      count_ -= n;
      break;
    }
    back_ = std::max<std::int64_t>(1, std::int64_t(std::ceil(1.5 * h * slope / layer_mm)));
    const double radius_px = double(back_) * layer_mm / slope / h;
    radius_px_ = radius_px;
    const int reach = int(radius_px);
    for (int j = -reach; j <= reach; ++j)
      for (int i = -reach; i <= reach; ++i)
        if (double(i * i + j * j) <= radius_px * radius_px) disc_.push_back({i, j});
  }

  std::int64_t count() const { return count_; }
  double middle_mm(std::int64_t n) const { return low_mm_ + (double(n) + 0.5) * layer_mm_; }
  Vec3 place(std::int64_t pixel, std::int64_t n) const {
    const Vec3 o = build_.field.origin_Patient;
    return {o[0] + build_.voxel_mm * double(pixel % nx_), o[1] + build_.voxel_mm * double(pixel / nx_), middle_mm(n)};
  }

  LayerResult run(std::int64_t n) const {
    LayerResult result;
    if (n == 0) return result;
    const Mask here = section(n), below = section(n - 1);
    const bool on_plate = n < back_;
    Mask supported(here.size());
    if (on_plate) {
      supported = here;
    } else {
      const Mask far = section(n - back_);
      for (std::int64_t j = 0; j < ny_; ++j)
        for (std::int64_t i = 0; i < nx_; ++i) {
          const std::int64_t at = i + nx_ * j;
          if (!here[std::size_t(at)]) continue;
          for (const auto& [dx, dy] : disc_) {
            const std::int64_t x = i + dx, y = j + dy;
            if (x < 0 || y < 0 || x >= nx_ || y >= ny_ || !far[std::size_t(x + nx_ * y)]) continue;
            supported[std::size_t(at)] = 1;
            break;
          }
        }
    }
    // Feet that all stand on the plate begin within half a voxel of each other.
    if (double(n) * layer_mm_ >= 0.5 * build_.voxel_mm) find_islands(n, here, below, result);
    find_reach(here, supported, result);
    return result;
  }

 private:
  Mask section(std::int64_t n) const {
    const geometry::FloatImage& f = build_.field;
    const double z = (middle_mm(n) - f.origin_Patient[2]) / build_.voxel_mm;
    const std::int64_t k = std::clamp<std::int64_t>(std::int64_t(std::floor(z)), 0, f.size[2] - 2);
    const float t = float(std::clamp(z - double(k), 0.0, 1.0));
    Mask mask(std::size_t(nx_ * ny_));
    const float *low = &f.data[f.offset(0, 0, k)], *high = &f.data[f.offset(0, 0, k + 1)];
    for (std::size_t p = 0; p < mask.size(); ++p) mask[p] = (1.0f - t) * low[p] + t * high[p] < 0.0f;
    return mask;
  }

  template <class F>
  void for_neighbours(std::int64_t at, F&& f) const {
    const std::int64_t i = at % nx_;
    if (i > 0) f(at - 1);
    if (i + 1 < nx_) f(at + 1);
    if (at >= nx_) f(at - nx_);
    if (at + nx_ < nx_ * ny_) f(at + nx_);
  }

  void find_islands(std::int64_t n, const Mask& here, const Mask& below, LayerResult& result) const {
    Mask seen(here.size());
    std::vector<std::int64_t> piece;
    for (std::int64_t start = 0; start < nx_ * ny_; ++start) {
      if (!here[std::size_t(start)] || seen[std::size_t(start)]) continue;
      piece.assign(1, start);
      seen[std::size_t(start)] = 1;
      bool held = false;
      for (std::size_t m = 0; m < piece.size(); ++m) {
        held = held || below[std::size_t(piece[m])];
        for_neighbours(piece[m], [&](std::int64_t next) {
          if (!here[std::size_t(next)] || seen[std::size_t(next)]) return;
          seen[std::size_t(next)] = 1;
          piece.push_back(next);
        });
      }
      if (held) continue;
      LayerIsland island;
      island.height_mm = middle_mm(n) - low_mm_;
      island.area_mm2 = double(piece.size()) * build_.voxel_mm * build_.voxel_mm;
      island.place_Build = place(start, n);
      result.islands.push_back(island);
    }
  }

  /// Every unsupported pixel learns the supported one it hangs on from its neighbours, nearest first; the distance is straight to that one.
  void find_reach(const Mask& here, const Mask& supported, LayerResult& result) const {
    struct Entry {
      double squared;
      std::int64_t at, from;
      bool operator>(const Entry& o) const { return squared != o.squared ? squared > o.squared : at != o.at ? at > o.at : from > o.from; }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    const auto squared = [&](std::int64_t a, std::int64_t b) {
      const double dx = double(a % nx_ - b % nx_), dy = double(a / nx_ - b / nx_);
      return dx * dx + dy * dy;
    };
    Mask done = supported;
    for (std::int64_t at = 0; at < nx_ * ny_; ++at) {
      if (!supported[std::size_t(at)]) continue;
      for_neighbours(at, [&](std::int64_t next) {
        if (here[std::size_t(next)] && !done[std::size_t(next)]) queue.push({squared(at, next), next, at});
      });
    }
    while (!queue.empty()) {
      const Entry entry = queue.top();
      queue.pop();
      if (done[std::size_t(entry.at)]) continue;
      done[std::size_t(entry.at)] = 1;
      // What holds a supported pixel lies up to the cone's radius behind it.
      if (const double reach_px = std::sqrt(entry.squared) + radius_px_; reach_px > result.reach_px) {
        result.reach_px = reach_px;
        result.reach_at = entry.at;
      }
      for_neighbours(entry.at, [&](std::int64_t next) {
        if (here[std::size_t(next)] && !done[std::size_t(next)]) queue.push({squared(entry.from, next), next, entry.from});
      });
    }
  }

  const BuildField& build_;
  double layer_mm_, low_mm_ = 0.0;
  std::int64_t nx_ = 0, ny_ = 0, count_ = 0, back_ = 1;
  double radius_px_ = 0.0;
  std::vector<std::array<int, 2>> disc_;
};

}  // namespace

LayerSupport measure_layer_support(const BuildField& build, double layer_mm, double critical_angle_deg, const Progress& progress) {
  if (!(layer_mm > 0.0) || !(critical_angle_deg >= 5.0 && critical_angle_deg <= 85.0))
    fail_input("layers of {} mm with a critical angle of {} degrees cannot be judged; expected a height above 0 and 5 to 85 degrees", layer_mm, critical_angle_deg);
  const Layers layers(build, layer_mm, critical_angle_deg);
  LayerSupport support;
  support.layers = layers.count();
  constexpr std::int64_t kBatch = 16;
  for (std::int64_t first = 0; first < layers.count(); first += kBatch) {
    progress.report(double(first) / double(layers.count()), "looking at what each layer lies on");
    std::vector<LayerResult> batch(std::size_t(std::min(kBatch, layers.count() - first)));
    tbb::parallel_for(std::size_t(0), batch.size(), [&](std::size_t n) { batch[n] = layers.run(first + std::int64_t(n)); });
    for (std::size_t n = 0; n < batch.size(); ++n) {
      for (const LayerIsland& island : batch[n].islands) {
        ++support.island_count;
        support.island_mm2 += island.area_mm2;
        support.largest.push_back(island);
      }
      const double span_mm = 2.0 * batch[n].reach_px * build.voxel_mm;
      if (span_mm > support.span_mm) {
        const std::int64_t layer = first + std::int64_t(n);
        support.span_mm = span_mm;
        support.span_Build = layers.place(batch[n].reach_at, layer);
        support.span_height_mm = layers.middle_mm(layer) - layers.middle_mm(0) + 0.5 * layer_mm;
      }
    }
    std::stable_sort(support.largest.begin(), support.largest.end(), [](const LayerIsland& a, const LayerIsland& b) { return a.area_mm2 > b.area_mm2; });
    support.largest.resize(std::min<std::size_t>(20, support.largest.size()));
  }
  return support;
}

}  // namespace spongiosa::workflow
