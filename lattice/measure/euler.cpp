#include "lattice/measure/components.h"

#include <tbb/parallel_for.h>

#include <bit>

namespace spongiosa::lattice {
namespace {

/// The solid samples of one row, one bit each.
void fill_row(const geometry::FloatImage& field, const geometry::FloatImage* zone, std::int64_t j, std::int64_t k, std::vector<std::uint64_t>& bits) {
  std::fill(bits.begin(), bits.end(), 0u);
  if (j >= field.size[1] || k >= field.size[2]) return;
  for (std::int64_t i = 0; i < field.size[0]; ++i) {
    const std::size_t n = field.offset(i, j, k);
    bits[std::size_t(i >> 6)] |= std::uint64_t(field.data[n] < 0.0f && (!zone || zone->data[n] < 0.0f)) << (i & 63);
  }
}

}  // namespace

std::int64_t euler_number(const geometry::FloatImage& field, const geometry::FloatImage* zone) {
  std::vector<std::int64_t> of_layer(std::size_t(field.size[2]), 0);
  tbb::parallel_for(std::int64_t(0), field.size[2], [&](std::int64_t k) {
    const std::size_t words = std::size_t((field.size[0] + 63) / 64);
    // Rows (j, k), (j + 1, k), (j, k + 1), (j + 1, k + 1).
    std::vector<std::uint64_t> row[4];
    for (auto& bits : row) bits.resize(words);
    fill_row(field, zone, 0, k, row[1]);
    fill_row(field, zone, 0, k + 1, row[3]);
    std::int64_t sum = 0;
    for (std::int64_t j = 0; j < field.size[1]; ++j) {
      row[0].swap(row[1]);
      row[2].swap(row[3]);
      fill_row(field, zone, j + 1, k, row[1]);
      fill_row(field, zone, j + 1, k + 1, row[3]);
      for (std::size_t w = 0; w < words; ++w) {
        // Each with itself moved by one sample along x.
        const auto along_x = [&](const std::vector<std::uint64_t>& r) { return r[w] & ((r[w] >> 1) | (w + 1 < words ? r[w + 1] << 63 : 0)); };
        const std::uint64_t a = row[0][w], ab = a & row[1][w], ac = a & row[2][w], abcd = ab & row[2][w] & row[3][w];
        const std::uint64_t xa = along_x(row[0]), xab = xa & along_x(row[1]), xac = xa & along_x(row[2]);
        const std::uint64_t xabcd = xab & along_x(row[2]) & along_x(row[3]);
        sum += std::popcount(a) - std::popcount(xa) - std::popcount(ab) - std::popcount(ac);
        sum += std::popcount(xab) + std::popcount(xac) + std::popcount(abcd) - std::popcount(xabcd);
      }
    }
    of_layer[std::size_t(k)] = sum;
  });
  std::int64_t euler = 0;
  for (const std::int64_t sum : of_layer) euler += sum;
  return euler;
}

}  // namespace spongiosa::lattice
