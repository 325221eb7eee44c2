#pragma once
/// Which samples of a field are solid, one bit each: what marching cubes needs to find the cells it must look at.

#include "core/vector.h"
#include "geometry/image/image.h"

#include <bit>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry::marching_cubes {

/// Which ends of a stack of layers are ends of the whole field: their layers count as outside.
struct Ends {
  bool first = true, last = true;
};

/// Bit i & 63 of word i >> 6 of row (j, k) is set when sample (i, j, k) is negative and not in the outermost layer.
/// Takes 1/32 of the field's memory and makes empty regions cost next to nothing. NaN counts as outside.
class SignBits {
 public:
  explicit SignBits(const Index3& size, Ends ends = {})
      : size_(size), ends_(ends), words_(std::size_t((size[0] + 63) / 64)), bits_(words_ * std::size_t(size[1]) * std::size_t(size[2])) {}

  std::size_t words() const { return words_; }
  const std::uint64_t* row(std::int64_t j, std::int64_t k) const {
    return bits_.data() + row_start(j, k);
  }
  /// Layers may be filled from several threads.
  void fill_layer(const FloatImage& field, std::int64_t k) {
    if ((k == 0 && ends_.first) || (k == size_[2] - 1 && ends_.last)) return;  // stays 0
    for (std::int64_t j = 1; j + 1 < size_[1]; ++j) {
      const float* sample = &field.at(0, j, k);
      std::uint64_t* out = &bits_[row_start(j, k)];
      for (std::size_t w = 0; w < words_; ++w) {
        const std::int64_t first = std::int64_t(w) * 64;
        const std::int64_t last = std::min<std::int64_t>(first + 64, size_[0]);
        std::uint64_t word = 0;
        for (std::int64_t i = first; i < last; ++i) word |= std::uint64_t(sample[i] < 0.0f) << (i - first);
        out[w] = word;
      }
      out[0] &= ~std::uint64_t(1);
      out[std::size_t(size_[0] - 1) / 64] &= ~(std::uint64_t(1) << ((size_[0] - 1) % 64));
    }
  }

 private:
  std::size_t row_start(std::int64_t j, std::int64_t k) const {
    return words_ * (std::size_t(j) + std::size_t(size_[1]) * std::size_t(k));
  }

  Index3 size_;
  Ends ends_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

/// The bits of samples i + 1 in place of i.
inline std::uint64_t shifted_word(const std::uint64_t* row, std::size_t w, std::size_t words) {
  return (row[w] >> 1) | (w + 1 < words ? row[w + 1] << 63 : 0);
}

/// Calls f(i) for every set bit, in ascending order.
template <class F>
void for_each_bit(std::uint64_t word, std::int64_t first, F&& f) {
  for (; word; word &= word - 1) f(first + std::countr_zero(word));
}

/// Calls f(i, case) for every cell (i, j, k) that the surface crosses, in ascending i.
template <class F>
void for_each_active_cell(const SignBits& bits, std::int64_t j, std::int64_t k, F&& f) {
  const std::uint64_t* row[4] = {bits.row(j, k), bits.row(j + 1, k), bits.row(j, k + 1), bits.row(j + 1, k + 1)};
  const std::size_t words = bits.words();
  for (std::size_t w = 0; w < words; ++w) {
    std::uint64_t near[4], far[4], any = 0, all = ~std::uint64_t(0);
    for (int r = 0; r < 4; ++r) {
      near[r] = row[r][w];
      any |= near[r];
      all &= near[r];
    }
    // The last column of samples is outside, so that a next word without a solid first bit adds nothing.
    std::uint64_t carry = 0;
    if (w + 1 < words)
      for (int r = 0; r < 4; ++r) carry |= row[r][w + 1] & 1;
    if (!any && !carry) continue;
    for (int r = 0; r < 4; ++r) {
      far[r] = shifted_word(row[r], w, words);
      any |= far[r];
      all &= far[r];
    }
    for_each_bit(any & ~all, std::int64_t(w) * 64, [&](std::int64_t i) {
      const int s = int(i & 63);
      unsigned solid = 0;
      for (int r = 0; r < 4; ++r)
        solid |= unsigned((near[r] >> s) & 1) << (2 * r) | unsigned((far[r] >> s) & 1) << (2 * r + 1);
      f(i, solid);
    });
  }
}

}  // namespace spongiosa::geometry::marching_cubes
