#pragma once
/// SIMD pieces of the block kernel: rows of eight numbers kept as 32-byte vectors, expanded from and compressed to stored nodes.
/// Everything here is inlined into functions that are compiled once per instruction set.

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace spongiosa::fea::micro {

using Float8 [[gnu::vector_size(32)]] = float;
using Double4 [[gnu::vector_size(32)]] = double;
using Int8 [[gnu::vector_size(32)]] = std::int32_t;
using Long4 [[gnu::vector_size(32)]] = std::int64_t;
using Byte8 [[gnu::vector_size(8)]] = std::uint8_t;

/// For each mask of eight: where lane i of the expanded row comes from, and which lane goes to place i of the compressed one.
struct RowTables {
  std::array<std::array<std::uint8_t, 8>, 256> expand{}, compress{};
};
constexpr RowTables make_row_tables() {
  RowTables tables;
  for (unsigned mask = 0; mask < 256; ++mask)
    for (unsigned lane = 0, place = 0; lane < 8; ++lane) {
      tables.expand[mask][lane] = std::uint8_t(place);
      if (mask >> lane & 1) tables.compress[mask][place++] = std::uint8_t(lane);
      if (place > 7) place = 7;
    }
  return tables;
}
alignas(64) inline constexpr RowTables kRowTables = make_row_tables();

template <class Vector>
[[gnu::always_inline]] inline Vector load(const void* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
template <class Vector>
[[gnu::always_inline]] inline void store(void* to, const Vector& v) {
  std::memcpy(to, &v, sizeof v);
}
[[gnu::always_inline]] inline Int8 table_row(const std::array<std::uint8_t, 8>& row) {
  return __builtin_convertvector(load<Byte8>(row.data()), Int8);
}

template <class Real>
struct Row;

/// Eight floats in one vector.
template <>
struct Row<float> {
  using Vector = Float8;
  static constexpr int kParts = 1, kLanes = 8;

  [[gnu::always_inline]] static inline void expand(const float* from, unsigned mask, Vector (&row)[1]) {
    const Int8 bit = {1, 2, 4, 8, 16, 32, 64, 128};
    const Int8 raw = __builtin_shuffle(load<Int8>(from), table_row(kRowTables.expand[mask]));
    const Int8 masked = raw & ((bit & std::int32_t(mask)) == bit);
    std::memcpy(&row[0], &masked, 32);
  }
  [[gnu::always_inline]] static inline void compress(const Vector (&row)[1], unsigned mask, float* to) {
    store(to, __builtin_shuffle(row[0], table_row(kRowTables.compress[mask])));
  }
  /// Lane i of the result is lane i + 1 of the row, the last is `next`.
  [[gnu::always_inline]] static inline void shift_down(const Vector (&row)[1], float next, Vector (&out)[1]) {
    out[0] = __builtin_shuffle(row[0], Vector{} + next, Int8{1, 2, 3, 4, 5, 6, 7, 8});
  }
  /// Lane i of the result is lane i - 1 of the row, the first is `before`.
  [[gnu::always_inline]] static inline void shift_up(const Vector (&row)[1], float before, Vector (&out)[1]) {
    out[0] = __builtin_shuffle(Vector{} + before, row[0], Int8{7, 8, 9, 10, 11, 12, 13, 14});
  }
  [[gnu::always_inline]] static inline Vector modulus(const float* scale, int) { return load<Vector>(scale); }
};

/// Eight doubles in two vectors.
template <>
struct Row<double> {
  using Vector = Double4;
  static constexpr int kParts = 2, kLanes = 4;

  /// Lane numbers of four doubles as lane numbers of eight halves.
  [[gnu::always_inline]] static inline Int8 halves(const std::array<std::uint8_t, 8>& lanes) {
    const Int8 wide = table_row(lanes);
    const Int8 twice = __builtin_shuffle(wide, Int8{0, 0, 1, 1, 2, 2, 3, 3});
    return twice + twice + Int8{0, 1, 0, 1, 0, 1, 0, 1};
  }
  [[gnu::always_inline]] static inline void expand(const double* from, unsigned mask, Vector (&row)[2]) {
    const Int8 bit = {1, 1, 2, 2, 4, 4, 8, 8};
    for (int part = 0; part < 2; ++part) {
      const unsigned own = part == 0 ? mask & 15u : mask >> 4;
      const Int8 raw = __builtin_shuffle(load<Int8>(from), halves(kRowTables.expand[own]));
      const Int8 masked = raw & ((bit & std::int32_t(own)) == bit);
      std::memcpy(&row[part], &masked, 32);
      from += std::popcount(own);
    }
  }
  [[gnu::always_inline]] static inline void compress(const Vector (&row)[2], unsigned mask, double* to) {
    for (int part = 0; part < 2; ++part) {
      const unsigned own = part == 0 ? mask & 15u : mask >> 4;
      Int8 raw;
      std::memcpy(&raw, &row[part], 32);
      store(to, __builtin_shuffle(raw, halves(kRowTables.compress[own])));
      to += std::popcount(own);
    }
  }
  [[gnu::always_inline]] static inline void shift_down(const Vector (&row)[2], double next, Vector (&out)[2]) {
    out[0] = __builtin_shuffle(row[0], row[1], Long4{1, 2, 3, 4});
    out[1] = __builtin_shuffle(row[1], Vector{} + next, Long4{1, 2, 3, 4});
  }
  [[gnu::always_inline]] static inline void shift_up(const Vector (&row)[2], double before, Vector (&out)[2]) {
    out[0] = __builtin_shuffle(Vector{} + before, row[0], Long4{3, 4, 5, 6});
    out[1] = __builtin_shuffle(row[0], row[1], Long4{3, 4, 5, 6});
  }
  [[gnu::always_inline]] static inline Vector modulus(const float* scale, int part) {
    const float* four = scale + 4 * part;
    return Vector{four[0], four[1], four[2], four[3]};
  }
};

}  // namespace spongiosa::fea::micro
