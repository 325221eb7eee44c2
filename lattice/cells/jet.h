#pragma once
/// Forward differentiation with partial derivatives that are known to be zero left out at compile time, so that each equation
/// is written once and its kernels do no needless work.

namespace spongiosa::lattice {

#define SPONGIOSA_INLINE inline __attribute__((always_inline))

/// A value with those of its partial derivatives that are not zero: bit 0 of M for x, bit 1 for y, bit 2 for z.
template <int M>
struct Jet {
  float v = 0.0f, x = 0.0f, y = 0.0f, z = 0.0f;
};

namespace jet_detail {
template <bool A, bool B>
SPONGIOSA_INLINE float sum(float a, float b) {
  if constexpr (A && B) return a + b;
  if constexpr (A) return a;
  if constexpr (B) return b;
  return 0.0f;
}
/// d(pq) = dp q + dq p
template <bool A, bool B>
SPONGIOSA_INLINE float product(float dp, float q, float dq, float p) {
  if constexpr (A && B) return dp * q + dq * p;
  if constexpr (A) return dp * q;
  if constexpr (B) return dq * p;
  return 0.0f;
}
}  // namespace jet_detail

template <int A, int B>
SPONGIOSA_INLINE Jet<A | B> operator+(Jet<A> a, Jet<B> b) {
  using jet_detail::sum;
  return {a.v + b.v, sum<(A & 1) != 0, (B & 1) != 0>(a.x, b.x), sum<(A & 2) != 0, (B & 2) != 0>(a.y, b.y),
          sum<(A & 4) != 0, (B & 4) != 0>(a.z, b.z)};
}
template <int A>
SPONGIOSA_INLINE Jet<A> operator-(Jet<A> a) {
  return {-a.v, -a.x, -a.y, -a.z};
}
template <int A, int B>
SPONGIOSA_INLINE Jet<A | B> operator-(Jet<A> a, Jet<B> b) {
  return a + (-b);
}
template <int A, int B>
SPONGIOSA_INLINE Jet<A | B> operator*(Jet<A> a, Jet<B> b) {
  using jet_detail::product;
  return {a.v * b.v, product<(A & 1) != 0, (B & 1) != 0>(a.x, b.v, b.x, a.v), product<(A & 2) != 0, (B & 2) != 0>(a.y, b.v, b.y, a.v),
          product<(A & 4) != 0, (B & 4) != 0>(a.z, b.v, b.z, a.v)};
}
template <int A>
SPONGIOSA_INLINE Jet<A> operator*(float s, Jet<A> a) {
  return {s * a.v, s * a.x, s * a.y, s * a.z};
}
template <int A>
SPONGIOSA_INLINE Jet<A> operator+(Jet<A> a, float s) {
  return {a.v + s, a.x, a.y, a.z};
}
template <int A>
SPONGIOSA_INLINE Jet<A> operator-(Jet<A> a, float s) {
  return {a.v - s, a.x, a.y, a.z};
}

}  // namespace spongiosa::lattice
