#pragma once
/// Fields of exact shapes on dense grids.

#include "geometry/image/image.h"
#include "lattice/cells/cell.h"

#include <functional>
#include <numbers>

namespace spongiosa::lattice::test {

inline geometry::FloatImage grid(const Index3& size, double voxel_mm) {
  geometry::FloatImage image;
  image.size = size;
  image.spacing_mm = Vec3::Constant(voxel_mm);
  image.origin_Patient = Vec3(10.0, -20.0, 30.0);
  image.allocate(0.0f);
  return image;
}

/// Values of f at the samples; f takes millimetres from the first sample.
template <class F>
geometry::FloatImage sampled(const Index3& size, double voxel_mm, const F& f) {
  geometry::FloatImage image = grid(size, voxel_mm);
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) image.at(i, j, k) = float(f(Vec3(voxel_mm * Vec3(double(i), double(j), double(k)))));
  return image;
}

/// Distance to a ring of tube radius `tube` around `centre`, axis z.
inline double torus(const Vec3& p, const Vec3& centre, double ring, double tube) {
  const Vec3 q = p - centre;
  return std::hypot(std::hypot(q[0], q[1]) - ring, q[2]) - tube;
}

/// First-order distance field, mm, of a periodic cell of edge `cell_mm`: (f - t) / |grad f|, as lattice/build makes it.
inline std::function<double(const Vec3&)> cell_field(const std::string& name, double cell_mm, double threshold) {
  const Cell& cell = find_cell(name);
  return [&cell, cell_mm, threshold](const Vec3& p) {
    const double s = 2.0 * std::numbers::pi / cell_mm;
    double g[3];
    const double f = cell.surface->gradient(s * p[0], s * p[1], s * p[2], g);
    const double value = (cell.phase == Phase::kSheet ? std::abs(f) : f) - threshold;
    return value / std::max(std::hypot(g[0], g[1], g[2]), 0.05) / s;
  };
}

}  // namespace spongiosa::lattice::test
