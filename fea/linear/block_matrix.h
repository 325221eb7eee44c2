#pragma once
/// Sparse matrices of small dense blocks, and their products with several vectors at once.

#include <tbb/parallel_for.h>

#include <cstdint>
#include <vector>

namespace spongiosa::fea::linear {

/// Compressed rows; the columns of a row rise. A block has BR x BC numbers, row by row.
template <class Scalar, int BR, int BC>
struct BlockMatrix {
  std::vector<std::int64_t> first = {0};
  std::vector<std::int32_t> column;
  std::vector<Scalar> value;

  std::size_t rows() const { return first.size() - 1; }
  Scalar* block(std::int64_t k) { return value.data() + k * BR * BC; }
  const Scalar* block(std::int64_t k) const { return value.data() + k * BR * BC; }
  std::size_t bytes() const { return first.size() * 8 + column.size() * 4 + value.size() * sizeof(Scalar); }
};

/// y = A x, or y += A x, for `R` vectors side by side: number s of component c of node n stands at (n * BC + c) * R + s.
template <int R, bool kAdd = false, class Scalar, int BR, int BC, class Number>
void multiply(const BlockMatrix<Scalar, BR, BC>& a, const Number* x, Number* y) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, a.rows(), 256), [&](const tbb::blocked_range<std::size_t>& range) {
    for (std::size_t row = range.begin(); row < range.end(); ++row) {
      Number sum[BR * R];
      Number* target = y + row * BR * R;
      for (int i = 0; i < BR * R; ++i) sum[i] = kAdd ? target[i] : Number(0);
      for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
        const Scalar* block = a.block(k);
        const Number* from = x + std::size_t(a.column[std::size_t(k)]) * BC * R;
        for (int r = 0; r < BR; ++r)
          for (int c = 0; c < BC; ++c) {
            const Number factor = Number(block[r * BC + c]);
            for (int s = 0; s < R; ++s) sum[r * R + s] += factor * from[c * R + s];
          }
      }
      for (int i = 0; i < BR * R; ++i) target[i] = sum[i];
    }
  });
}

/// The same matrix with its blocks turned and its rows as columns.
template <class Scalar, int BR, int BC>
BlockMatrix<Scalar, BC, BR> transposed(const BlockMatrix<Scalar, BR, BC>& a, std::size_t columns) {
  BlockMatrix<Scalar, BC, BR> t;
  t.first.assign(columns + 1, 0);
  for (const std::int32_t c : a.column) ++t.first[std::size_t(c) + 1];
  for (std::size_t c = 0; c < columns; ++c) t.first[c + 1] += t.first[c];
  t.column.resize(a.column.size());
  t.value.resize(a.value.size());
  std::vector<std::int64_t> next(t.first.begin(), t.first.end() - 1);
  for (std::size_t row = 0; row < a.rows(); ++row)
    for (std::int64_t k = a.first[row]; k < a.first[row + 1]; ++k) {
      const std::int64_t at = next[std::size_t(a.column[std::size_t(k)])]++;
      t.column[std::size_t(at)] = std::int32_t(row);
      for (int r = 0; r < BR; ++r)
        for (int c = 0; c < BC; ++c) t.block(at)[c * BR + r] = a.block(k)[r * BC + c];
    }
  return t;
}

template <class To, class From, int BR, int BC>
BlockMatrix<To, BR, BC> converted(const BlockMatrix<From, BR, BC>& a) {
  return {a.first, a.column, std::vector<To>(a.value.begin(), a.value.end())};
}

}  // namespace spongiosa::fea::linear
