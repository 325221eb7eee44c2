#include "lattice/measure/local_thickness.h"

#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// A few layers of the grid in which samples still wait to be drawn, one bit each.
class Canvas {
 public:
  Canvas(const Index3& size, std::int64_t first, std::int64_t last)
      : size_(size), first_(first), last_(last), words_((size[0] + 63) / 64), bits_(std::size_t(words_ * size[1] * (last - first)), 0) {}

  void wait(std::int64_t i, std::int64_t j, std::int64_t k) { word(i >> 6, j, k) |= std::uint64_t(1) << (i & 63); }

  void draw(const MedialBall& ball, float diameter, float* map) {
    // A centre stands for those up to l beside it on the medial axis: a sample that such a ball contains fulfils
    // |p - x|^2 < r^2 + l^2. Centres lie a voxel or less apart: l^2 is 1/2 at most and 1/6 on average; between the two, flat
    // slabs, tubes and corners come out without bias against brute force on a finer grid.
    constexpr float kBeside2 = 1.0f / 3.0f;
    const float reach2 = ball.radius * ball.radius + kBeside2, reach = std::sqrt(reach2);
    const std::int64_t k0 = std::max(first_, std::int64_t(std::ceil(ball.centre[2] - reach)));
    const std::int64_t k1 = std::min(last_ - 1, std::int64_t(std::floor(ball.centre[2] + reach)));
    const std::int64_t j0 = std::max<std::int64_t>(0, std::int64_t(std::ceil(ball.centre[1] - reach)));
    const std::int64_t j1 = std::min(size_[1] - 1, std::int64_t(std::floor(ball.centre[1] + reach)));
    const std::int64_t i0 = std::max<std::int64_t>(0, std::int64_t(std::ceil(ball.centre[0] - reach)));
    const std::int64_t i1 = std::min(size_[0] - 1, std::int64_t(std::floor(ball.centre[0] + reach)));
    if (i0 > i1) return;
    const std::int64_t w0 = i0 >> 6, w1 = i1 >> 6;
    const std::uint64_t head = ~std::uint64_t(0) << (i0 & 63), tail = ~std::uint64_t(0) >> (63 - (i1 & 63));
    for (std::int64_t k = k0; k <= k1; ++k)
      for (std::int64_t j = j0; j <= j1; ++j) {
        std::uint64_t any = 0;
        for (std::int64_t w = w0; w <= w1; ++w) any |= word(w, j, k) & (w == w0 ? head : ~std::uint64_t(0)) & (w == w1 ? tail : ~std::uint64_t(0));
        if (!any) continue;
        const float dy = float(j) - ball.centre[1], dz = float(k) - ball.centre[2];
        const float rest = reach2 - dy * dy - dz * dz;
        if (rest <= 0.0f) continue;
        for (std::int64_t w = w0; w <= w1; ++w) {
          std::uint64_t& waiting = word(w, j, k);
          for (std::uint64_t left = waiting & (w == w0 ? head : ~std::uint64_t(0)) & (w == w1 ? tail : ~std::uint64_t(0)); left; left &= left - 1) {
            const std::int64_t i = w * 64 + std::countr_zero(left);
            const float dx = float(i) - ball.centre[0];
            if (dx * dx >= rest) continue;
            map[i + size_[0] * (j + size_[1] * k)] = diameter;
            waiting &= ~(left & (~left + 1));
          }
        }
      }
  }

  /// Calls f(offset) for the samples that no ball reached.
  template <class F>
  void for_each_waiting(const F& f) {
    for (std::int64_t k = first_; k < last_; ++k)
      for (std::int64_t j = 0; j < size_[1]; ++j)
        for (std::int64_t w = 0; w < words_; ++w)
          for (std::uint64_t left = word(w, j, k); left; left &= left - 1) f(std::size_t(w * 64 + std::countr_zero(left) + size_[0] * (j + size_[1] * k)));
  }

 private:
  std::uint64_t& word(std::int64_t w, std::int64_t j, std::int64_t k) { return bits_[std::size_t(w + words_ * (j + size_[1] * (k - first_)))]; }

  Index3 size_;
  std::int64_t first_, last_, words_;
  std::vector<std::uint64_t> bits_;
};

