#include "lattice/build/islands.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <limits>
#include <numeric>

namespace spongiosa::lattice {
namespace {

/// Consecutive solid samples of one row: [begin, end) in the whole field.
struct Run {
  std::int64_t begin, end;
};

std::vector<Run> runs_of_layer(const geometry::FloatImage& field, std::int64_t k, std::vector<std::uint32_t>& row_counts) {
  std::vector<Run> runs;
  for (std::int64_t j = 0; j < field.size[1]; ++j) {
    const std::int64_t first = std::int64_t(field.offset(0, j, k)), last = first + field.size[0];
    const std::size_t before = runs.size();
    for (std::int64_t n = first; n < last;) {
      if (!(field.data[std::size_t(n)] < 0.0f)) {
        ++n;
        continue;
      }
      const std::int64_t begin = n;
      while (n < last && field.data[std::size_t(n)] < 0.0f) ++n;
      runs.push_back({begin, n});
    }
    row_counts[std::size_t(j + field.size[1] * k)] = std::uint32_t(runs.size() - before);
  }
  return runs;
}

/// Union-find with path halving; the smaller index is the root, so that the result does not depend on the order of joins.
class Pieces {
 public:
  explicit Pieces(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
  std::uint32_t root(std::uint32_t n) {
    while (parent_[n] != n) n = parent_[n] = parent_[parent_[n]];
    return n;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

std::int64_t remove_islands(geometry::FloatImage& field) {
  const auto [nx, ny, nz] = field.size;
  std::vector<std::uint32_t> row_counts(std::size_t(ny * nz), 0);
  std::vector<std::vector<Run>> layers{std::size_t(nz)};
  tbb::parallel_for(std::int64_t(0), nz, [&](std::int64_t k) { layers[std::size_t(k)] = runs_of_layer(field, k, row_counts); });
  std::vector<Run> runs;
  for (auto& layer : layers) {
    runs.insert(runs.end(), layer.begin(), layer.end());
    std::vector<Run>().swap(layer);
  }
  if (runs.empty()) return 0;
  if (runs.size() >= std::numeric_limits<std::uint32_t>::max())
    fail_computation("the part has {} runs of solid samples, more than this program can count; use a larger voxel", runs.size());
  std::vector<std::uint32_t> row_start(row_counts.size() + 1, 0);
  std::partial_sum(row_counts.begin(), row_counts.end(), row_start.begin() + 1);

  Pieces pieces(runs.size());
  const auto join_rows = [&](std::int64_t row, std::int64_t other, std::int64_t shift) {
    std::uint32_t a = row_start[std::size_t(row)], b = row_start[std::size_t(other)];
    const std::uint32_t a_end = row_start[std::size_t(row) + 1], b_end = row_start[std::size_t(other) + 1];
    while (a < a_end && b < b_end) {
      // `shift` samples lie between the two rows: overlap means that a sample of one is the neighbour of one of the other.
      if (runs[a].begin < runs[b].end + shift && runs[b].begin + shift < runs[a].end) pieces.join(a, b);
      (runs[a].end < runs[b].end + shift ? a : b) += 1;
    }
  };
  for (std::int64_t k = 0; k < nz; ++k)
    for (std::int64_t j = 0; j < ny; ++j) {
      const std::int64_t row = j + ny * k;
      if (j > 0) join_rows(row, row - 1, nx);
      if (k > 0) join_rows(row, row - ny, nx * ny);
    }

  std::vector<std::int64_t> samples(runs.size(), 0);
  for (std::uint32_t n = 0; n < runs.size(); ++n) samples[pieces.root(n)] += runs[n].end - runs[n].begin;
  std::uint32_t largest = 0;
  std::int64_t count = 0;
  for (std::uint32_t n = 0; n < runs.size(); ++n) {
    if (samples[n] > 0) ++count;
    if (samples[n] > samples[largest]) largest = n;
  }
  for (std::uint32_t n = 0; n < runs.size(); ++n) {
    if (pieces.root(n) == largest) continue;
    for (std::int64_t i = runs[n].begin; i < runs[n].end; ++i) field.data[std::size_t(i)] = -field.data[std::size_t(i)];
  }
  return count - 1;
}

}  // namespace spongiosa::lattice
