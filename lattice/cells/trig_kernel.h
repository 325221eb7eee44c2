#pragma once
/// Sines and cosines of one angle and its multiples, for loops that the compiler vectorises.

#include "lattice/cells/jet.h"

namespace spongiosa::lattice {

constexpr float kTwoPiFloat = 6.28318530717958648f;

/// sin(2 pi u) and cos(2 pi u); absolute error below 5e-7 beyond the rounding of u itself.
/// With r = u - round(u) in -1/2..1/2, polynomials give the half angle pi r (interpolation at Chebyshev nodes in r^2, errors
/// 7e-9 and 5e-8), the double-angle formulas the rest.
SPONGIOSA_INLINE void sin_cos_of_turns(float u, float& s, float& c) {
  // Adding 1.5 * 2^23 leaves no digits behind the point: rounds to the nearest integer, the same way with every instruction set.
  const float shift = 12582912.0f;
  const float r = u - ((u + shift) - shift), q = r * r;
  const float sin_half = r * (3.14159264f + q * (-5.167710077f + q * (2.550077387f + q * (-0.5982904113f + q * 0.07765591228f))));
  const float cos_half = 0.999999953f + q * (-4.934792802f + q * (4.058410791f + q * (-1.331872973f + q * 0.2196824236f)));
  s = 2.0f * sin_half * cos_half;
  c = 1.0f - 2.0f * sin_half * sin_half;
}

/// The harmonics of x = 2 pi u that nodal equations are made of, with their derivatives by x. They are functions, not members,
/// because the compiler keeps two numbers in registers but not a structure of twelve.
/// @tparam M  the bit of the variable in a Jet; 0: no derivatives
template <int M>
struct Axis {
  float sine, cosine;

  SPONGIOSA_INLINE explicit Axis(float u) { sin_cos_of_turns(u, sine, cosine); }
  SPONGIOSA_INLINE Jet<M> s() const { return jet(sine, cosine); }
  SPONGIOSA_INLINE Jet<M> c() const { return jet(cosine, -sine); }
  SPONGIOSA_INLINE Jet<M> s2() const { return jet(sine2(), 2.0f * cosine2()); }
  SPONGIOSA_INLINE Jet<M> c2() const { return jet(cosine2(), -2.0f * sine2()); }
  SPONGIOSA_INLINE Jet<M> s3() const { return jet(sine3(), 3.0f * cosine3()); }
  SPONGIOSA_INLINE Jet<M> c3() const { return jet(cosine3(), -3.0f * sine3()); }

 private:
  SPONGIOSA_INLINE float sine2() const { return 2.0f * sine * cosine; }
  SPONGIOSA_INLINE float cosine2() const { return 1.0f - 2.0f * sine * sine; }
  SPONGIOSA_INLINE float sine3() const { return sine2() * cosine + cosine2() * sine; }
  SPONGIOSA_INLINE float cosine3() const { return cosine2() * cosine - sine2() * sine; }
  static SPONGIOSA_INLINE Jet<M> jet(float value, float slope) {
    Jet<M> j;
    j.v = value;
    if constexpr (M == 1) j.x = slope;
    if constexpr (M == 2) j.y = slope;
    if constexpr (M == 4) j.z = slope;
    return j;
  }
};

}  // namespace spongiosa::lattice
