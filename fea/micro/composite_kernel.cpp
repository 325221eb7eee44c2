#include "fea/micro/composite_kernel.h"

#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

namespace {

using V = Float8;

/// Sums and differences along the three axes, in place; its own inverse up to a factor 8 and the sign of odd modes.
[[gnu::always_inline]] inline void hadamard(V (&h)[8]) {
  for (int axis = 1; axis < 8; axis *= 2)
    for (int a = 0; a < 8; ++a)
      if (!(a & axis)) {
        const V lower = h[a], upper = h[a | axis];
        h[a] = lower + upper;
        h[a | axis] = upper - lower;
      }
}
/// The transpose: value at corner a from modes.
[[gnu::always_inline]] inline void hadamard_transposed(V (&h)[8]) {
  for (int axis = 1; axis < 8; axis *= 2)
    for (int a = 0; a < 8; ++a)
      if (!(a & axis)) {
        const V even = h[a], odd = h[a | axis];
        h[a] = even - odd;
        h[a | axis] = even + odd;
      }
}

/// Integral of E xi^a xi^b.
template <int A, int B>
[[gnu::always_inline]] inline V moment(const V (&m)[27]) {
  return m[moment_place(A, B)];
}

/// Shear of the axes I and J, with T the third: h_I[J + ...] and h_J[I + ...] are replaced by their share of the forces in g.
template <int I, int J>
[[gnu::always_inline]] inline void add_shear(const V (&m)[27], float mu, const V (&h)[3][8], V (&g)[3][8]) {
  constexpr int i = 1 << I, j = 1 << J, t = 7 - i - j;
  // Coefficients of gamma_IJ = d_J u_I + d_I u_J at the monomials 1, t, i, it, j, jt.
  const V c1 = h[I][j] + h[J][i], ct = h[I][j | t] + h[J][i | t];
  const V ci = h[I][i | j], cit = h[I][7], cj = h[J][i | j], cjt = h[J][7];
  const auto at = [&]<int Q>() __attribute__((always_inline)) {
    return mu * (moment<Q, 0>(m) * c1 + moment<Q, t>(m) * ct + moment<Q, i>(m) * ci + moment<Q, i | t>(m) * cit + moment<Q, j>(m) * cj +
                 moment<Q, j | t>(m) * cjt);
  };
  const V s1 = at.template operator()<0>(), st = at.template operator()<t>();
  g[I][j] += s1;
  g[J][i] += s1;
  g[I][j | t] += st;
  g[J][i | t] += st;
  g[I][i | j] += at.template operator()<i>();
  g[I][7] += at.template operator()<i | t>();
  g[J][i | j] += at.template operator()<j>();
  g[J][7] += at.template operator()<j | t>();
}

/// Normal stress along axis I; trace holds lambda div u integrated with the seven monomials.
template <int I>
[[gnu::always_inline]] inline void add_normal(const V (&m)[27], float mu, const V (&trace)[8], const V (&h)[3][8], V (&g)[3][8]) {
  constexpr int i = 1 << I, k = 1 << (I + 1) % 3, l = 1 << (I + 2) % 3;
  const auto at = [&]<int Q>() __attribute__((always_inline)) {
    return trace[Q] + (2.0f * mu) * (moment<Q, 0>(m) * h[I][i] + moment<Q, k>(m) * h[I][i | k] + moment<Q, l>(m) * h[I][i | l] +
                                     moment<Q, k | l>(m) * h[I][7]);
  };
  g[I][i] += at.template operator()<0>();
  g[I][i | k] += at.template operator()<k>();
  g[I][i | l] += at.template operator()<l>();
  g[I][7] += at.template operator()<k | l>();
}

/// The 27 moments of one batch: the stored ones, or the eight without a square and a third of them for each square.
[[gnu::always_inline]] inline void expand_moments(const V (&stored)[27], V (&m)[27]) {
  for (int k = 0; k < 27; ++k) m[k] = stored[k];
}
[[gnu::always_inline]] inline void expand_moments(const V (&stored)[8], V (&m)[27]) {
  constexpr float third = 1.0f / 3.0f;
  for (int k = 0; k < 27; ++k) {
    const int p = k % 3, q = k / 3 % 3, r = k / 9;
    float factor = 1.0f;
    for (int twos = (p == 2) + (q == 2) + (r == 2); twos > 0; --twos) factor *= third;
    m[k] = stored[p % 2 + 2 * (q % 2) + 4 * (r % 2)] * factor;
  }
}

/// Corner displacements become corner forces in g; h is used up.
[[gnu::always_inline]] inline void cube_forces(const V (&m)[27], const CompositeConstants& constants, V (&h)[3][8], V (&g)[3][8]) {
  for (int c = 0; c < 3; ++c) {
    hadamard(h[c]);
    for (int a = 0; a < 8; ++a) g[c][a] = V{};
  }
  // div u: coefficients of the monomials 1, x, y, xy, z, xz, yz.
  const V d0 = h[0][1] + h[1][2] + h[2][4];
  const V dx = h[1][3] + h[2][5], dy = h[0][3] + h[2][6], dz = h[0][5] + h[1][6];
  const V dxy = h[2][7], dxz = h[1][7], dyz = h[0][7];
  V trace[8];
  const auto divergence = [&]<int Q>() __attribute__((always_inline)) {
    trace[Q] = constants.lambda * (moment<Q, 0>(m) * d0 + moment<Q, 1>(m) * dx + moment<Q, 2>(m) * dy + moment<Q, 4>(m) * dz +
                                   moment<Q, 3>(m) * dxy + moment<Q, 5>(m) * dxz + moment<Q, 6>(m) * dyz);
  };
  divergence.template operator()<0>();
  divergence.template operator()<1>();
  divergence.template operator()<2>();
  divergence.template operator()<3>();
  divergence.template operator()<4>();
  divergence.template operator()<5>();
  divergence.template operator()<6>();
  add_normal<0>(m, constants.mu, trace, h, g);
  add_normal<1>(m, constants.mu, trace, h, g);
  add_normal<2>(m, constants.mu, trace, h, g);
  add_shear<0, 1>(m, constants.mu, h, g);
  add_shear<0, 2>(m, constants.mu, h, g);
  add_shear<1, 2>(m, constants.mu, h, g);
  for (int c = 0; c < 3; ++c) hadamard_transposed(g[c]);
}

/// Four numbers of two nodes side by side: lanes 0-3 and 4-7.
[[gnu::always_inline]] inline V pair(const float* lower, const float* upper) {
  V v;
  std::memcpy(&v, lower, 16);
  std::memcpy(reinterpret_cast<float*>(&v) + 4, upper, 16);
  return v;
}

template <int Count>
[[gnu::always_inline]] inline void batch_forces(const CompositeBatch<Count>& batch, const CompositeConstants& constants,
                                                const float* displacement, float* force) {
  V h[3][8], g[3][8], stored[Count], m[27];
  for (int k = 0; k < Count; ++k) stored[k] = load<V>(batch.moment[k]);
  expand_moments(stored, m);
  for (int a = 0; a < 8; ++a) {
    // Rows of nodes to columns of components: within each half, a 4x4 transposition.
    const std::uint16_t* at = batch.corner[a];
    const V r0 = pair(displacement + 4L * at[0], displacement + 4L * at[4]), r1 = pair(displacement + 4L * at[1], displacement + 4L * at[5]);
    const V r2 = pair(displacement + 4L * at[2], displacement + 4L * at[6]), r3 = pair(displacement + 4L * at[3], displacement + 4L * at[7]);
    const V xy01 = __builtin_shuffle(r0, r1, Int8{0, 8, 1, 9, 4, 12, 5, 13}), xy23 = __builtin_shuffle(r2, r3, Int8{0, 8, 1, 9, 4, 12, 5, 13});
    const V z01 = __builtin_shuffle(r0, r1, Int8{2, 10, 3, 11, 6, 14, 7, 15}), z23 = __builtin_shuffle(r2, r3, Int8{2, 10, 3, 11, 6, 14, 7, 15});
    h[0][a] = __builtin_shuffle(xy01, xy23, Int8{0, 1, 8, 9, 4, 5, 12, 13});
    h[1][a] = __builtin_shuffle(xy01, xy23, Int8{2, 3, 10, 11, 6, 7, 14, 15});
    h[2][a] = __builtin_shuffle(z01, z23, Int8{0, 1, 8, 9, 4, 5, 12, 13});
  }
  cube_forces(m, constants, h, g);
  for (int a = 0; a < 8; ++a) {
    const V zero = {};
    const V xy_low = __builtin_shuffle(g[0][a], g[1][a], Int8{0, 8, 1, 9, 4, 12, 5, 13});
    const V xy_high = __builtin_shuffle(g[0][a], g[1][a], Int8{2, 10, 3, 11, 6, 14, 7, 15});
    const V z_low = __builtin_shuffle(g[2][a], zero, Int8{0, 8, 1, 9, 4, 12, 5, 13});
    const V z_high = __builtin_shuffle(g[2][a], zero, Int8{2, 10, 3, 11, 6, 14, 7, 15});
    const V row[4] = {__builtin_shuffle(xy_low, z_low, Int8{0, 1, 8, 9, 4, 5, 12, 13}),
                      __builtin_shuffle(xy_low, z_low, Int8{2, 3, 10, 11, 6, 7, 14, 15}),
                      __builtin_shuffle(xy_high, z_high, Int8{0, 1, 8, 9, 4, 5, 12, 13}),
                      __builtin_shuffle(xy_high, z_high, Int8{2, 3, 10, 11, 6, 7, 14, 15})};
    using Half [[gnu::vector_size(16)]] = float;
    for (int cube = 0; cube < 8; ++cube) {
      Half half;
      std::memcpy(&half, reinterpret_cast<const float*>(&row[cube & 3]) + (cube & 4), 16);
      float* to = force + 4L * batch.corner[a][cube];
      store(to, load<Half>(to) + half);
    }
  }
}

template <int Count>
[[gnu::always_inline]] inline void lane_forces(const CompositeBatch<Count>& batch, const CompositeConstants& constants,
                                               const float* displacement, float* force) {
  for (int cube = 0; cube < 8; ++cube) {
    if (batch.moment[0][cube] == 0.0f) continue;  // fills up the last batch
    V h[3][8], g[3][8], stored[Count], m[27];
    for (int k = 0; k < Count; ++k) stored[k] = V{} + batch.moment[k][cube];
    expand_moments(stored, m);
    for (int a = 0; a < 8; ++a)
      for (int c = 0; c < 3; ++c) h[c][a] = load<V>(displacement + 24L * batch.corner[a][cube] + 8 * c);
    cube_forces(m, constants, h, g);
    for (int a = 0; a < 8; ++a)
      for (int c = 0; c < 3; ++c) {
        float* to = force + 24L * batch.corner[a][cube] + 8 * c;
        store(to, load<V>(to) + g[c][a]);
      }
  }
}

}  // namespace

