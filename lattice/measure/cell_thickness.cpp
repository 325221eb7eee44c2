#include "lattice/measure/cell_thickness.h"

#include "lattice/measure/local_thickness.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kMostSamples = 6e6;

/// The cell and its surroundings in units of the cell size, as a first-order distance to the surface.
geometry::FloatImage sampled_field(const Cell& cell, double level, double step, double margin) {
  const Vec3& aspect = cell.info().aspect;
  geometry::FloatImage field;
  field.spacing_mm = Vec3::Constant(step);
  field.origin_Patient = Vec3::Constant(-margin);
  for (int axis = 0; axis < 3; ++axis) field.size[std::size_t(axis)] = std::int64_t(std::ceil((aspect[axis] + 2.0 * margin) / step)) + 1;
  field.allocate(0.0f);
  tbb::parallel_for(std::int64_t(0), field.size[2], [&](std::int64_t k) {
    const std::size_t n = std::size_t(field.size[0]);
    std::vector<float> u(n), v(n), w(n), levels(n, float(level)), du(n), dv(n), dw(n);
    const auto coordinate = [&](std::int64_t index, int axis) {
      const double x = (double(index) * step - margin) / aspect[axis];
      return float(x - std::floor(x));
    };
    for (std::size_t i = 0; i < n; ++i) u[i] = coordinate(std::int64_t(i), 0);
    std::fill(w.begin(), w.end(), coordinate(k, 2));
    for (std::int64_t j = 0; j < field.size[1]; ++j) {
      std::fill(v.begin(), v.end(), coordinate(j, 1));
      float* row = &field.data[field.offset(0, j, k)];
      cell.evaluate({int(n), u.data(), v.data(), w.data(), levels.data(), row, du.data(), dv.data(), dw.data()});
      for (std::size_t i = 0; i < n; ++i) {
        const double slope = Vec3(du[i] / aspect[0], dv[i] / aspect[1], dw[i] / aspect[2]).norm();
        // Far from the surface, where the slope may vanish, only the sign counts.
        row[i] = std::clamp(row[i] / float(std::max(slope, 1e-6)), -1.0f, 1.0f);
      }
    }
  });
  return field;
}

}  // namespace

double mean_local_thickness(const Cell& cell, double level, MaterialPhase phase, double largest) {
  const Vec3& aspect = cell.info().aspect;
  // Centres lie up to half the largest ball outside the cell, and what bounds those balls as far again.
  const double coarsest = cell.info().is_tile() ? 1.0 / 12.0 : 1.0 / 32.0;
  const auto samples = [&](double step) { return ((aspect.array() + 2.0 * largest) / step + 8.0).prod(); };
  double step = std::min(coarsest, largest / 8.0);
  while (samples(step) > kMostSamples) step *= 1.05;
  const double margin = largest + 4.0 * step;
  const geometry::FloatImage field = sampled_field(cell, level, step, margin);
  const auto beyond = [&](std::int64_t i, std::int64_t j, std::int64_t k) {
    const Vec3 x = Vec3(double(i), double(j), double(k)) * step - Vec3::Constant(margin);
    return std::max((-x).maxCoeff(), (x - aspect).maxCoeff());
  };
  geometry::FloatImage zone = field.like<float>(), map = field.like<float>();
  for (std::int64_t k = 0; k < field.size[2]; ++k)
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i) zone.at(i, j, k) = float(beyond(i, j, k) - 0.5 * largest - 2.0 * step);
  local_thickness(field, surface_distance(field, Progress()), phase, &zone, map, Progress());
  double sum = 0.0;
  std::int64_t count = 0;
  for (std::int64_t k = 0; k < field.size[2]; ++k)
    for (std::int64_t j = 0; j < field.size[1]; ++j)
      for (std::int64_t i = 0; i < field.size[0]; ++i) {
        const double outside = beyond(i, j, k);
        // Half a step, so that on each axis one of two opposite faces counts.
        if (outside > 0.5 * step || (field.at(i, j, k) < 0.0f) != (phase == MaterialPhase::kSolid)) continue;
        sum += map.at(i, j, k);
        ++count;
      }
  return count > 0 ? sum / double(count) : 0.0;
}

}  // namespace spongiosa::lattice
