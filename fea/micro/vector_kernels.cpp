#include "fea/micro/vector_kernels.h"

#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

SPONGIOSA_SIMD_CLONES void smooth_block(std::int64_t nodes, const float* __restrict x, float* __restrict x_old, const ScaledVector& rhs,
                                        const float* __restrict force, const float* __restrict inverse_diagonal, float momentum, float step) {
  const double* __restrict b = rhs.value;
  const double scale = rhs.scale;
  for (int c = 0; c < 3; ++c)
    for (std::int64_t n = 0; n < nodes; ++n) {
      const std::int64_t i = c * nodes + n;
      x_old[i] = x[i] + momentum * (x[i] - x_old[i]) + step * inverse_diagonal[n] * (float(scale * b[i]) - force[i]);
    }
}

SPONGIOSA_SIMD_CLONES void residual_block(std::int64_t count, const ScaledVector& rhs, const float* __restrict force,
                                          float* __restrict r) {
  const double* __restrict b = rhs.value;
  const double scale = rhs.scale;
  for (std::int64_t i = 0; i < count; ++i) r[i] = float(scale * b[i]) - force[i];
}

}  // namespace spongiosa::fea::micro
