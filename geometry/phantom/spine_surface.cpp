#include "geometry/phantom/spine_surface.h"

#include "geometry/phantom/column.h"
#include "geometry/surface/marching_cubes.h"

#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::geometry {

FloatImage phantom_field(const SpinePhantom& phantom, const std::string& name, double step, const Progress& progress) {
  const ColumnLevel& level = phantom.impl().level(name);
  FloatImage field;
  field.spacing_mm = Vec3::Constant(step);
  field.direction = level.frame.axes_Patient;
  field.origin_Patient = level.frame.to_patient(level.bounds.min);
  for (int a = 0; a < 3; ++a) field.size[std::size_t(a)] = std::int64_t(std::ceil(level.bounds.size()[a] / step)) + 1;
  field.allocate();

  constexpr std::int64_t kBlock = 4;
  const double block_radius = 0.5 * std::sqrt(3.0) * double(kBlock) * step;
  const std::int64_t layers = (field.size[2] + kBlock - 1) / kBlock;
  progress.report(0.0, "sampling the bone of " + name);
  tbb::parallel_for(std::int64_t(0), layers, [&](std::int64_t layer) {
    const auto local = [&](double i, double j, double k) { return Vec3(level.bounds.min + step * Vec3(i, j, k)); };
    for (std::int64_t j0 = 0; j0 < field.size[1]; j0 += kBlock)
      for (std::int64_t i0 = 0; i0 < field.size[0]; i0 += kBlock) {
        const std::int64_t k0 = layer * kBlock;
        const double half = 0.5 * double(kBlock - 1);
        const double middle = level.solid.value(local(double(i0) + half, double(j0) + half, double(k0) + half));
        const bool far = std::abs(middle) > 2.0 * block_radius;  // the value may change faster than the distance
        for (std::int64_t k = k0; k < std::min(k0 + kBlock, field.size[2]); ++k)
          for (std::int64_t j = j0; j < std::min(j0 + kBlock, field.size[1]); ++j)
            for (std::int64_t i = i0; i < std::min(i0 + kBlock, field.size[0]); ++i)
              field.at(i, j, k) = float(far ? middle : level.solid.value(local(double(i), double(j), double(k))));
      }
  });
  progress.report(1.0, "sampled " + name);
  return field;
}

TriangleMesh phantom_surface(const SpinePhantom& phantom, const std::string& level, double step, const Progress& progress) {
  const FloatImage field = phantom_field(phantom, level, step, progress.part(0.0, 0.6));
  return extract_surface(field, progress.part(0.6, 1.0));
}

}  // namespace spongiosa::geometry
