#include "core/detail/expression_kernels.h"

#include "core/error.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace spongiosa::detail {
namespace {

#define SPONGIOSA_CLONES __attribute__((target_clones("default", "avx2")))
#define SPONGIOSA_INLINE inline __attribute__((always_inline))

constexpr float kLargestAngle = 1e4f;  ///< beyond, the argument is first reduced exactly
constexpr float kRound = 12582912.0f;  ///< 1.5 * 2^23: adding and subtracting it rounds to a whole number

/// sin(r) on |r| <= pi/2 by its Taylor series to r^11; the rest is below 6e-8.
SPONGIOSA_INLINE float sine_series(float r) {
  const float q = r * r;
  const float p = -1.0f / 6 + q * (1.0f / 120 + q * (-1.0f / 5040 + q * (1.0f / 362880 + q * (-1.0f / 39916800))));
  return r + r * q * p;
}
/// x - k pi with pi in three parts (Cody and Waite), of which the first two have so few bits that their products are exact.
SPONGIOSA_INLINE float minus_pi(float x, float k) {
  return ((x - k * 3.140625f) - k * 9.67502593994140625e-4f) - k * 1.509957990978376432e-7f;
}
SPONGIOSA_INLINE float flip_sign(float value, std::uint32_t odd) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ (odd << 31)); }
SPONGIOSA_INLINE float sine(float x) {
  const float shifted = x * 0.318309886183790672f + kRound;
  return flip_sign(sine_series(minus_pi(x, shifted - kRound)), std::bit_cast<std::uint32_t>(shifted));
}
/// cos(x) = sin(x + pi/2): the multiple of pi taken off is a half-integer.
SPONGIOSA_INLINE float cosine(float x) {
  const float shifted = x * 0.318309886183790672f + 0.5f + kRound;
  return flip_sign(sine_series(minus_pi(x, (shifted - kRound) - 0.5f)), std::bit_cast<std::uint32_t>(shifted));
}

/// atan on [-1,1]: beyond tan(pi/8) by atan x = pi/4 + atan((x-1)/(x+1)); Taylor to t^15, the rest is below 2e-8.
SPONGIOSA_INLINE float arc_tangent_unit(float x) {
  const float magnitude = std::fabs(x);
  const bool upper = magnitude > 0.414213562f;
  const float t = upper ? (magnitude - 1.0f) / (magnitude + 1.0f) : magnitude;
  const float q = t * t;
  const float p =
      -1.0f / 3 + q * (1.0f / 5 + q * (-1.0f / 7 + q * (1.0f / 9 + q * (-1.0f / 11 + q * (1.0f / 13 + q * (-1.0f / 15))))));
  const float angle = (upper ? 0.785398163397448310f : 0.0f) + (t + t * q * p);
  return std::copysign(angle, x);
}
SPONGIOSA_INLINE float arc_tangent2(float y, float x) {
  const float ax = std::fabs(x), ay = std::fabs(y);
  const float larger = ax < ay ? ay : ax, smaller = ax < ay ? ax : ay;
  const float unit = arc_tangent_unit(smaller / (larger == 0.0f ? 1.0f : larger));
  const float first_quadrant = ax < ay ? 1.57079632679489662f - unit : unit;
  const float half = x < 0.0f ? 3.14159265358979324f - first_quadrant : first_quadrant;
  return std::copysign(half, y);
}

