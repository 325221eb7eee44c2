#include "lattice/grading/level_table.h"

#include "lattice/grading/calibrate.h"

#include <algorithm>

namespace spongiosa::lattice {
namespace {

constexpr int kIntervals = 256;
constexpr double kLeastWidth = 0.02;

}  // namespace

LevelTable::LevelTable(const Cell& cell, double least, double most, const std::function<double(double)>& instead) {
  const double widen = std::max(0.0, 0.5 * (kLeastWidth - (most - least)));
  least_ = std::max(least - widen, 1e-4);
  step_ = (std::min(most + widen, 1.0 - 1e-4) - least_) / kIntervals;
  for (int n = 0; n <= kIntervals; ++n) {
    const double density = least_ + step_ * n;
    levels_.push_back(float(level_for_density(cell, instead ? instead(density) : density)));
  }
}

void LevelTable::levels(int n, const float* density, float shift, float* level) const {
  const float scale = float(1.0 / step_), offset = shift - float(least_);
  const float last = float(kIntervals);
  for (int i = 0; i < n; ++i) {
    const float place = std::clamp((density[i] + offset) * scale, 0.0f, last);
    const int base = std::min(int(place), kIntervals - 1);
    const float t = place - float(base);
    level[i] = levels_[std::size_t(base)] + t * (levels_[std::size_t(base) + 1] - levels_[std::size_t(base)]);
  }
}

double LevelTable::level(double density) const {
  const float value = float(density);
  float result;
  levels(1, &value, 0.0f, &result);
  return result;
}

}  // namespace spongiosa::lattice
