#include "lattice/measure/travel.h"

#include "lattice/measure/neck.h"

#include <tbb/combinable.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>
#include <queue>
#include <span>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// Ends of the ways, as bits: low and high end of each axis, outside, core.
constexpr std::uint8_t low_end(int axis) { return std::uint8_t(1 << (2 * axis)); }
constexpr std::uint8_t high_end(int axis) { return std::uint8_t(2 << (2 * axis)); }
constexpr std::uint8_t kOutside = 64, kCore = 128;
constexpr int kWays = 4;
constexpr std::array<std::uint8_t, kWays> kFrom{low_end(0), low_end(1), low_end(2), kOutside};
constexpr std::array<std::uint8_t, kWays> kTo{high_end(0), high_end(1), high_end(2), kCore};

class Passage {
 public:
  Passage(const FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase, const FloatImage* zone,
          const FloatImage& depth_mm, const std::vector<MedialBall>& balls)
      : field_(field), surface_(field), distance_(distance), solid_(phase == MaterialPhase::kSolid), zone_(zone), depth_(depth_mm),
        size_(field.size), layer_(size_[0] * size_[1]), radius_(field.data.size(), 0.0f), centre_of_(balls) {
    const float sign = sign_of(phase);
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) {
      for (std::int64_t n = k * layer_; n < (k + 1) * layer_; ++n)
        if (member(std::size_t(n))) radius_[std::size_t(n)] = sign * distance.signed_voxels[std::size_t(n)];
    });
    // By origin, so that the ball of a sample is found by bisection within its row; each sample has one at most.
    tbb::parallel_sort(centre_of_.begin(), centre_of_.end(), [](const MedialBall& a, const MedialBall& b) { return a.origin < b.origin; });
    for (const MedialBall& ball : centre_of_) radius_[ball.origin] = std::max(radius_[ball.origin], ball.radius);
    first_of_row_.assign(std::size_t(size_[1] * size_[2]) + 1, 0);
    for (const MedialBall& ball : centre_of_) ++first_of_row_[ball.origin / std::size_t(size_[0]) + 1];
    std::partial_sum(first_of_row_.begin(), first_of_row_.end(), first_of_row_.begin());
    measure_extent();
  }

  Travel find(const Progress& progress) {
    progress.report(0.1, "sorting the ways by width");
    const WidthClasses classes = width_classes();
    parent_.assign(radius_.size(), kClosed);
    flags_.assign(radius_.size(), 0);
    Travel travel;
    int found = done_[3] ? 1 : 0;
    // Mostly the ways are complete among the widest: the others are not even sorted. Each share is twice the one before.
    std::size_t opened = 0, share = std::size_t(1) << 19;
    for (std::size_t last = WidthClasses::kCount; last > 0 && found < kWays; share *= 2) {
      std::size_t first = last, count = 0;
      while (first > 0 && (first == last || count + classes.samples[first - 1] <= share)) count += classes.samples[--first];
      const std::vector<std::uint64_t> order = widest_first(classes, first, last);
      last = first;
      for (std::size_t n = 0; n < order.size() && found < kWays; ++n, ++opened) {
        if (opened % (std::size_t(1) << 20) == 0) progress.report(0.4 + 0.6 * double(opened) / double(classes.total), "following the ways");
        if (n + kAhead < order.size()) fetch(std::uint32_t(order[n + kAhead]));
        found += open_gaps(radius_[std::uint32_t(order[n])], travel);
        found += open(std::uint32_t(order[n]), travel);
      }
    }
    if (found < kWays) open_gaps(0.0f, travel);
    progress.report(1.0, "following the ways");
    return travel;
  }

 private:
  static constexpr std::uint32_t kClosed = 0xffffffffu;

  /// The order of widths jumps about in memory: what a sample needs is fetched a little before its turn.
  static constexpr std::size_t kAhead = 12;
  void fetch(std::uint32_t n) const {
    __builtin_prefetch(&depth_.data[n]);
    for (const std::int64_t k : {-layer_, std::int64_t(0), layer_})
      for (const std::int64_t j : {-size_[0], std::int64_t(0), size_[0]}) {
        const std::int64_t m = std::int64_t(n) + j + k;
        if (m >= 0 && m < std::int64_t(parent_.size())) __builtin_prefetch(&parent_[std::size_t(m)]);
      }
  }

  bool of_phase(std::size_t n) const { return (field_.data[n] < 0.0f) == solid_; }
  bool in_zone(std::size_t n) const { return !zone_ || zone_->data[n] < 0.0f; }
  bool member(std::size_t n) const { return of_phase(n) && in_zone(n); }
  Index3 place(std::size_t n) const {
    return {std::int64_t(n) % size_[0], std::int64_t(n) / size_[0] % size_[1], std::int64_t(n) / layer_};
  }

  /// Of the zone's samples in some layers.
  struct Extent {
    Index3 low, high{-1, -1, -1};
    float greatest_depth = 0.0f;
    bool outside = false;  ///< the phase is also beyond the zone
  };
  void extend(Extent& extent, std::int64_t k) const {
    for (std::int64_t j = 0; j < size_[1]; ++j)
      for (std::int64_t i = 0; i < size_[0]; ++i) {
        const std::size_t n = field_.offset(i, j, k);
        const bool border = i == 0 || j == 0 || k == 0 || i == size_[0] - 1 || j == size_[1] - 1 || k == size_[2] - 1;
        const bool inside = in_zone(n);
        if ((border || !inside) && of_phase(n)) extent.outside = true;
        if (!inside) continue;
        const Index3 at{i, j, k};
        for (std::size_t a = 0; a < 3; ++a) {
          extent.low[a] = std::min(extent.low[a], at[a]);
          extent.high[a] = std::max(extent.high[a], at[a]);
        }
        extent.greatest_depth = std::max(extent.greatest_depth, depth_.data[n]);
      }
  }
  void measure_extent() {
    low_ = size_;
    high_ = {-1, -1, -1};
    greatest_depth_ = 0.0f;
    bool outside_exists = false;
    tbb::combinable<Extent> extents([&] { return Extent{size_}; });
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) { extend(extents.local(), k); });
    extents.combine_each([&](const Extent& extent) {
      for (std::size_t a = 0; a < 3; ++a) {
        low_[a] = std::min(low_[a], extent.low[a]);
        high_[a] = std::max(high_[a], extent.high[a]);
      }
      greatest_depth_ = std::max(greatest_depth_, extent.greatest_depth);
      outside_exists = outside_exists || extent.outside;
    });
    // Solid often ends with the zone, and void with a solid skin: then no way comes from outside, and none is waited for.
    done_[3] = !outside_exists || !begins_outside();
  }
  bool begins_outside() const {
    std::atomic<bool> found = false;
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) {
      for (std::int64_t n = k * layer_; n < (k + 1) * layer_ && !found.load(std::memory_order_relaxed); ++n)
        if (radius_[std::size_t(n)] > 0.0f && ends_of(std::size_t(n), place(std::size_t(n))) & kOutside) found = true;
    });
    return found;
  }

  template <class F>
  void for_each_neighbour(const Index3& at, const F& f) const {
    for (std::int64_t k = std::max<std::int64_t>(at[2] - 1, 0); k <= std::min(at[2] + 1, size_[2] - 1); ++k)
      for (std::int64_t j = std::max<std::int64_t>(at[1] - 1, 0); j <= std::min(at[1] + 1, size_[1] - 1); ++j)
        for (std::int64_t i = std::max<std::int64_t>(at[0] - 1, 0); i <= std::min(at[0] + 1, size_[0] - 1); ++i)
          if (i != at[0] || j != at[1] || k != at[2]) f(field_.offset(i, j, k));
  }

  std::uint8_t ends_of(std::size_t n, const Index3& at) const {
    std::uint8_t ends = 0;
    for (int a = 0; a < 3; ++a) {
      const std::size_t s = std::size_t(a);
      const double along = double(at[s] - low_[s]), tenth = 0.1 * double(high_[s] - low_[s]);
      if (along <= tenth) ends |= low_end(a);
      if (along >= 9.0 * tenth) ends |= high_end(a);
      if (at[s] == 0 || at[s] == size_[s] - 1) ends |= kOutside;
    }
    if (depth_.data[n] >= 0.5f * greatest_depth_) ends |= kCore;
    if (!(ends & kOutside) && zone_ && depth_.data[n] < 2.0f * float(field_.spacing_mm[0]))
      for_each_neighbour(at, [&](std::size_t m) {
        if (of_phase(m) && !in_zone(m)) ends |= kOutside;
      });
    return ends;
  }

  /// Samples counted by the radius of their ball.
  struct WidthClasses {
    static constexpr std::size_t kCount = 1024;
    std::size_t of(float r) const { return std::min(kCount - 1, std::size_t(r * per_voxel)); }
    float per_voxel = 0.0f;
    std::size_t total = 0;
    std::vector<std::size_t> samples;
  };
  WidthClasses width_classes() const {
    WidthClasses classes;
    const float widest = *std::max_element(radius_.begin(), radius_.end());
    classes.per_voxel = widest > 0.0f ? float(WidthClasses::kCount) / widest : 0.0f;
    tbb::combinable<std::vector<std::size_t>> counts([] { return std::vector<std::size_t>(WidthClasses::kCount, 0); });
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) {
      std::vector<std::size_t>& count = counts.local();
      for (std::int64_t n = k * layer_; n < (k + 1) * layer_; ++n)
        if (const float r = radius_[std::size_t(n)]; r > 0.0f) ++count[classes.of(r)];
    });
    classes.samples.assign(WidthClasses::kCount, 0);
    counts.combine_each([&](const std::vector<std::size_t>& count) {
      for (std::size_t c = 0; c < count.size(); ++c) classes.samples[c] += count[c];
    });
    for (const std::size_t count : classes.samples) classes.total += count;
    return classes;
  }

  /// The samples of the classes from `first` to before `last`: offsets in the low half, the radius so in the high half that ascending
  /// order begins with the widest.
  std::vector<std::uint64_t> widest_first(const WidthClasses& classes, std::size_t first, std::size_t last) const {
    std::vector<std::vector<std::uint64_t>> layers{std::size_t(size_[2])};
    tbb::parallel_for(std::int64_t(0), size_[2], [&](std::int64_t k) {
      for (std::int64_t n = k * layer_; n < (k + 1) * layer_; ++n) {
        const float r = radius_[std::size_t(n)];
        if (!(r > 0.0f)) continue;
        const std::size_t c = classes.of(r);
        if (c >= first && c < last) layers[std::size_t(k)].push_back(std::uint64_t(~std::bit_cast<std::uint32_t>(r)) << 32 | std::uint64_t(n));
      }
    });
    std::vector<std::uint64_t> order;
    for (auto& layer : layers) {
      order.insert(order.end(), layer.begin(), layer.end());
      std::vector<std::uint64_t>().swap(layer);
    }
    tbb::parallel_sort(order.begin(), order.end());
    return order;
  }

  std::uint32_t root(std::uint32_t n) {
    while (parent_[n] != n) n = parent_[n] = parent_[parent_[n]];
    return n;
  }

  /// Opens a sample and joins it to its open neighbours. @return how many ways are complete with it.
  int open(std::uint32_t n, Travel& travel) {
    const Index3 at = place(n);
    std::array<std::uint32_t, 27> pieces;
    std::size_t count = 0;
    for_each_neighbour(at, [&](std::size_t m) {
      if (parent_[m] == kClosed) return;
      const std::uint32_t r = root(std::uint32_t(m));
      if (std::find(pieces.begin(), pieces.begin() + std::ptrdiff_t(count), r) != pieces.begin() + std::ptrdiff_t(count)) return;
      if (!through_a_wall(at, n, m) && !behind_a_gap(n, std::uint32_t(m))) pieces[count++] = r;
    });
    parent_[n] = n;
    flags_[n] = ends_of(n, at);
    return join({pieces.data(), count}, n, at, [&] { return centre(n); }, radius_[n], travel);
  }

  /// Joins those samples whose gaps let a ball of this radius through.
  int open_gaps(float radius, Travel& travel) {
    int complete = 0;
    while (!gaps_.empty() && gaps_.top().radius >= radius) {
      const Gap gap = gaps_.top();
      gaps_.pop();
      const std::uint32_t a = root(gap.a), b = root(gap.b);
      const Index3 at{std::lround(gap.place[0]), std::lround(gap.place[1]), std::lround(gap.place[2])};
      if (a != b) complete += join({&a, 1}, b, at, [&] { return gap.place; }, gap.radius, travel);
    }
    return complete;
  }

  /// Joins pieces to that of `n`. @return how many ways are complete with it; their narrowest place is looked for around `start()`.
  template <class Start>
  int join(std::span<const std::uint32_t> pieces, std::uint32_t n, const Index3& at, const Start& start, float radius, Travel& travel) {
    std::uint8_t ends = flags_[n];
    for (const std::uint32_t piece : pieces) ends |= flags_[piece];
    int complete = 0;
    for (int way = 0; way < kWays; ++way) {
      const std::size_t w = std::size_t(way);
      if (done_[w] || !(ends & kFrom[w]) || !(ends & kTo[w])) continue;
      done_[w] = true;
      ++complete;
      (way < 3 ? travel.along_axis[w] : travel.to_core) = narrowest(at, start(), radius, kFrom[w], n, pieces);
    }
    std::uint32_t joined = n;
    for (const std::uint32_t piece : pieces) {
      const std::uint32_t low = std::min(joined, piece), high = std::max(joined, piece);
      parent_[high] = low;
      joined = low;
    }
    flags_[joined] = ends;
    return complete;
  }

  /// Is the other phase between two neighbouring samples? Walls of thin sheets are thinner than samples are apart: then the values of both
  /// fall towards each other so steeply that carried on they reach zero before they meet.
  bool through_a_wall(const Index3& a, std::size_t n, std::size_t m) const {
    const Index3 b = place(m);
    const float near_a = std::abs(field_.data[n]), near_b = std::abs(field_.data[m]);
    const std::array<std::int64_t, 3> way{b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (std::min(a[axis] - way[axis], b[axis] + way[axis]) < 0 || std::max(a[axis] - way[axis], b[axis] + way[axis]) >= size_[axis]) {
        // At the grid's border nothing tells: there, ways go straight from sample to sample where balls of those would not overlap.
        const double apart2 = double(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
        return apart2 > 1.0 && double(near_a + near_b) < std::sqrt(apart2) * field_.spacing_mm[0];
      }
    const std::size_t behind_a = field_.offset(a[0] - way[0], a[1] - way[1], a[2] - way[2]), behind_b = field_.offset(b[0] + way[0], b[1] + way[1], b[2] + way[2]);
    if (!of_phase(behind_a) || !of_phase(behind_b)) return false;
    // near / fall is the part of the way on which the value falls to zero.
    const float fall_a = std::abs(field_.data[behind_a]) - near_a, fall_b = std::abs(field_.data[behind_b]) - near_b;
    return fall_a > 0.0f && fall_b > 0.0f && near_a * fall_b + near_b * fall_a < fall_a * fall_b;
  }

  /// The balls of neighbouring samples lie up to 1.5 voxels from them: on the two sides of a hole in a thin wall both are larger than the
  /// hole. Then the pair waits until a ball of the hole's size is looked at.
  bool behind_a_gap(std::uint32_t n, std::uint32_t m) {
    // Balls grow by as much as they move.
    constexpr float kMoved = 0.75f, kApart = 0.25f, kNarrower = 0.1f;
    if (moved(n) + moved(m) < kMoved) return false;
    const Vec3f a = centre(n), b = centre(m);
    const Index3 i = place(n), j = place(m);
    const Vec3f between(float(i[0] - j[0]), float(i[1] - j[1]), float(i[2] - j[2]));
    if ((a - b).norm() < between.norm() + kApart) return false;
    Gap gap{radius_[n], n, m, Vec3f::Zero()};
    for (const float t : {0.5f, 0.25f, 0.75f}) {
      const Vec3f p = a + t * (b - a);
      const float wide = width(p);
      if (wide < gap.radius) {
        gap.radius = wide;
        gap.place = p;
      }
    }
    if (gap.radius > radius_[n] - kNarrower) return false;
    gaps_.push(gap);
    return true;
  }
  float moved(std::uint32_t n) const { return radius_[n] - std::abs(distance_.signed_voxels[n]); }

  /// Distance from a place to the crossings nearest to the samples around.
  float width(const Vec3f& p) const {
    const Index3 at{std::lround(p[0]), std::lround(p[1]), std::lround(p[2])};
    float nearest = kNoSurface_voxels;
    for (std::int64_t k = std::max<std::int64_t>(at[2] - 1, 0); k <= std::min(at[2] + 1, size_[2] - 1); ++k)
      for (std::int64_t j = std::max<std::int64_t>(at[1] - 1, 0); j <= std::min(at[1] + 1, size_[1] - 1); ++j)
        for (std::int64_t i = std::max<std::int64_t>(at[0] - 1, 0); i <= std::min(at[0] + 1, size_[0] - 1); ++i) {
          const std::uint32_t code = distance_.nearest[field_.offset(i, j, k)];
          if (code != SurfacePoints::kNone)
            nearest = std::min(nearest, surface_.patch(code).distance(p, SurfacePatch::kAmongMany));
        }
    return nearest;
  }

  const MedialBall* ball_of(std::uint32_t n) const {
    const std::size_t row = n / std::size_t(size_[0]);
    const auto begin = centre_of_.begin() + std::ptrdiff_t(first_of_row_[row]), end = centre_of_.begin() + std::ptrdiff_t(first_of_row_[row + 1]);
    const auto found = std::lower_bound(begin, end, n, [](const MedialBall& a, std::uint32_t b) { return a.origin < b; });
    return found != end && found->origin == n ? &*found : nullptr;
  }
  Vec3f centre(std::uint32_t n) const {
    if (const MedialBall* ball = ball_of(n)) return ball->centre;
    const Index3 at = place(n);
    return {float(at[0]), float(at[1]), float(at[2])};
  }

  /// A place joins pieces on its two sides (`own` and others): the passage runs from the middle of one side's samples nearby to that of
  /// the other's.
  TravelSphere narrowest(const Index3& at, const Vec3f& start, float radius, std::uint8_t from, std::uint32_t own, std::span<const std::uint32_t> pieces) {
    Neck neck{start, radius};
    Vec3f sum[2] = {Vec3f::Zero(), Vec3f::Zero()};
    int count[2] = {0, 0};
    constexpr std::int64_t kNear = 4;
    for (std::int64_t k = std::max<std::int64_t>(at[2] - kNear, 0); k <= std::min(at[2] + kNear, size_[2] - 1); ++k)
      for (std::int64_t j = std::max<std::int64_t>(at[1] - kNear, 0); j <= std::min(at[1] + kNear, size_[1] - 1); ++j)
        for (std::int64_t i = std::max<std::int64_t>(at[0] - kNear, 0); i <= std::min(at[0] + kNear, size_[0] - 1); ++i) {
          const std::uint32_t m = std::uint32_t(field_.offset(i, j, k));
          if (parent_[m] == kClosed) continue;
          const std::uint32_t r = root(m);
          if (r != own && std::find(pieces.begin(), pieces.end(), r) == pieces.end()) continue;
          if (pieces.size() != 1 && r == own) continue;
          const int side = flags_[r] & from ? 0 : 1;
          sum[side] += centre(m);
          ++count[side];
        }
    // Where the way begins or ends at this very sample, it has one side only.
    const Vec3f before = count[0] > 0 ? Vec3f(sum[0] / float(count[0])) : neck.centre;
    const Vec3f after = count[1] > 0 ? Vec3f(sum[1] / float(count[1])) : neck.centre;
    if ((after - before).norm() > 0.1f) {
      const Neck refined = find_neck(surface_, distance_, solid_ ? MaterialPhase::kSolid : MaterialPhase::kVoid, neck.centre, (after - before).normalized());
      // The search can leave the passage where it bends; no neck is half a voxel away from what the samples say.
      if (std::abs(refined.radius - neck.radius) < 0.5f) neck = refined;
    }
    return {2.0 * double(neck.radius) * field_.spacing_mm[0], field_.to_patient(neck.centre.cast<double>())};
  }

  const FloatImage& field_;
  const SurfacePoints surface_;
  const SurfaceDistance& distance_;
  const bool solid_;
  const FloatImage* zone_;
  const FloatImage& depth_;
  const Index3 size_;
  const std::int64_t layer_;
  Index3 low_, high_;  ///< of the zone
  float greatest_depth_ = 0.0f;
  std::vector<float> radius_;  ///< of the largest ball found from a sample; 0 outside phase and zone
  std::vector<MedialBall> centre_of_;
  std::vector<std::uint32_t> first_of_row_;  ///< among them; one past the end too
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint8_t> flags_;  ///< of roots: which ends their piece has
  std::array<bool, kWays> done_{};

  /// Between two open samples; the widest first, then in the order of the samples.
  struct Gap {
    float radius;
    std::uint32_t a, b;
    Vec3f place;
    bool operator<(const Gap& other) const {
      if (radius != other.radius) return radius < other.radius;
      return a != other.a ? a > other.a : b > other.b;
    }
  };
  std::priority_queue<Gap> gaps_;
};

}  // namespace

Travel travelling_spheres(const FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase, const FloatImage* zone,
                          const FloatImage& depth_mm, const std::vector<MedialBall>& balls, const Progress& progress) {
  progress.report(0.0, "following the ways");
  return Passage(field, distance, phase, zone, depth_mm, balls).find(progress);
}

}  // namespace spongiosa::lattice
