#pragma once
/// Fields for the tests of surfaces.

#include "geometry/image/image.h"

namespace spongiosa::geometry {

/// f(p_Patient) sampled on a cube of `count` samples per axis centred at `centre`.
template <class F>
FloatImage sampled(std::int64_t count, double spacing_mm, const Vec3& centre, F&& f) {
  FloatImage field;
  field.size = {count, count, count};
  field.spacing_mm = Vec3::Constant(spacing_mm);
  field.origin_Patient = centre - Vec3::Constant(0.5 * double(count - 1) * spacing_mm);
  field.allocate();
  for (std::int64_t k = 0; k < count; ++k)
    for (std::int64_t j = 0; j < count; ++j)
      for (std::int64_t i = 0; i < count; ++i)
        field.at(i, j, k) = float(f(Vec3(field.to_patient(Vec3(double(i), double(j), double(k))) - centre)));
  return field;
}

inline double sphere(const Vec3& p, double radius_mm) { return p.norm() - radius_mm; }
inline double torus(const Vec3& p, double ring_mm, double tube_mm) {
  return std::hypot(std::hypot(p[0], p[1]) - ring_mm, p[2]) - tube_mm;
}
/// Gyroid sheet of one cell size, cut by a cube: the usual look of a lattice block.
inline double gyroid_block(const Vec3& p, double cell_mm, double half_width_mm, double level) {
  const double w = 2.0 * 3.14159265358979323846 / cell_mm;
  const double g = std::sin(w * p[0]) * std::cos(w * p[1]) + std::sin(w * p[1]) * std::cos(w * p[2]) +
                   std::sin(w * p[2]) * std::cos(w * p[0]);
  return std::max((std::abs(g) - level) / w, p.cwiseAbs().maxCoeff() - half_width_mm);
}

}  // namespace spongiosa::geometry