/// exp by 2^k exp(r), |r| <= log(2)/2, Taylor to r^9 in double: error below 1e-11.
SPONGIOSA_INLINE double exponential(double x) {
  const double limited = x < -700.0 ? -700.0 : (x > 700.0 ? 700.0 : x);
  const double shifted = limited * 1.4426950408889634 + 6755399441055744.0;  // 1.5 * 2^52 rounds
  const double k = shifted - 6755399441055744.0;
  const double r = limited - k * 0.69314718055994531;
  const double p = 1.0 + r * (1.0 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r / 362880))))))));
  const std::uint64_t scale = (std::bit_cast<std::uint64_t>(shifted) << 52) + (std::uint64_t(1023) << 52);
  return p * std::bit_cast<double>(scale);
}
/// log of a positive double: exponent, and 2 atanh((m-1)/(m+1)) of the mantissa in [sqrt(1/2), sqrt(2)): error below 1e-10.
SPONGIOSA_INLINE double logarithm(double x) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t offset = bits - 0x3fe6a09e667f3bcdULL;  // of sqrt(1/2)
  const std::uint64_t whole = (offset >> 52) & 0xfff;         // exponent, modulo 4096
  const std::uint64_t signed_whole = (whole ^ 0x800) | 0x4330000000000000ULL;
  const double k = std::bit_cast<double>(signed_whole) - (4503599627370496.0 + 2048.0);
  const double m = std::bit_cast<double>(bits - ((offset >> 52) << 52));
  const double s = (m - 1.0) / (m + 1.0), q = s * s;
  const double series = 1.0 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13))))));
  return k * 0.69314718055994531 + 2.0 * s * series;
}

/// Without SSE 4.1 there is no instruction for it. Numbers from 2^23 on are whole.
SPONGIOSA_INLINE float floor_of(float x) {
  const bool small = std::fabs(x) < 8388608.0f;
  const float rounded = float(std::int32_t(small ? x : 0.0f));
  const float lowered = rounded > x ? rounded - 1.0f : rounded;
  return small ? lowered : x;
}

/// For the rare arguments beyond the range of the series. The remainder is exact, so the error is that of pi in double.
template <class F>
void redo_large_angles(int n, const float* a, float* out, F f) {
  for (int i = 0; i < n; ++i)
    if (!(std::fabs(a[i]) <= kLargestAngle)) out[i] = f(float(std::fmod(double(a[i]), 6.28318530717958648)));
}
SPONGIOSA_CLONES bool any_large(int n, const float* a) {
  int large = 0;
  for (int i = 0; i < n; ++i) large |= !(std::fabs(a[i]) <= kLargestAngle);
  return large != 0;
}

#define SPONGIOSA_KERNEL(name, expression)                                                                             \
  SPONGIOSA_CLONES void name(int n, const float* a, [[maybe_unused]] const float* b, [[maybe_unused]] const float* c, \
                             float* out) {                                                                             \
    for (int i = 0; i < n; ++i) out[i] = expression;                                                                   \
  }

SPONGIOSA_KERNEL(negate, -a[i])
SPONGIOSA_KERNEL(small_sin, sine(a[i]))
SPONGIOSA_KERNEL(small_cos, cosine(a[i]))
SPONGIOSA_KERNEL(small_tan, sine(a[i]) / cosine(a[i]))
SPONGIOSA_KERNEL(atan_of, arc_tangent2(a[i], 1.0f))
SPONGIOSA_KERNEL(sqrt_of, std::sqrt(a[i]))
SPONGIOSA_KERNEL(abs_of, std::fabs(a[i]))
SPONGIOSA_KERNEL(exp_of, float(exponential(double(a[i]))))
SPONGIOSA_KERNEL(floor_all, floor_of(a[i]))
SPONGIOSA_KERNEL(sign_of, a[i] > 0.0f ? 1.0f : (a[i] < 0.0f ? -1.0f : a[i]))
SPONGIOSA_KERNEL(add, a[i] + b[i])
SPONGIOSA_KERNEL(subtract, a[i] - b[i])
SPONGIOSA_KERNEL(multiply, a[i] * b[i])
SPONGIOSA_KERNEL(divide, a[i] / b[i])
SPONGIOSA_KERNEL(atan2_of, arc_tangent2(a[i], b[i]))
// NaN in either operand gives NaN.
SPONGIOSA_KERNEL(minimum, (b[i] < a[i] || b[i] != b[i]) ? b[i] : a[i])
SPONGIOSA_KERNEL(maximum, (b[i] > a[i] || b[i] != b[i]) ? b[i] : a[i])
SPONGIOSA_KERNEL(less, a[i] < b[i] ? 1.0f : 0.0f)
SPONGIOSA_KERNEL(less_equal, a[i] <= b[i] ? 1.0f : 0.0f)
SPONGIOSA_KERNEL(equal, a[i] == b[i] ? 1.0f : 0.0f)
SPONGIOSA_KERNEL(not_equal, a[i] != b[i] ? 1.0f : 0.0f)
SPONGIOSA_KERNEL(select, a[i] != 0.0f ? b[i] : c[i])

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

