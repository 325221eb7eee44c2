#include "fea/micro/vector_kernels.h"

#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

namespace {

/// work(number, number of the node) for all numbers of a block.
template <int Lanes, class Work>
[[gnu::always_inline]] inline void for_block(std::int64_t nodes, const Work& work) {
  for (int c = 0; c < 3; ++c)
    for (std::int64_t n = 0; n < nodes; ++n)
      for (int lane = 0; lane < Lanes; ++lane) work((c * nodes + n) * Lanes + lane, n, lane);
}

template <int Lanes>
[[gnu::always_inline]] inline void smooth_zero_any(std::int64_t nodes, float* __restrict x, float* __restrict x_old,
                                                   const ScaledVector<Lanes>& rhs, const float* __restrict inverse_diagonal, float step) {
  const double* __restrict b = rhs.value;
  double scale[Lanes];
  for (int lane = 0; lane < Lanes; ++lane) scale[lane] = rhs.scale[std::size_t(lane)];
  for_block<Lanes>(nodes, [&](std::int64_t i, std::int64_t n, int lane) __attribute__((always_inline)) {
    x[i] = step * inverse_diagonal[n] * float(scale[lane] * b[i]);
    x_old[i] = 0.0f;
  });
}
template <int Lanes>
[[gnu::always_inline]] inline void smooth_any(std::int64_t nodes, const float* __restrict x, float* __restrict x_old,
                                              const ScaledVector<Lanes>& rhs, const float* __restrict force,
                                              const float* __restrict inverse_diagonal, float momentum, float step) {
  const double* __restrict b = rhs.value;
  double scale[Lanes];
  for (int lane = 0; lane < Lanes; ++lane) scale[lane] = rhs.scale[std::size_t(lane)];
  for_block<Lanes>(nodes, [&](std::int64_t i, std::int64_t n, int lane) __attribute__((always_inline)) {
    x_old[i] = x[i] + momentum * (x[i] - x_old[i]) + step * inverse_diagonal[n] * (float(scale[lane] * b[i]) - force[i]);
  });
}
template <int Lanes>
[[gnu::always_inline]] inline void residual_any(std::int64_t count, const ScaledVector<Lanes>& rhs, const float* __restrict force,
                                                float* __restrict r) {
  const double* __restrict b = rhs.value;
  double scale[Lanes];
  for (int lane = 0; lane < Lanes; ++lane) scale[lane] = rhs.scale[std::size_t(lane)];
  for (std::int64_t u = 0; u < count; ++u)
    for (int lane = 0; lane < Lanes; ++lane) r[u * Lanes + lane] = float(scale[lane] * b[u * Lanes + lane]) - force[u * Lanes + lane];
}
template <class Node>
[[gnu::always_inline]] inline void smooth_nodes_any(std::size_t count, const Node* __restrict x, Node* __restrict x_old,
                                                    const Node* __restrict b, const Node* __restrict force,
                                                    const float* __restrict inverse, float momentum, float step) {
  for (std::size_t n = 0; n < count; ++n)
    x_old[n] = x[n] + momentum * (x[n] - x_old[n]) + step * times(inverse + 9 * n, b[n] - force[n]);
}

}  // namespace

#define SPONGIOSA_LANES(Lanes)                                                                                                            \
  template <>                                                                                                                             \
  SPONGIOSA_SIMD_CLONES void smooth_zero_block<Lanes>(std::int64_t nodes, float* x, float* x_old, const ScaledVector<Lanes>& b,           \
                                                      const float* inverse_diagonal, float step) {                                        \
    smooth_zero_any<Lanes>(nodes, x, x_old, b, inverse_diagonal, step);                                                                   \
  }                                                                                                                                       \
  template <>                                                                                                                             \
  SPONGIOSA_SIMD_CLONES void smooth_block<Lanes>(std::int64_t nodes, const float* x, float* x_old, const ScaledVector<Lanes>& b,          \
                                                 const float* force, const float* inverse_diagonal, float momentum, float step) {         \
    smooth_any<Lanes>(nodes, x, x_old, b, force, inverse_diagonal, momentum, step);                                                       \
  }                                                                                                                                       \
  template <>                                                                                                                             \
  SPONGIOSA_SIMD_CLONES void residual_block<Lanes>(std::int64_t count, const ScaledVector<Lanes>& b, const float* force, float* r) {      \
    residual_any<Lanes>(count, b, force, r);                                                                                              \
  }
