#include "fea/micro/block_matrix.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>

#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

namespace {

using Range = tbb::blocked_range<std::int32_t>;
constexpr std::int32_t kGrain = 512;

[[gnu::always_inline]] inline Float4 row_times(const std::int64_t* begin, const std::int32_t* column, const float* value, const Float4* x,
                                               std::int32_t row) {
  Float4 sum = {0, 0, 0, 0};
  for (std::int64_t k = begin[row]; k < begin[row + 1]; ++k) sum += times(value + 9 * k, x[column[k]]);
  return sum;
}

SPONGIOSA_SIMD_CLONES void multiply_rows(const std::int64_t* begin, const std::int32_t* column, const float* value, const Float4* x,
                                         const Float4* b, Float4* y, std::int32_t from, std::int32_t to) {
  for (std::int32_t r = from; r < to; ++r) {
    const Float4 sum = row_times(begin, column, value, x, r);
    y[r] = (b ? b[r] - sum : sum) * kThree;
  }
}
SPONGIOSA_SIMD_CLONES void smooth_rows(const std::int64_t* begin, const std::int32_t* column, const float* value, const float* inverse,
                                       const Float4* x, Float4* x_old, const Float4* b, float momentum, float step, std::int32_t from,
                                       std::int32_t to) {
  for (std::int32_t r = from; r < to; ++r) {
    const Float4 residual = b[r] - row_times(begin, column, value, x, r);
    x_old[r] = (x[r] + momentum * (x[r] - x_old[r]) + step * times(inverse + 9L * r, residual)) * kThree;
  }
}

}  // namespace

BlockMatrix::BlockMatrix(const CoarseMesh& mesh, const ElementRows& element_rows) {
  const std::size_t count = std::size_t(mesh.node_count);
  std::vector<std::int64_t> around(count + 1, 0);
  for (const auto& nodes : mesh.nodes)
    for (const std::int32_t n : nodes) ++around[std::size_t(n) + 1];
  for (std::size_t n = 0; n < count; ++n) around[n + 1] += around[n];
  std::vector<std::int64_t> corner(8 * mesh.element_count());  // 8 element + corner
  {
    std::vector<std::int64_t> next(around.begin(), around.end() - 1);
    for (std::size_t e = 0; e < mesh.element_count(); ++e)
      for (std::size_t a = 0; a < 8; ++a) corner[std::size_t(next[std::size_t(mesh.nodes[e][a])]++)] = std::int64_t(8 * e + a);
  }
  const auto columns_of = [&](std::size_t n, std::vector<std::int32_t>& columns) {
    columns.clear();
    for (std::int64_t i = around[n]; i < around[n + 1]; ++i)
      for (const std::int32_t m : mesh.nodes[std::size_t(corner[std::size_t(i)] / 8)]) columns.push_back(m);
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  };
  begin_.assign(count + 1, 0);
  const auto for_nodes = [&](const auto& work) {
    tbb::parallel_for(Range(0, mesh.node_count, kGrain), [&](const Range& range) {
      std::vector<std::int32_t> columns;
      for (std::int32_t n = range.begin(); n < range.end(); ++n) {
        columns_of(std::size_t(n), columns);
        work(std::size_t(n), columns);
      }
    });
  };
  for_nodes([&](std::size_t n, const std::vector<std::int32_t>& columns) { begin_[n + 1] = std::int64_t(columns.size()); });
  for (std::size_t n = 0; n < count; ++n) begin_[n + 1] += begin_[n];
  column_.resize(std::size_t(begin_[count]));
  value_.assign(9 * column_.size() + 4, 0.0f);
  for_nodes([&](std::size_t n, const std::vector<std::int32_t>& columns) {
    std::copy(columns.begin(), columns.end(), column_.begin() + begin_[n]);
    float rows[3][24];
    for (std::int64_t i = around[n]; i < around[n + 1]; ++i) {
      const std::size_t e = std::size_t(corner[std::size_t(i)] / 8);
      element_rows(e, int(corner[std::size_t(i)] % 8), rows);
      for (std::size_t a = 0; a < 8; ++a) {
        const std::int32_t m = mesh.nodes[e][a];
        const std::size_t at = std::size_t(begin_[n] + (std::lower_bound(columns.begin(), columns.end(), m) - columns.begin()));
        for (std::size_t r = 0; r < 3; ++r)
          for (std::size_t c = 0; c < 3; ++c)
            if (!(mesh.fixed[n] >> r & 1) && !(mesh.fixed[std::size_t(m)] >> c & 1)) value_[9 * at + 3 * c + r] += rows[r][3 * a + c];
      }
    }
  });
  std::vector<float> diagonal(9 * count);
  for (std::size_t n = 0; n < count; ++n) {
    const auto own = std::lower_bound(column_.begin() + begin_[n], column_.begin() + begin_[n + 1], std::int32_t(n));
    std::copy_n(value_.begin() + 9 * (own - column_.begin()), 9, diagonal.begin() + std::ptrdiff_t(9 * n));
  }
  invert_diagonal(mesh, diagonal);
}

std::int64_t BlockMatrix::bytes() const {
  return std::int64_t(begin_.size() * 8 + column_.size() * 4 + value_.size() * 4 + inverse_.size() * 4);
}

void BlockMatrix::multiply(const CoarseVector& x, CoarseVector& y) const {
  tbb::parallel_for(Range(0, rows(), kGrain), [&](const Range& range) {
    multiply_rows(begin_.data(), column_.data(), value_.data(), x.data(), nullptr, y.data(), range.begin(), range.end());
  });
}
void BlockMatrix::residual(const CoarseVector& x, const CoarseVector& b, CoarseVector& r) const {
  tbb::parallel_for(Range(0, rows(), kGrain), [&](const Range& range) {
    multiply_rows(begin_.data(), column_.data(), value_.data(), x.data(), b.data(), r.data(), range.begin(), range.end());
  });
}
void BlockMatrix::smooth(const CoarseVector& x, CoarseVector& x_old, const CoarseVector& b, float momentum, float step) const {
  tbb::parallel_for(Range(0, rows(), kGrain), [&](const Range& range) {
    smooth_rows(begin_.data(), column_.data(), value_.data(), inverse_.data(), x.data(), x_old.data(), b.data(), momentum, step,
                range.begin(), range.end());
  });
}

}  // namespace spongiosa::fea::micro
