#include "lattice/build/meshed_density.h"

#include "geometry/surface/marching_cubes.h"
#include "lattice/build/distance_kernel.h"
#include "lattice/grading/calibrate.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// First-order distances, mm, at the samples of one cell.
FloatImage one_cell(const Cell& cell, double level, const Vec3& edges_mm, const Index3& steps, double offset_steps) {
  FloatImage image;
  image.size = steps;
  for (int a = 0; a < 3; ++a) image.spacing_mm[a] = edges_mm[a] / double(steps[std::size_t(a)]);
  image.allocate();
  const std::size_t n = std::size_t(steps[0]);
  std::vector<float> row[8];
  for (auto& values : row) values.resize(n);
  const auto place = [&](std::int64_t i, int a) { return float((double(i) + offset_steps) / double(steps[std::size_t(a)])); };
  for (std::size_t i = 0; i < n; ++i) row[0][i] = place(std::int64_t(i), 0);
  std::fill(row[3].begin(), row[3].end(), float(level));
  const float farthest = float(kClamp_voxels * image.spacing_mm.minCoeff());
  for (std::int64_t k = 0; k < steps[2]; ++k)
    for (std::int64_t j = 0; j < steps[1]; ++j) {
      std::fill(row[1].begin(), row[1].end(), place(j, 1));
      std::fill(row[2].begin(), row[2].end(), place(k, 2));
      float* value = &image.data[image.offset(0, j, k)];
      cell.evaluate({int(n), row[0].data(), row[1].data(), row[2].data(), row[3].data(), value, row[4].data(), row[5].data(), row[6].data()});
      distance_of_values(int(n), row[4].data(), row[5].data(), row[6].data(), edges_mm.cwiseInverse().cast<float>(), kLeastGradient, farthest, value);
    }
  return image;
}

/// Volume of the mesh of copies of the cell. Marching cubes close it at the block's sides.
double block_mm3(const FloatImage& cell, const Index3& copies) {
  FloatImage block;
  block.spacing_mm = cell.spacing_mm;
  for (std::size_t a = 0; a < 3; ++a) block.size[a] = copies[a] * cell.size[a];
  block.allocate();
  for (std::int64_t k = 0; k < block.size[2]; ++k)
    for (std::int64_t j = 0; j < block.size[1]; ++j)
      for (std::int64_t i = 0; i < block.size[0]; ++i) block.at(i, j, k) = cell.at(i % cell.size[0], j % cell.size[1], k % cell.size[2]);
  return geometry::enclosed_volume_mm3(block, Progress());
}

/// The share that a cell within endless copies of it has: the volume of a block is linear in its number of copies along each axis,
/// closed sides and all, and this is the coefficient of the product of all three.
double meshed_share(const FloatImage& cell) {
  double share = 0.0;
  for (std::int64_t k = 1; k <= 2; ++k)
    for (std::int64_t j = 1; j <= 2; ++j)
      for (std::int64_t i = 1; i <= 2; ++i) share += ((i + j + k) % 2 == 0 ? 1.0 : -1.0) * block_mm3(cell, {i, j, k});
  return share / (cell.spacing_mm.prod() * double(product(cell.size)));
}

/// What has to be added to a density for its mesh to have it. Walls of two voxels lose up to a third of their volume, the less the thicker
/// they are, so that the mesh's density grows almost twice as fast as the cell's: a secant search.
template <class Meshed>
double density_added(double wanted, const Meshed& meshed) {
  constexpr double kClose = 2e-4;
  constexpr int kMostSteps = 8;
  double added = 0.0, slope = 1.0, last_added = 0.0, last_missing = 0.0;
  for (int step = 0; step < kMostSteps; ++step) {
    const double missing = wanted - meshed(wanted + added);
    if (std::abs(missing) < kClose) break;
    if (step > 0 && std::abs(added - last_added) > 1e-6) slope = std::clamp((last_missing - missing) / (added - last_added), 0.5, 3.0);
    last_added = added;
    last_missing = missing;
    added += missing / slope;
  }
  return added;
}

}  // namespace

double meshed_density(const Cell& cell, double level, const Vec3& edges_mm, double voxel_mm) {
  constexpr double kWhole = 0.02;
  Index3 steps;
  bool whole = true;
  for (std::size_t a = 0; a < 3; ++a) {
    const double voxels = edges_mm[Eigen::Index(a)] / voxel_mm;
    steps[a] = std::max<std::int64_t>(4, std::llround(voxels));
    whole = whole && std::abs(voxels - double(steps[a])) < kWhole;
  }
  if (whole) return meshed_share(one_cell(cell, level, edges_mm, steps, 0.0));
  return 0.5 * (meshed_share(one_cell(cell, level, edges_mm, steps, 0.2)) + meshed_share(one_cell(cell, level, edges_mm, steps, 0.7)));
}

std::shared_ptr<const LevelTable> meshed_levels(const Cell& cell, const MeshedLevels& densities, const Vec3& edges_mm, double voxel_mm) {
  const double first = densities.least - densities.margin_below, last = densities.most + densities.margin_above;
  if (cell.info().is_tile()) return std::make_shared<LevelTable>(cell, first, last);
  // What has to be added to a density of the cell is smooth in it: a parabola through three.
  const double half = std::max(0.5 * (densities.most - densities.least), 0.02), middle = 0.5 * (densities.least + densities.most);
  double added[3];
  for (int node = 0; node < 3; ++node) {
    const double wanted = middle + (node - 1) * half;
    added[node] = density_added(wanted, [&](double density) {
      return meshed_density(cell, level_for_density(cell, std::clamp(density, first, last)), edges_mm, voxel_mm);
    });
  }
  return std::make_shared<LevelTable>(cell, first, last, [&](double density) {
    const double t = std::clamp((density - middle) / half, -1.5, 1.5);
    const double more = added[1] + 0.5 * t * (added[2] - added[0]) + 0.5 * t * t * (added[2] - 2.0 * added[1] + added[0]);
    return std::clamp(density + more, first, last);
  });
}

}  // namespace spongiosa::lattice
