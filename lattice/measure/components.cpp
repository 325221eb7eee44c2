#include "lattice/measure/components.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

/// Membership of a sample: NaN is void, like everywhere else.
class Members {
 public:
  Members(const FloatImage& field, MaterialPhase phase, const FloatImage* zone) : field_(field), zone_(zone), solid_(phase == MaterialPhase::kSolid) {}
  bool operator()(std::size_t n) const { return (field_.data[n] < 0.0f) == solid_ && (!zone_ || zone_->data[n] < 0.0f); }

 private:
  const FloatImage& field_;
  const FloatImage* zone_;
  bool solid_;
};

/// Union-find with path halving; the smaller index is the root, so that the result does not depend on the order of joins.
class Union {
 public:
  explicit Union(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0u); }
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

struct Sums {
  std::int64_t samples = 0;
  double i = 0.0, j = 0.0, k = 0.0;
};

}  // namespace

PhaseComponents find_components(const FloatImage& field, MaterialPhase phase, const FloatImage* zone, const Progress& progress) {
  const auto [nx, ny, nz] = field.size;
  const Members member(field, phase, zone);
  progress.report(0.0, "finding connected pieces");
  std::vector<std::uint32_t> row_counts(std::size_t(ny * nz), 0);
  std::vector<std::vector<ComponentRun>> layers{std::size_t(nz)};
  tbb::parallel_for(std::int64_t(0), nz, [&, nx = nx, ny = ny](std::int64_t k) {
    auto& runs = layers[std::size_t(k)];
    for (std::int64_t j = 0; j < ny; ++j) {
      const std::size_t before = runs.size();
      const std::int64_t first = std::int64_t(field.offset(0, j, k));
      for (std::int64_t n = first; n < first + nx;) {
        if (!member(std::size_t(n))) {
          ++n;
          continue;
        }
        const std::int64_t begin = n;
        while (n < first + nx && member(std::size_t(n))) ++n;
        runs.push_back({begin, n, 0});
      }
      row_counts[std::size_t(j + ny * k)] = std::uint32_t(runs.size() - before);
    }
  });
  PhaseComponents result;
  std::vector<ComponentRun>& runs = result.runs;
  for (auto& layer : layers) {
    runs.insert(runs.end(), layer.begin(), layer.end());
    std::vector<ComponentRun>().swap(layer);
  }
  if (runs.size() >= std::numeric_limits<std::uint32_t>::max())
    fail_computation("there are {} runs of samples, more than this program can count; use a larger voxel", runs.size());
  std::vector<std::uint32_t> row_start(row_counts.size() + 1, 0);
  std::partial_sum(row_counts.begin(), row_counts.end(), row_start.begin() + 1);
  progress.report(0.3, "finding connected pieces");

  Union pieces(runs.size());
  const std::int64_t reach = phase == MaterialPhase::kSolid ? 0 : 1;  // 26 neighbours: also one sample further along the row
  const auto join_rows = [&](std::int64_t row, std::int64_t other, std::int64_t shift) {
    std::uint32_t a = row_start[std::size_t(row)], b = row_start[std::size_t(other)];
    const std::uint32_t a_end = row_start[std::size_t(row) + 1], b_end = row_start[std::size_t(other) + 1];
    while (a < a_end && b < b_end) {
      const std::int64_t b_begin = runs[b].begin + shift - reach, b_last = runs[b].end + shift + reach;
      if (runs[a].begin < b_last && b_begin < runs[a].end) pieces.join(a, b);
      (runs[a].end < runs[b].end + shift ? a : b) += 1;
    }
  };
  for (std::int64_t k = 0; k < nz; ++k)
    for (std::int64_t j = 0; j < ny; ++j) {
      const std::int64_t row = j + ny * k;
      if (j > 0) join_rows(row, row - 1, nx);
      if (k > 0) join_rows(row, row - ny, nx * ny);
      if (reach == 0 || k == 0) continue;
      if (j > 0) join_rows(row, row - ny - 1, nx * ny + nx);
      if (j + 1 < ny) join_rows(row, row - ny + 1, nx * ny - nx);
    }
  progress.report(0.7, "finding connected pieces");

  std::vector<std::uint32_t> number(runs.size(), 0);  // of a root's component, in the order of first samples
  std::vector<Sums> sums;
  const double voxel_mm3 = field.spacing_mm.prod();
  for (std::uint32_t n = 0; n < runs.size(); ++n) {
    const std::uint32_t root = pieces.root(n);
    const std::int64_t i = runs[n].begin % nx, j = runs[n].begin / nx % ny, k = runs[n].begin / (nx * ny), length = runs[n].end - runs[n].begin;
    if (root == n) {
      number[n] = std::uint32_t(sums.size());
      sums.emplace_back();
      result.components.emplace_back();
      result.components.back().sample_Patient = field.to_patient(Vec3(double(i), double(j), double(k)));
    }
    runs[n].component = number[root];
    Sums& sum = sums[number[root]];
    sum.samples += length;
    sum.i += double(length) * (double(i) + 0.5 * double(length - 1));
    sum.j += double(length) * double(j);
    sum.k += double(length) * double(k);
    if (i == 0 || i + length == nx || j == 0 || j + 1 == ny || k == 0 || k + 1 == nz) result.components[number[root]].at_border = true;
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    PhaseComponent& component = result.components[c];
    component.samples = sums[c].samples;
    component.volume_mm3 = double(sums[c].samples) * voxel_mm3;
    component.centroid_Patient = field.to_patient(Vec3(sums[c].i, sums[c].j, sums[c].k) / double(sums[c].samples));
  }
  std::vector<std::uint32_t> order(sums.size()), rank(sums.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return sums[a].samples > sums[b].samples; });
  std::vector<PhaseComponent> sorted;
  for (std::uint32_t n = 0; n < order.size(); ++n) {
    rank[order[n]] = n;
    sorted.push_back(result.components[order[n]]);
  }
  result.components.swap(sorted);
  for (ComponentRun& run : runs) run.component = rank[run.component];
  progress.report(1.0, "finding connected pieces");
  return result;
}

}  // namespace spongiosa::lattice
