#include "lattice/cells/cell.h"

namespace spongiosa::lattice {
namespace {

template <class Evaluate>
CellValue at_point(const Vec3& u, double level, const Evaluate& evaluate) {
  const Vec3f at = u.cast<float>();
  const float one_level = float(level);
  float value = 0.0f;
  Vec3f gradient;
  evaluate(CellBatch{1, &at[0], &at[1], &at[2], &one_level, &value, &gradient[0], &gradient[1], &gradient[2]});
  return {value, gradient.cast<double>()};
}

}  // namespace

Cell::~Cell() = default;

CellValue value_at(const Cell& cell, const Vec3& u, double level) {
  return at_point(u, level, [&](const CellBatch& batch) { cell.evaluate(batch); });
}
CellValue function_at(const Cell& cell, const Vec3& u) {
  return at_point(u, 0.0, [&](const CellBatch& batch) { cell.function(batch); });
}

}  // namespace spongiosa::lattice
