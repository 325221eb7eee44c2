#include "lattice/build/islands.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace spongiosa::lattice {
namespace {

using Run = RemovedSamples::Run;

/// Union-find with path halving; the smaller index is the root, so that the result does not depend on the order of joins.
class Forest {
 public:
  explicit Forest(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
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

SolidPieces::SolidPieces(const Index3& size) : size_(size) {}

void SolidPieces::add(std::int64_t first_layer, std::int64_t layers, const float* field) {
  SPONGIOSA_ASSERT(first_layer == next_layer_ && first_layer + layers <= size_[2]);
  next_layer_ += layers;
  const auto [nx, ny, nz] = size_;
  std::vector<std::vector<Run>> found{std::size_t(layers)};
  std::vector<std::uint32_t> row_counts(std::size_t(layers * ny), 0);
  tbb::parallel_for(std::int64_t(0), layers, [&, nx = nx, ny = ny](std::int64_t k) {
    std::vector<Run>& runs = found[std::size_t(k)];
    for (std::int64_t j = 0; j < ny; ++j) {
      const float* row = field + nx * (j + ny * k);
      const std::int64_t base = nx * (j + ny * (first_layer + k));
      const std::size_t before = runs.size();
      for (std::int64_t i = 0; i < nx;) {
        if (!(row[i] < 0.0f)) {
          ++i;
          continue;
        }
        const std::int64_t begin = i;
        while (i < nx && row[i] < 0.0f) ++i;
        runs.push_back({base + begin, base + i});
      }
      row_counts[std::size_t(j + ny * k)] = std::uint32_t(runs.size() - before);
    }
  });
  for (const auto& layer : found) runs_.insert(runs_.end(), layer.begin(), layer.end());
  if (runs_.size() >= std::numeric_limits<std::uint32_t>::max())
    fail_computation("the part has {} runs of solid samples, more than this program can count; use a larger voxel", runs_.size());
  for (const std::uint32_t count : row_counts) row_start_.push_back(row_start_.back() + count);
}

SolidPieces::Islands SolidPieces::islands() const {
  SPONGIOSA_ASSERT(next_layer_ == size_[2]);
  Islands result;
  if (runs_.empty()) return result;
  const auto [nx, ny, nz] = size_;
  Forest forest(runs_.size());
  const auto join_rows = [&](std::int64_t row, std::int64_t other, std::int64_t shift) {
    std::uint32_t a = row_start_[std::size_t(row)], b = row_start_[std::size_t(other)];
    const std::uint32_t a_end = row_start_[std::size_t(row) + 1], b_end = row_start_[std::size_t(other) + 1];
    while (a < a_end && b < b_end) {
      // `shift` samples lie between the two rows: overlap means that a sample of one is the neighbour of one of the other.
      if (runs_[a].begin < runs_[b].end + shift && runs_[b].begin + shift < runs_[a].end) forest.join(a, b);
      (runs_[a].end < runs_[b].end + shift ? a : b) += 1;
    }
  };
  for (std::int64_t k = 0; k < nz; ++k)
    for (std::int64_t j = 0; j < ny; ++j) {
      const std::int64_t row = j + ny * k;
      if (j > 0) join_rows(row, row - 1, nx);
      if (k > 0) join_rows(row, row - ny, nx * ny);
    }

  std::vector<std::int64_t> samples(runs_.size(), 0);
  for (std::uint32_t n = 0; n < runs_.size(); ++n) samples[forest.root(n)] += runs_[n].end - runs_[n].begin;
  const std::uint32_t largest = std::uint32_t(std::max_element(samples.begin(), samples.end()) - samples.begin());

  std::vector<std::uint32_t> piece_of(runs_.size(), 0);
  std::vector<Run> removed;
  for (std::uint32_t n = 0; n < runs_.size(); ++n) {
    const std::uint32_t root = forest.root(n);
    if (root == largest) continue;
    if (root == n) {  // roots come first among their runs
      piece_of[n] = std::uint32_t(result.pieces.size());
      result.pieces.push_back({samples[n], Vec3::Zero()});
    }
    const Run& run = runs_[n];
    const double length = double(run.end - run.begin);
    const Vec3 middle(double(run.begin % nx) + 0.5 * (length - 1.0), double(run.begin / nx % ny), double(run.begin / (nx * ny)));
    result.pieces[piece_of[root]].centre_Index += length * middle;
    removed.push_back(run);
  }
  for (SolidPiece& piece : result.pieces) piece.centre_Index /= double(piece.samples);
  std::stable_sort(result.pieces.begin(), result.pieces.end(),
                   [](const SolidPiece& a, const SolidPiece& b) { return a.samples > b.samples; });
  result.samples = RemovedSamples(std::move(removed));
  return result;
}

}  // namespace spongiosa::lattice
