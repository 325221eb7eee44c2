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

/// First-order distance field, mm, of a periodic cell of edge `cell_mm`: value / |grad value|, as lattice/build makes it.
inline std::function<double(const Vec3&)> cell_field(const std::string& name, double cell_mm, double level) {
  return [cell = find_cell(name), cell_mm, level](const Vec3& p) {
    const CellValue at = value_at(*cell, p / cell_mm, level);
    return cell_mm * at.value / std::max(at.gradient.norm(), 0.05 * 2.0 * std::numbers::pi);
  };
}

}  // namespace spongiosa::lattice::test