SPONGIOSA_LANES(1)
SPONGIOSA_LANES(8)

SPONGIOSA_SIMD_CLONES void smooth_nodes(std::size_t count, const Float4* x, Float4* x_old, const Float4* b, const Float4* force,
                                        const float* inverse, float momentum, float step) {
  smooth_nodes_any(count, x, x_old, b, force, inverse, momentum, step);
}
SPONGIOSA_SIMD_CLONES void smooth_nodes(std::size_t count, const LaneNode* x, LaneNode* x_old, const LaneNode* b, const LaneNode* force,
                                        const float* inverse, float momentum, float step) {
  smooth_nodes_any(count, x, x_old, b, force, inverse, momentum, step);
}

SPONGIOSA_SIMD_CLONES void add_product(std::int64_t count, const float* __restrict z, const float* __restrict q, Eight& sums) {
  double sum[8] = {};
  for (std::int64_t i = 0; i < count; i += 8)
    for (int l = 0; l < 8; ++l) sum[l] += double(z[i + l]) * double(q[i + l]);
  for (int l = 0; l < 8; ++l) sums[std::size_t(l)] += sum[l];
}
SPONGIOSA_SIMD_CLONES void add_square(std::int64_t count, const double* __restrict r, Eight& sums) {
  double sum[8] = {};
  for (std::int64_t i = 0; i < count; i += 8)
    for (int l = 0; l < 8; ++l) sum[l] += r[i + l] * r[i + l];
  for (int l = 0; l < 8; ++l) sums[std::size_t(l)] += sum[l];
}
SPONGIOSA_SIMD_CLONES void next_direction(std::int64_t count, const float* __restrict z, const Eight& beta, const double* __restrict r,
                                          double* __restrict p, Eight& sums) {
  double sum[8] = {}, factor[8];
  for (int l = 0; l < 8; ++l) factor[l] = beta[std::size_t(l)];
  for (std::int64_t i = 0; i < count; i += 8)
    for (int l = 0; l < 8; ++l) {
      p[i + l] = double(z[i + l]) + factor[l] * p[i + l];
      sum[l] += p[i + l] * r[i + l];
    }
  for (int l = 0; l < 8; ++l) sums[std::size_t(l)] += sum[l];
}
SPONGIOSA_SIMD_CLONES void step_along(std::int64_t count, const Eight& alpha, const double* __restrict p, const float* __restrict q,
                                      double* __restrict x, double* __restrict r, Eight& sums) {
  double sum[8] = {}, factor[8];
  for (int l = 0; l < 8; ++l) factor[l] = alpha[std::size_t(l)];
  for (std::int64_t i = 0; i < count; i += 8)
    for (int l = 0; l < 8; ++l) {
      x[i + l] += factor[l] * p[i + l];
      r[i + l] -= factor[l] * double(q[i + l]);
      sum[l] += r[i + l] * r[i + l];
    }
  for (int l = 0; l < 8; ++l) sums[std::size_t(l)] += sum[l];
}
SPONGIOSA_SIMD_CLONES void keep_product(std::int64_t count, const double* __restrict force, const double* __restrict p,
                                        float* __restrict q, Eight& sums) {
  double sum[8] = {};
  const std::int64_t whole = count - count % 8;
  for (std::int64_t i = 0; i < whole; i += 8)
    for (int l = 0; l < 8; ++l) {
      q[i + l] = float(force[i + l]);
      sum[l] += force[i + l] * p[i + l];
    }
  for (std::int64_t i = whole; i < count; ++i) {
    q[i] = float(force[i]);
    sum[i - whole] += force[i] * p[i];
  }
  for (int l = 0; l < 8; ++l) sums[std::size_t(l)] += sum[l];
}

}  // namespace spongiosa::fea::micro
