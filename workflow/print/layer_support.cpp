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
      const Mask mask = solid(section(n));
      if (std::find(mask.begin(), mask.end(), 1) == mask.end()) continue;
      low_mm_ += double(n) * layer_mm;
      count_ -= n;
      break;
    }
    back_ = std::max<std::int64_t>(1, std::int64_t(std::ceil(1.5 * h * slope / layer_mm)));
    const double radius_px = double(back_) * layer_mm / slope / h;
    const int reach = int(radius_px);
    for (int j = -reach; j <= reach; ++j)
      for (int i = -reach; i <= reach; ++i)
        if (double(i * i + j * j) <= radius_px * radius_px) disc_.push_back({float(i), float(j)});
    std::stable_sort(disc_.begin(), disc_.end(), [](const Place& a, const Place& b) { return a.squaredNorm() < b.squaredNorm(); });
    // Its rim, between the pixels: whole pixels reach up to a pixel less far than the cone.
    for (int n = 0; n < 32; ++n) {
      const double angle = 2.0 * std::numbers::pi * double(n) / 32.0;
      disc_.push_back({float(radius_px * std::cos(angle)), float(radius_px * std::sin(angle))});
    }
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
    const Mask here = solid(section(n)), below = solid(section(n - 1));
    // Feet that all stand on the plate begin within half a voxel of each other.
    if (double(n) * layer_mm_ >= 0.5 * build_.voxel_mm) find_islands(n, here, below, result);
    if (n >= back_) find_reach(here, section(n - back_), result);
    return result;
  }

 private:
  using Place = Eigen::Vector2f;
  /// Values of the field in the middle of a layer.
  using Section = std::vector<float>;

  Section section(std::int64_t n) const {
    const geometry::FloatImage& f = build_.field;
    const double z = (middle_mm(n) - f.origin_Patient[2]) / build_.voxel_mm;
    const std::int64_t k = std::clamp<std::int64_t>(std::int64_t(std::floor(z)), 0, f.size[2] - 2);
    const float t = float(std::clamp(z - double(k), 0.0, 1.0));
    Section values(std::size_t(nx_ * ny_));
    const float *low = &f.data[f.offset(0, 0, k)], *high = &f.data[f.offset(0, 0, k + 1)];
    for (std::size_t p = 0; p < values.size(); ++p) values[p] = (1.0f - t) * low[p] + t * high[p];
    return values;
  }
  static Mask solid(const Section& values) {
    Mask mask(values.size());
    for (std::size_t p = 0; p < mask.size(); ++p) mask[p] = values[p] < 0.0f;
    return mask;
  }
  /// Bilinear; outside the grid there is no solid.
  float value(const Section& values, const Place& p) const {
    if (!(p[0] >= 0.0f && p[1] >= 0.0f && p[0] <= float(nx_ - 1) && p[1] <= float(ny_ - 1))) return 1.0f;
    const std::int64_t i = std::min(std::int64_t(p[0]), nx_ - 2), j = std::min(std::int64_t(p[1]), ny_ - 2);
    const float s = p[0] - float(i), t = p[1] - float(j);
    const float* v = &values[std::size_t(i + nx_ * j)];
    return (1.0f - t) * ((1.0f - s) * v[0] + s * v[1]) + t * ((1.0f - s) * v[nx_] + s * v[nx_ + 1]);
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

  /// Every pixel that lies within the cone of some solid below is held by the nearest place of it; every other pixel learns from its neighbours, nearest
  /// first, the place it hangs on, and the reach is straight to that one.
  void find_reach(const Mask& here, const Section& far, LayerResult& result) const {
    struct Entry {
      float squared;
      std::int64_t at;
      Place from;
      bool operator>(const Entry& o) const {
        return squared != o.squared ? squared > o.squared : at != o.at ? at > o.at : from[0] != o.from[0] ? from[0] > o.from[0] : from[1] > o.from[1];
      }
    };
    const auto place_of = [&](std::int64_t at) { return Place(float(at % nx_), float(at / nx_)); };
    Mask done(here.size());
    std::vector<std::pair<std::int64_t, Place>> held;
    bool all = true;
    for (std::int64_t at = 0; at < nx_ * ny_; ++at) {
      if (!here[std::size_t(at)]) continue;
      const Place p = place_of(at);
      const auto holds = std::find_if(disc_.begin(), disc_.end(), [&](const Place& offset) { return value(far, p + offset) < 0.0f; });
      if (holds == disc_.end()) {
        all = false;
        continue;
      }
      done[std::size_t(at)] = 1;
      held.emplace_back(at, p + *holds);
    }
    if (all) return;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    const auto visit_beside = [&](std::int64_t at, const Place& from) {
      for_neighbours(at, [&](std::int64_t next) {
        if (here[std::size_t(next)] && !done[std::size_t(next)]) queue.push({(place_of(next) - from).squaredNorm(), next, from});
      });
    };
    for (const auto& [at, from] : held) visit_beside(at, from);
    while (!queue.empty()) {
      const Entry entry = queue.top();
      queue.pop();
      if (done[std::size_t(entry.at)]) continue;
      done[std::size_t(entry.at)] = 1;
      // The solid ends about half a pixel beyond its last one.
      if (const double reach_px = std::sqrt(double(entry.squared)) - 0.5; reach_px > result.reach_px) {
        result.reach_px = reach_px;
        result.reach_at = entry.at;
      }
      visit_beside(entry.at, entry.from);
    }
  }

  const BuildField& build_;
  double layer_mm_, low_mm_ = 0.0;
  std::int64_t nx_ = 0, ny_ = 0, count_ = 0, back_ = 1;
  std::vector<Place> disc_;  ///< places from which a pixel is held, nearest first
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
