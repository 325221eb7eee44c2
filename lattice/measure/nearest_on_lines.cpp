/// Compiled for vector units, see CMakeLists.txt.

#include "lattice/measure/nearest_on_lines.h"

#include <cstring>

namespace spongiosa::lattice {
namespace {

#define SPONGIOSA_KERNEL __attribute__((target_clones("default", "avx2")))
#define SPONGIOSA_INLINE inline __attribute__((always_inline))

typedef float Floats __attribute__((vector_size(32)));
typedef std::int32_t Codes __attribute__((vector_size(32)));

SPONGIOSA_INLINE void load(const void* from, void* to) { std::memcpy(to, from, sizeof(Floats)); }

/// Sample q of eight lines: what is nearest so far.
struct Best {
  Floats squared;
  Codes code;
};

template <bool kCodes>
SPONGIOSA_INLINE void try_before(const float* squared, const std::uint32_t* code, float s2, Best& best) {
  Floats there;
  load(squared, &there);
  there += s2;
  const Codes nearer = there <= best.squared;  // of equal ones the first
  best.squared = nearer ? there : best.squared;
  if constexpr (kCodes) {
    Codes its;
    load(code, &its);
    best.code = nearer ? its : best.code;
  }
}

template <bool kCodes>
SPONGIOSA_INLINE void try_after(const float* squared, const std::uint32_t* code, float s2, Best& best) {
  Floats there;
  load(squared, &there);
  there += s2;
  const Codes nearer = there < best.squared;
  best.squared = nearer ? there : best.squared;
  if constexpr (kCodes) {
    Codes its;
    load(code, &its);
    best.code = nearer ? its : best.code;
  }
}

SPONGIOSA_INLINE float largest(Floats a, Floats b) {
  Floats m = a > b ? a : b;
  Floats other = __builtin_shuffle(m, Codes{4, 5, 6, 7, 0, 1, 2, 3});
  m = m > other ? m : other;
  other = __builtin_shuffle(m, Codes{2, 3, 0, 1, 6, 7, 4, 5});
  m = m > other ? m : other;
  return m[0] > m[1] ? m[0] : m[1];
}

/// @param live  1 for lines that hold anything, 0 for the others, which nothing is looked for on
template <bool kCodes>
SPONGIOSA_INLINE bool find_nearest(std::int64_t n, std::int64_t furthest, const float* live, const float* squared, const std::uint32_t* code, float* out,
                                   std::uint32_t* out_code) {
  constexpr std::int64_t kLines = 16, kTogether = 4;
  Floats live_a, live_b;
  load(live, &live_a);
  load(live + 8, &live_b);
  for (std::int64_t q = 0; q < n; ++q) {
    const float* f = squared + q * kLines;
    const std::uint32_t* c = code + q * kLines;
    Best a{}, b{};
    load(f, &a.squared);
    load(f + 8, &b.squared);
    if constexpr (kCodes) {
      load(c, &a.code);
      load(c + 8, &b.code);
    }
    for (std::int64_t s = 1;;) {
      if (largest(a.squared * live_a, b.squared * live_b) < float(s * s)) break;
      if (s > furthest) return false;
      for (std::int64_t end = s + kTogether; s < end; ++s) {
        const float s2 = float(s * s);
        const std::int64_t step = s * kLines;
        try_before<kCodes>(f - step, c - step, s2, a);
        try_before<kCodes>(f - step + 8, c - step + 8, s2, b);
        try_after<kCodes>(f + step, c + step, s2, a);
        try_after<kCodes>(f + step + 8, c + step + 8, s2, b);
      }
    }
    std::memcpy(out + q * kLines, &a.squared, sizeof(Floats));
    std::memcpy(out + q * kLines + 8, &b.squared, sizeof(Floats));
    if constexpr (kCodes) {
      std::memcpy(out_code + q * kLines, &a.code, sizeof(Codes));
      std::memcpy(out_code + q * kLines + 8, &b.code, sizeof(Codes));
    }
  }
  return true;
}

SPONGIOSA_KERNEL bool find_with_codes(std::int64_t n, std::int64_t furthest, const float* live, const float* squared, const std::uint32_t* code,
                                      float* out, std::uint32_t* out_code) {
  return find_nearest<true>(n, furthest, live, squared, code, out, out_code);
}
SPONGIOSA_KERNEL bool find_without(std::int64_t n, std::int64_t furthest, const float* live, const float* squared, float* out) {
  return find_nearest<false>(n, furthest, live, squared, nullptr, out, nullptr);
}

}  // namespace

NearestOnLines::NearestOnLines(std::int64_t n)
    : n_(n), in_(std::size_t((n + 2 * kMargin) * kLines), kFarSquared), out_(std::size_t(n * kLines), 0.0f), in_code_(in_.size(), 0xffffffffu),
      out_code_(out_.size(), 0xffffffffu) {}

bool NearestOnLines::find(bool codes) {
  alignas(32) float live[kLines] = {};
  for (std::int64_t q = 0; q < n_; ++q)
    for (int l = 0; l < kLines; ++l) live[l] = squared(q)[l] < kFarSquared ? 1.0f : live[l];
  if (codes) return find_with_codes(n_, kFurthest, live, squared(0), code(0), out_.data(), out_code_.data());
  return find_without(n_, kFurthest, live, squared(0), out_.data());
}

}  // namespace spongiosa::lattice