SPONGIOSA_CLONES void log_of(int n, const float* a, const float*, const float*, float* out) {
  for (int i = 0; i < n; ++i) {
    const float x = a[i];
    const float finite = float(logarithm(double(x)));
    const float positive = x == kInfinity ? kInfinity : finite;
    out[i] = x > 0.0f ? positive : (x == 0.0f ? -kInfinity : kNan);
  }
}
/// a^b of positive a; 0^b is 0, 1 or infinity; a negative base has no power here (whole exponents are multiplied out earlier).
SPONGIOSA_CLONES void power(int n, const float* a, const float* b, const float*, float* out) {
  for (int i = 0; i < n; ++i) {
    const float x = a[i], p = b[i];
    const float positive = float(exponential(double(p) * logarithm(double(x))));
    const float of_zero = p > 0.0f ? 0.0f : (p < 0.0f ? kInfinity : 1.0f);
    out[i] = x > 0.0f ? positive : (x == 0.0f ? of_zero : kNan);
  }
}

// In place the arguments would be gone when the large ones are done again, hence the copy.
template <Kernel small>
void with_large(int n, const float* a, float* out, float (*one)(float)) {
  if (!any_large(n, a)) return small(n, a, nullptr, nullptr, out);
  float arguments[kBatch];
  for (int i = 0; i < n; ++i) arguments[i] = a[i];
  small(n, arguments, nullptr, nullptr, out);
  redo_large_angles(n, arguments, out, one);
}
void sin_of(int n, const float* a, const float*, const float*, float* out) {
  with_large<small_sin>(n, a, out, [](float x) { return sine(x); });
}
void cos_of(int n, const float* a, const float*, const float*, float* out) {
  with_large<small_cos>(n, a, out, [](float x) { return cosine(x); });
}
void tan_of(int n, const float* a, const float*, const float*, float* out) {
  with_large<small_tan>(n, a, out, [](float x) { return sine(x) / cosine(x); });
}

}  // namespace

Kernel kernel_of(Op op) {
  switch (op) {
    case Op::kNegate: return negate;
    case Op::kSin: return sin_of;
    case Op::kCos: return cos_of;
    case Op::kTan: return tan_of;
    case Op::kAtan: return atan_of;
    case Op::kSqrt: return sqrt_of;
    case Op::kAbs: return abs_of;
    case Op::kExp: return exp_of;
    case Op::kLog: return log_of;
    case Op::kFloor: return floor_all;
    case Op::kSign: return sign_of;
    case Op::kAdd: return add;
    case Op::kSubtract: return subtract;
    case Op::kMultiply: return multiply;
    case Op::kDivide: return divide;
    case Op::kPower: return power;
    case Op::kAtan2: return atan2_of;
    case Op::kMinimum: return minimum;
    case Op::kMaximum: return maximum;
    case Op::kLess: return less;
    case Op::kLessEqual: return less_equal;
    case Op::kEqual: return equal;
    case Op::kNotEqual: return not_equal;
    case Op::kSelect: return select;
    case Op::kConstant:
    case Op::kVariable: break;
  }
  SPONGIOSA_ASSERT(!"an operation with a kernel");
  return nullptr;
}

}  // namespace spongiosa::detail
