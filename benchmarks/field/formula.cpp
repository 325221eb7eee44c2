/// The yardstick: a gyroid's formula at given points, and nothing else, in one vectorised loop.

#include "benchmarks/field/formula.h"

#include "lattice/cells/trig_kernel.h"

using spongiosa::lattice::sin_cos_of_turns;

__attribute__((target_clones("default", "avx2"))) void gyroid_formula(int n, const float* x, const float* y, const float* z, float* out) {
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    float sx, cx, sy, cy, sz, cz;
    sin_cos_of_turns(x[i], sx, cx);
    sin_cos_of_turns(y[i], sy, cy);
    sin_cos_of_turns(z[i], sz, cz);
    out[i] = sx * cy + sy * cz + sz * cx;
  }
}
