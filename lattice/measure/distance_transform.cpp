#include "core/progress.h"
#include "lattice/measure/inscribed_sphere.h"
#include "lattice/measure/nearest_on_lines.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>

namespace spongiosa::lattice {
namespace {

constexpr float kFar = kFarSquared;

/// Along x the mask is binary: two sweeps give the distance to the nearest set voxel of the row.
void transform_row(const std::uint8_t* mask, std::int64_t n, float* out) {
  double distance = 1e7;
  for (std::int64_t i = 0; i < n; ++i) {
    distance = mask[i] ? 0.0 : distance + 1.0;
    out[i] = float(distance);
  }
  distance = 1e7;
  for (std::int64_t i = n - 1; i >= 0; --i) {
    distance = mask[i] ? 0.0 : distance + 1.0;
    const float nearest = std::min(out[i], float(distance));
    out[i] = nearest > 1e6f ? kFar : nearest * nearest;
  }
}

/// Lower envelope of the parabolas f(q) + (p - q)^2, Felzenszwalb & Huttenlocher, Theory of Computing 8 (2012) 415, alg. 1.
struct Envelope {
  std::vector<std::int64_t> vertex;
  std::vector<double> from;

  explicit Envelope(std::int64_t n) : vertex(std::size_t(n)), from(std::size_t(n) + 1) {}

  void transform(const float* f, float* out, std::int64_t n) {
    std::int64_t last = -1;
    for (std::int64_t q = 0; q < n; ++q) {
      if (f[q] >= kFar) continue;
      const double at_q = double(f[q]) + double(q) * double(q);
      double start = -std::numeric_limits<double>::infinity();
      while (last >= 0) {
        const std::int64_t v = vertex[std::size_t(last)];
        start = (at_q - (double(f[v]) + double(v) * double(v))) / (2.0 * double(q - v));
        if (start > from[std::size_t(last)]) break;
        --last;
        start = -std::numeric_limits<double>::infinity();
      }
      ++last;
      vertex[std::size_t(last)] = q;
      from[std::size_t(last)] = start;
    }
    if (last < 0) {
      std::fill(out, out + n, kFar);
      return;
    }
    std::int64_t piece = 0;
    for (std::int64_t q = 0; q < n; ++q) {
      while (piece < last && from[std::size_t(piece) + 1] < double(q)) ++piece;
      const double d = double(q - vertex[std::size_t(piece)]);
      out[q] = float(d * d + double(f[vertex[std::size_t(piece)]]));
    }
  }
};

/// Transforms all lines along an axis whose neighbours lie 1 apart and whose samples `stride`; sixteen lines together, for the sake of cache
/// and vector units.
void transform_lines(float* first, std::int64_t count, std::int64_t n, std::int64_t stride) {
  constexpr std::int64_t kTogether = NearestOnLines::kLines;
  NearestOnLines nearest(n);
  Envelope envelope(n);
  std::vector<float> in(std::size_t(n), 0.0f), out(std::size_t(n), 0.0f);
  for (std::int64_t line = 0; line < count; line += kTogether) {
    const std::int64_t width = std::min(kTogether, count - line);
    for (std::int64_t q = 0; q < n; ++q) {
      std::copy_n(first + line + q * stride, width, nearest.squared(q));
      std::fill(nearest.squared(q) + width, nearest.squared(q) + kTogether, kFar);
    }
    if (nearest.find(false)) {
      for (std::int64_t q = 0; q < n; ++q) std::copy_n(nearest.nearest(q), width, first + line + q * stride);
      continue;
    }
    for (std::int64_t w = 0; w < width; ++w) {
      for (std::int64_t q = 0; q < n; ++q) in[std::size_t(q)] = nearest.squared(q)[w];
      envelope.transform(in.data(), out.data(), n);
      for (std::int64_t q = 0; q < n; ++q) first[line + w + q * stride] = out[std::size_t(q)];
    }
  }
}

}  // namespace

std::vector<float> squared_distance_to(const geometry::LabelImage& mask) {
  const auto [nx, ny, nz] = mask.size;
  std::vector<float> distance(std::size_t(nx * ny * nz));
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    for (std::int64_t j = 0; j < ny; ++j) transform_row(&mask.at(0, j, k), nx, &distance[mask.offset(0, j, k)]);
    transform_lines(&distance[mask.offset(0, 0, k)], nx, ny, nx);
  });
  throw_if_cancelled();
  tbb::parallel_for(std::int64_t(0), ny, [&, nx = nx, ny = ny, nz = nz](std::int64_t j) {
    transform_lines(&distance[mask.offset(0, j, 0)], nx, nz, nx * ny);
  });
  return distance;
}

}  // namespace spongiosa::lattice