SPONGIOSA_SIMD_CLONES void composite_forces(const CompositeBatch<8>* batches, std::size_t count, const CompositeConstants& constants,
                                            const float* displacement, float* force) {
  for (std::size_t b = 0; b < count; ++b) batch_forces(batches[b], constants, displacement, force);
}
SPONGIOSA_SIMD_CLONES void composite_forces(const CompositeBatch<27>* batches, std::size_t count, const CompositeConstants& constants,
                                            const float* displacement, float* force) {
  for (std::size_t b = 0; b < count; ++b) batch_forces(batches[b], constants, displacement, force);
}
SPONGIOSA_SIMD_CLONES void composite_lane_forces(const CompositeBatch<8>* batches, std::size_t count, const CompositeConstants& constants,
                                                 const float* displacement, float* force) {
  for (std::size_t b = 0; b < count; ++b) lane_forces(batches[b], constants, displacement, force);
}
SPONGIOSA_SIMD_CLONES void composite_lane_forces(const CompositeBatch<27>* batches, std::size_t count, const CompositeConstants& constants,
                                                 const float* displacement, float* force) {
  for (std::size_t b = 0; b < count; ++b) lane_forces(batches[b], constants, displacement, force);
}

void set_moments(CompositeBatch<8>& batch, std::size_t cube, const CubeMoments& moments) {
  for (int set = 0; set < 8; ++set) batch.moment[set][cube] = float(moments[std::size_t(moment_place(set, 0))]);
}
void set_moments(CompositeBatch<27>& batch, std::size_t cube, const CubeMoments& moments) {
  for (std::size_t k = 0; k < 27; ++k) batch.moment[k][cube] = float(moments[k]);
}

}  // namespace spongiosa::fea::micro
