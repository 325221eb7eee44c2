/// Compiled for vector units, see CMakeLists.txt.

#include "lattice/build/distance_kernel.h"

#include <cmath>

namespace spongiosa::lattice {
namespace {

#define SPONGIOSA_KERNEL __attribute__((target_clones("default", "avx2")))
#define SPONGIOSA_INLINE inline __attribute__((always_inline))

SPONGIOSA_INLINE float within(float value, float most) {
  const float below = value < most ? value : most;
  return below > -most ? below : -most;
}
SPONGIOSA_INLINE float larger(float a, float b) { return a > b ? a : b; }

}  // namespace

SPONGIOSA_KERNEL void distance_of_values(int n, const float* du, const float* dv, const float* dw, const float* const jacobian[9], float least,
                                         float farthest, float* value) {
  const float *j0 = jacobian[0], *j1 = jacobian[1], *j2 = jacobian[2], *j3 = jacobian[3], *j4 = jacobian[4], *j5 = jacobian[5],
              *j6 = jacobian[6], *j7 = jacobian[7], *j8 = jacobian[8];
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    const float x = j0[i] * du[i] + j3[i] * dv[i] + j6[i] * dw[i];
    const float y = j1[i] * du[i] + j4[i] * dv[i] + j7[i] * dw[i];
    const float z = j2[i] * du[i] + j5[i] * dv[i] + j8[i] * dw[i];
    const float scale = larger(larger(std::fabs(j0[i]) + std::fabs(j3[i]) + std::fabs(j6[i]), std::fabs(j1[i]) + std::fabs(j4[i]) + std::fabs(j7[i])),
                               std::fabs(j2[i]) + std::fabs(j5[i]) + std::fabs(j8[i]));
    const float smallest = least * scale;
    value[i] = within(value[i] / std::sqrt(larger(x * x + y * y + z * z, smallest * smallest)), farthest);
  }
}

SPONGIOSA_KERNEL void distance_of_values(int n, const float* du, const float* dv, const float* dw, const float jacobian[9], float least,
                                         float farthest, float* value) {
  const float j0 = jacobian[0], j1 = jacobian[1], j2 = jacobian[2], j3 = jacobian[3], j4 = jacobian[4], j5 = jacobian[5], j6 = jacobian[6],
              j7 = jacobian[7], j8 = jacobian[8];
  const float scale = larger(larger(std::fabs(j0) + std::fabs(j3) + std::fabs(j6), std::fabs(j1) + std::fabs(j4) + std::fabs(j7)),
                             std::fabs(j2) + std::fabs(j5) + std::fabs(j8));
  const float squared = least * scale * (least * scale);
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    const float x = j0 * du[i] + j3 * dv[i] + j6 * dw[i];
    const float y = j1 * du[i] + j4 * dv[i] + j7 * dw[i];
    const float z = j2 * du[i] + j5 * dv[i] + j8 * dw[i];
    value[i] = within(value[i] / std::sqrt(larger(x * x + y * y + z * z, squared)), farthest);
  }
}

SPONGIOSA_KERNEL void unite_with_lattice(int n, const float* body, const float* lattice, float most, float* solid) {
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) {
    const float here = larger(body[i], within(lattice[i], most));
    solid[i] = here < solid[i] ? here : solid[i];
  }
}

}  // namespace spongiosa::lattice
