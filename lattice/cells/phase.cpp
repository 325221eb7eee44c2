/// Compiled for vector units, see CMakeLists.txt.

#include "lattice/cells/phase.h"

#include "lattice/cells/jet.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

SPONGIOSA_INLINE void scale_gradient(const CellBatch& b, const float* factor, int first, int n) {
  for (float* gradient : {b.du, b.dv, b.dw}) {
    float* g = gradient + first;
#pragma GCC ivdep
    for (int i = 0; i < n; ++i) g[i] *= factor[i];
  }
}

/// `map(g, level, factor)` returns the value and sets what the gradient is multiplied by.
template <class Map>
SPONGIOSA_INLINE void transform(const CellBatch& b, const Map& map) {
  constexpr int kBlock = 64;
  float factor[kBlock];
  for (int first = 0; first < b.n; first += kBlock) {
    const int n = b.n - first < kBlock ? b.n - first : kBlock;
    float* value = b.value + first;
    const float* level = b.level + first;
#pragma GCC ivdep
    for (int i = 0; i < n; ++i) value[i] = map(value[i], level[i], factor[i]);
    if (b.du) scale_gradient(b, factor, first, n);
  }
}

#define SPONGIOSA_KERNEL __attribute__((target_clones("default", "avx2")))

SPONGIOSA_KERNEL void below(const CellBatch& b) {
  float* value = b.value;
  const float* level = b.level;
#pragma GCC ivdep
  for (int i = 0; i < b.n; ++i) value[i] -= level[i];
}
SPONGIOSA_KERNEL void above(const CellBatch& b) {
  transform(b, [](float g, float level, float& factor) {
    factor = -1.0f;
    return level - g;
  });
}
SPONGIOSA_KERNEL void sheet(const CellBatch& b, float centre, float sign) {
  transform(b, [=](float g, float level, float& factor) {
    const float d = g - centre;
    factor = d < 0.0f ? -sign : sign;
    return sign * (std::fabs(d) - level);
  });
}
SPONGIOSA_KERNEL void hollow(const CellBatch& b, float ratio) {
  transform(b, [=](float g, float level, float& factor) {
    const float outer = g - level, inner = ratio * level - g;
    factor = outer > inner ? 1.0f : -1.0f;
    return outer > inner ? outer : inner;
  });
}

}  // namespace

void apply_phase(const PhaseRule& rule, const CellBatch& b) {
  switch (rule.phase) {
    case Phase::kBelow: return below(b);
    case Phase::kAbove: return above(b);
    case Phase::kSheet: return sheet(b, float(rule.centre), 1.0f);
    case Phase::kOutside: return sheet(b, float(rule.centre), -1.0f);
    case Phase::kHollow: return hollow(b, float(rule.ratio));
  }
}

Band band_of(const PhaseRule& rule, double level) {
  switch (rule.phase) {
    case Phase::kBelow: return {{}, level, false};
    case Phase::kAbove: return {level, {}, false};
    case Phase::kSheet: return {rule.centre - level, rule.centre + level, false};
    case Phase::kOutside: return {rule.centre - level, rule.centre + level, true};
    case Phase::kHollow: return {rule.ratio * level, level, false};
  }
  return {};
}

std::pair<double, double> level_range(const PhaseRule& rule, double least, double most) {
  if (rule.phase == Phase::kBelow || rule.phase == Phase::kAbove) return {least, most};
  return {0.0, std::fmax(most - rule.centre, rule.centre - least)};
}

bool density_grows(Phase phase) { return phase != Phase::kAbove && phase != Phase::kOutside; }

}  // namespace spongiosa::lattice
