#include "lattice/measure/depth_below.h"

#include "lattice/measure/surface_distance.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::lattice {

using geometry::FloatImage;

namespace {

constexpr std::int64_t kLeastSize = 8;  ///< samples along each axis, below which there is nothing to save

FloatImage every_second(const FloatImage& image) {
  FloatImage coarse;
  // One more than fits, so that every sample has coarse ones on both sides; it repeats the last.
  for (std::size_t a = 0; a < 3; ++a) coarse.size[a] = image.size[a] / 2 + 1;
  coarse.spacing_mm = 2.0 * image.spacing_mm;
  coarse.data.resize(std::size_t(product(coarse.size)));
  tbb::parallel_for(std::int64_t(0), coarse.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < coarse.size[1]; ++j)
      for (std::int64_t i = 0; i < coarse.size[0]; ++i)
        coarse.data[coarse.offset(i, j, k)] =
            image.data[image.offset(std::min(2 * i, image.size[0] - 1), std::min(2 * j, image.size[1] - 1), std::min(2 * k, image.size[2] - 1))];
  });
  return coarse;
}

}  // namespace

FloatImage depth_below(const FloatImage* inside, const FloatImage& field, const Progress& progress) {
  FloatImage depth = field.like(0.0f);
  const float h = float(field.spacing_mm[0]);
  if (inside) {
    const SurfaceDistance distance = surface_distance(*inside, progress);
    // A zone that fills the grid has no surface in it: then the border of the grid counts.
    if (distance.nearest[0] != SurfacePoints::kNone) {
      tbb::parallel_for(std::size_t(0), std::size_t(field.size[2]), [&](std::size_t k) {
        const std::size_t layer = std::size_t(field.size[0] * field.size[1]);
        for (std::size_t n = k * layer; n < (k + 1) * layer; ++n) depth.data[n] = -h * distance.signed_voxels[n];
      });
      return depth;
    }
  }
  tbb::parallel_for(std::int64_t(0), field.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i)
        depth.at(i, j, k) = h * (0.5f + float(std::min({i, j, k, field.size[0] - 1 - i, field.size[1] - 1 - j, field.size[2] - 1 - k})));
  });
  return depth;
}

FloatImage depth_below_smooth(const FloatImage& inside, const Progress& progress) {
  if (*std::min_element(inside.size.begin(), inside.size.end()) < kLeastSize) return depth_below(&inside, inside, progress);
  const FloatImage coarse = every_second(inside);
  const SurfaceDistance distance = surface_distance(coarse, progress);
  if (distance.nearest[0] == SurfacePoints::kNone) return depth_below(nullptr, inside, progress);
  FloatImage depth = inside.like(0.0f);
  const float half = -0.5f * float(coarse.spacing_mm[0]);
  tbb::parallel_for(std::int64_t(0), inside.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < inside.size[1]; ++j) {
      // Of an even sample the coarse one itself, of an odd one the mean of two: the four rows around, their two middles.
      const float* rows[4];
      for (int c = 0; c < 4; ++c)
        rows[c] = &distance.signed_voxels[coarse.offset(0, (j + (c & 1)) / 2, (k + (c >> 1)) / 2)];
      float* out = &depth.data[depth.offset(0, j, k)];
      const auto sum = [&](std::int64_t i) { return rows[0][i] + rows[1][i] + rows[2][i] + rows[3][i]; };
      for (std::int64_t i = 0; i < inside.size[0]; ++i) out[i] = 0.25f * half * (sum(i / 2) + sum((i + 1) / 2));
    }
  });
  return depth;
}

}  // namespace spongiosa::lattice