/// For every slab of layers the balls that reach into it, in their order.
std::vector<std::vector<std::uint32_t>> balls_of_slabs(const std::vector<MedialBall>& balls, std::int64_t layers, std::int64_t slabs) {
  constexpr std::size_t kChunk = std::size_t(1) << 16;
  const std::size_t chunks = (balls.size() + kChunk - 1) / kChunk;
  const auto for_each = [&](std::size_t chunk, const auto& visit) {
    for (std::size_t n = chunk * kChunk; n < std::min((chunk + 1) * kChunk, balls.size()); ++n) {
      const double z = double(balls[n].centre[2]), reach = double(balls[n].radius) + 1.0;
      const std::int64_t first = std::max<std::int64_t>(0, std::int64_t(std::floor(z - reach)) / layers);
      const std::int64_t last = std::min(slabs - 1, std::int64_t(std::ceil(z + reach)) / layers);
      for (std::int64_t slab = first; slab <= last; ++slab) visit(std::size_t(slab), n);
    }
  };
  // Counted first, so that chunks can be written side by side.
  std::vector<std::vector<std::size_t>> next(chunks, std::vector<std::size_t>(std::size_t(slabs), 0));
  tbb::parallel_for(std::size_t(0), chunks, [&](std::size_t chunk) { for_each(chunk, [&](std::size_t slab, std::size_t) { ++next[chunk][slab]; }); });
  std::vector<std::vector<std::uint32_t>> lists{std::size_t(slabs)};
  for (std::size_t slab = 0; slab < lists.size(); ++slab) {
    std::size_t count = 0;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) count += std::exchange(next[chunk][slab], count);
    lists[slab].resize(count);
  }
  tbb::parallel_for(std::size_t(0), chunks, [&](std::size_t chunk) {
    for_each(chunk, [&](std::size_t slab, std::size_t n) { lists[slab][next[chunk][slab]++] = std::uint32_t(n); });
  });
  return lists;
}

struct LeftOver {
  std::size_t offset;
  float diameter;
};

}  // namespace

std::vector<MedialBall> local_thickness(const FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase,
                                        const FloatImage* zone, FloatImage& map, const Progress& progress) {
  std::vector<MedialBall> balls = medial_balls(field, distance, phase, zone, progress.part(0.0, 0.6));
  tbb::parallel_sort(balls.begin(), balls.end(), [](const MedialBall& a, const MedialBall& b) {
    return a.radius != b.radius ? a.radius > b.radius : a.origin < b.origin;
  });
  progress.report(0.7, "drawing the largest balls");
  const std::int64_t nx = field.size[0], ny = field.size[1], nz = field.size[2];
  const float diameter_per_radius = 2.0f * float(field.spacing_mm[0]);
  const auto drawn = [&](std::size_t n) {
    return (field.data[n] < 0.0f) == (phase == MaterialPhase::kSolid) && distance.nearest[n] != SurfacePoints::kNone && (!zone || zone->data[n] < 0.0f);
  };
  constexpr std::int64_t kLayers = 8;
  const std::int64_t slabs = (nz + kLayers - 1) / kLayers;
  std::vector<std::vector<LeftOver>> left_over{std::size_t(slabs)};
  const std::vector<std::vector<std::uint32_t>> reaching = balls_of_slabs(balls, kLayers, slabs);
  tbb::parallel_for(std::int64_t(0), slabs, [&](std::int64_t slab) {
    const std::int64_t first = slab * kLayers, last = std::min(first + kLayers, nz);
    Canvas canvas(field.size, first, last);
    for (std::int64_t k = first; k < last; ++k)
      for (std::int64_t j = 0; j < ny; ++j)
        for (std::int64_t i = 0; i < nx; ++i)
          if (drawn(field.offset(i, j, k))) canvas.wait(i, j, k);
    for (const std::uint32_t n : reaching[std::size_t(slab)])
      canvas.draw(balls[n], diameter_per_radius * balls[n].radius, map.data.data());
    canvas.for_each_waiting([&](std::size_t n) { left_over[std::size_t(slab)].push_back({n, 0.0f}); });
  });
  // What is left lies a fraction of a voxel beside the balls that were meant for it, or in a narrow corner.
  tbb::parallel_for(std::size_t(0), left_over.size(), [&](std::size_t slab) {
    for (LeftOver& sample : left_over[slab]) {
      sample.diameter = diameter_per_radius * std::abs(distance.signed_voxels[sample.offset]);
      const std::int64_t n = std::int64_t(sample.offset), i = n % nx, j = n / nx % ny, k = n / (nx * ny);
      for (std::int64_t c = std::max<std::int64_t>(k - 1, 0); c <= std::min(k + 1, nz - 1); ++c)
        for (std::int64_t b = std::max<std::int64_t>(j - 1, 0); b <= std::min(j + 1, ny - 1); ++b)
          for (std::int64_t a = std::max<std::int64_t>(i - 1, 0); a <= std::min(i + 1, nx - 1); ++a) {
            const std::size_t m = field.offset(a, b, c);
            if (drawn(m)) sample.diameter = std::max(sample.diameter, map.data[m]);
          }
    }
  });
  for (const auto& slab : left_over)
    for (const LeftOver& sample : slab) map.data[sample.offset] = sample.diameter;
  progress.report(1.0, "drawing the largest balls");
  return balls;
}

}  // namespace spongiosa::lattice
