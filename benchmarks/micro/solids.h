#pragma once
/// Voxel solids to measure with.

#include "fea/micro/voxel_blocks.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

namespace spongiosa::fea::micro {

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Processor time of the whole process: what other work on the machine disturbs least.
inline double processor_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

/// A solid by the stiffness scales of its blocks; voxels with less than half are void.
struct Solid {
  VoxelGrid grid;
  VoxelBlocks::Source source;
  VoxelBlocks voxels() const { return VoxelBlocks(grid, source, 0.5f); }
};

/// Gyroid sheet |f| < t of `cells` periods along a cube of n^3 voxels, binary by voxel centres.
inline Solid gyroid_sheet_solid(int n, int cells, double solid_fraction, bool periodic = false) {
  const double step = 2.0 * M_PI * cells / n;
  std::vector<float> sine(std::size_t(n) + 8), cosine(std::size_t(n) + 8);
  for (int i = 0; i < n + 8; ++i) {
    sine[std::size_t(i)] = float(std::sin(step * (i + 0.5)));
    cosine[std::size_t(i)] = float(std::cos(step * (i + 0.5)));
  }
  const auto value = [sine, cosine](std::size_t i, std::size_t j, std::size_t k) {
    return std::abs(sine[i] * cosine[j] + sine[j] * cosine[k] + sine[k] * cosine[i]);
  };
  std::vector<float> values;  // of one cell, for the threshold
  const std::size_t period = std::size_t(n / cells);
  for (std::size_t k = 0; k < period; ++k)
    for (std::size_t j = 0; j < period; ++j)
      for (std::size_t i = 0; i < period; ++i) values.push_back(value(i, j, k));
  const auto nth = values.begin() + std::ptrdiff_t(solid_fraction * double(values.size()));
  std::nth_element(values.begin(), nth, values.end());
  const float threshold = *nth;
  return {{{n, n, n}, {periodic, periodic, periodic}}, [value, threshold](const Index3& block, float* scale) {
            for (std::size_t v = 0; v < 512; ++v)
              scale[v] = value(std::size_t(8 * block[0]) + v % 8, std::size_t(8 * block[1]) + v / 8 % 8, std::size_t(8 * block[2]) + v / 64) < threshold
                             ? 1.0f
                             : 0.0f;
            return true;
          }};
}
inline VoxelBlocks gyroid_sheet(int n, int cells, double solid_fraction, bool periodic = false) {
  return gyroid_sheet_solid(n, cells, solid_fraction, periodic).voxels();
}

}  // namespace spongiosa::fea::micro
