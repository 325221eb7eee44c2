#include "lattice/build/part_volumes.h"

#include "geometry/levelset/plane_share.h"
#include "geometry/surface/marching_cubes.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <functional>

namespace spongiosa::lattice {

using geometry::FloatImage;

namespace {

constexpr std::int64_t kStack = 32;
constexpr int kBatch = 256;
constexpr std::int64_t kBorderStride = 4;  ///< a mean weight is smooth: some of the rows do
using Floats = std::array<float, kBatch>;

/// Calls visit(layers, first) for stacks of layers that overlap by one.
void for_each_stack(const PartGrid& grid, const Progress& progress, const char* message,
                    const std::function<void(FloatImage& stack, std::int64_t first)>& visit) {
  FloatImage stack;
  for (std::int64_t first = 0; first + 1 < grid.size[2]; first += kStack) {
    const std::int64_t last = std::min(first + kStack, grid.size[2] - 1);
    std::vector<float> kept = std::move(stack.data);
    stack = grid.layers(first, last - first + 1);
    stack.data = std::move(kept);
    stack.data.resize(std::size_t(product(stack.size)));
    progress.report(double(first) / double(grid.size[2]), message);
    visit(stack, first);
  }
}

/// Appends the layer above, so that the slopes of the stack's last layer have both neighbours: the next stack's voxels begin
/// above it.
template <class Evaluate>
void add_layer_above(const PartGrid& grid, FloatImage& stack, std::int64_t first, const Evaluate& evaluate) {
  const std::int64_t next = first + stack.size[2];
  if (next >= grid.size[2]) return;
  const std::size_t values = stack.data.size();
  stack.data.resize(values + std::size_t(grid.size[0] * grid.size[1]));
  evaluate(next, 1, &stack.data[values]);
  ++stack.size[2];
}

/// Share of a voxel where max(a, b) is negative, below the plane of its value and central differences.
float share_below(const FloatImage& a, const FloatImage* b, std::int64_t n, float voxel) {
  const std::int64_t step[3] = {1, a.size[0], a.size[0] * a.size[1]};
  const auto value = [&](std::int64_t at) {
    const float v = a.data[std::size_t(at)];
    return b ? std::max(v, b->data[std::size_t(at)]) : v;
  };
  const float centre = value(n);
  if (centre > 2.0f * voxel) return 0.0f;
  if (centre < -2.0f * voxel) return 1.0f;
  double slope[3];
  for (int axis = 0; axis < 3; ++axis) slope[axis] = 0.5 * double(value(n + step[axis]) - value(n - step[axis]));
  return float(geometry::share_below_plane(centre, slope[0], slope[1], slope[2]));
}

/// Points of a row that lie in the envelope, up to 256 at a time, with the share of their voxel in it.
struct Batch {
  int n = 0;
  Floats x, y, z, in_envelope;
  std::array<std::int64_t, kBatch> at;
};

/// Sums over the voxels of a stack, without its first and last layer: row by row in a fixed order, so that they are the same
/// for any thread count. `add(batch, sums)` adds to `total.size()` sums.
/// @param stride  1: all rows; 4: a quarter of them
template <class Add>
void add_rows(const PartField& part, const FloatImage& envelope, std::int64_t first, std::int64_t stride, std::vector<double>& total, const Add& add) {
  const PartGrid& grid = part.grid();
  const std::int64_t ny = envelope.size[1], rows = ny * (envelope.size[2] - 2);
  const std::size_t width = total.size();
  std::vector<double> of_row(std::size_t(std::max<std::int64_t>(rows, 0)) * width, 0.0);
  tbb::parallel_for(std::int64_t(0), rows, [&](std::int64_t row) {
    const std::int64_t j = row % ny, k = 1 + row / ny;
    if (j == 0 || j + 1 == ny || (j + first + k) % stride != 0) return;
    Batch batch;
    batch.y.fill(float(grid.first_Frame[1] + grid.voxel_mm * double(j)));
    batch.z.fill(float(grid.first_Frame[2] + grid.voxel_mm * double(first + k)));
    for (std::int64_t i = 1; i + 1 < envelope.size[0];) {
      batch.n = 0;
      for (; i + 1 < envelope.size[0] && batch.n < kBatch; ++i) {
        const std::int64_t at = std::int64_t(envelope.offset(i, j, k));
        const float inside = share_below(envelope, nullptr, at, float(grid.voxel_mm));
        if (inside == 0.0f) continue;
        const auto n = std::size_t(batch.n++);
        batch.in_envelope[n] = inside;
        batch.at[n] = at;
        batch.x[n] = float(grid.first_Frame[0] + grid.voxel_mm * double(i));
      }
      if (batch.n > 0) add(batch, &of_row[std::size_t(row) * width]);
    }
  });
  for (std::size_t n = 0; n < of_row.size(); ++n) total[n % width] += of_row[n];
}

/// Shares of all zones at the points of a batch.
class Shares {
 public:
  Shares(const PartField& part, const Batch& batch) : values_(part.zones().size()), rows_(part.zones().size()) {
    for (std::size_t zone = 0; zone < rows_.size(); ++zone) rows_[zone] = values_[zone].data();
    part.shares(batch.n, batch.x.data(), batch.y.data(), batch.z.data(), rows_.data());
  }
  double operator()(std::size_t zone, int n) const { return values_[zone][std::size_t(n)]; }

 private:
  std::vector<Floats> values_;
  std::vector<float*> rows_;
};

/// Shares the solid of a voxel out among its zones: in a voxel that a solid or empty zone shares with lattices, it is as full or
/// empty as it is everywhere, and the lattices have the rest.
template <class Share>
void add_solid(const std::vector<Zone>& zones, double solid, double in_envelope, const Share& share, double* sum) {
  double lattices = 0.0, left = solid;
  for (std::size_t zone = 0; zone < zones.size(); ++zone)
    if (zones[zone].fill == ZoneFill::kLattice) lattices += share(zone);
  if (lattices == 0.0) {
    for (std::size_t zone = 0; zone < zones.size(); ++zone) sum[zone] += share(zone) * solid;
    return;
  }
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    if (zones[zone].fill != ZoneFill::kSolid) continue;
    const double full = share(zone) * in_envelope;
    sum[zone] += full;
    left -= full;
  }
  for (std::size_t zone = 0; zone < zones.size(); ++zone)
    if (zones[zone].fill == ZoneFill::kLattice) sum[zone] += share(zone) / lattices * left;
}

double voxel_mm3(const PartGrid& grid) { return grid.voxel_mm * grid.voxel_mm * grid.voxel_mm; }

}  // namespace

double porous_zone_mm3(const PartField& part, const Progress& progress) {
  geometry::VolumeOfLayers porous(part.grid().image());
  for_each_stack(part.grid(), progress, "measuring the zones", [&](FloatImage& stack, std::int64_t first) {
    part.envelope(first, stack.size[2], stack.data.data());
    porous.add(stack, first, Progress());
  });
  return porous.mm3();
}

EnvelopeVolumes measure_envelope(const PartField& part, const Progress& progress) {
  const PartGrid& grid = part.grid();
  const std::size_t zones = part.zones().size();
  geometry::VolumeOfLayers porous(grid.image()), solid(grid.image());
  const bool one_density = zones == 1 && part.zones()[0].density->is_constant();
  std::vector<double> sums(2 * zones, 0.0), borders(2 * zones, 0.0);
  FloatImage solid_stack;
  for_each_stack(grid, progress, "measuring the zones", [&](FloatImage& stack, std::int64_t first) {
    solid_stack = grid.layers(first, stack.size[2]);
    solid_stack.data.resize(stack.data.size());
    part.envelopes(first, stack.size[2], stack.data.data(), solid_stack.data.data());
    solid.add(solid_stack, first, Progress());
    porous.add(stack, first, Progress());
    const auto add_borders = [&](const Batch& batch, double* sum) {
      const Shares share(part, batch);
      std::vector<Floats> border(zones);
      std::vector<float*> rows;
      for (Floats& row : border) rows.push_back(row.data());
      Floats depth;
      for (std::size_t n = 0; n < std::size_t(batch.n); ++n) depth[n] = -stack.data[std::size_t(batch.at[n])];
      part.border_weights(batch.n, batch.x.data(), batch.y.data(), batch.z.data(), depth.data(), rows.data());
      for (std::size_t zone = 0; zone < zones; ++zone)
        for (int n = 0; n < batch.n; ++n) {
          const double volume = share(zone, n) * batch.in_envelope[std::size_t(n)];
          sum[2 * zone] += volume;
          sum[2 * zone + 1] += volume * border[zone][std::size_t(n)];
        }
    };
    add_rows(part, stack, first, kBorderStride, borders, add_borders);
    if (one_density) return;
    add_layer_above(grid, stack, first, [&](std::int64_t k, std::int64_t n, float* out) { part.envelope(k, n, out); });
    add_rows(part, stack, first, 1, sums, [&](const Batch& batch, double* sum) {
      const Shares share(part, batch);
      Floats density;
      for (std::size_t zone = 0; zone < zones; ++zone) {
        const Zone& what = part.zones()[zone];
        density.fill(what.fill == ZoneFill::kSolid ? 1.0f : 0.0f);
        if (what.fill == ZoneFill::kLattice)
          what.density->evaluate(batch.n, batch.x.data(), batch.y.data(), batch.z.data(), density.data());
        for (int n = 0; n < batch.n; ++n) {
          const double volume = share(zone, n) * batch.in_envelope[std::size_t(n)];
          sum[2 * zone] += volume;
          sum[2 * zone + 1] += volume * density[std::size_t(n)];
        }
      }
    });
  });
  EnvelopeVolumes result{porous.mm3(), solid.mm3(), {}};
  for (std::size_t zone = 0; zone < zones; ++zone) {
    const double volume = borders[2 * zone], border = borders[2 * zone + 1];
    result.zones.push_back({sums[2 * zone] * voxel_mm3(grid), sums[2 * zone + 1] * voxel_mm3(grid), volume > 0.0 ? border / volume : 0.0});
  }
  if (one_density) {
    result.zones[0].volume_mm3 = porous.mm3();
    result.zones[0].wanted_mm3 = porous.mm3() * part.zones()[0].density->value(Vec3::Zero());
  }
  return result;
}

PartVolumes measure_part(const PartField& part, const Progress& progress) {
  const PartGrid& grid = part.grid();
  const std::size_t zones = part.zones().size();
  geometry::VolumeOfLayers solid(grid.image());
  SolidPieces pieces(grid.size);
  std::vector<double> sums(zones, 0.0);
  for_each_stack(grid, progress, "measuring the part", [&](FloatImage& stack, std::int64_t first) {
    part.evaluate(first, stack.size[2], stack.data.data());
    solid.add(stack, first, Progress());
    // The stack's last layer comes again as the first of the next.
    const bool last = first + stack.size[2] == grid.size[2];
    pieces.add(first, stack.size[2] - (last ? 0 : 1), stack.data.data());
    if (zones == 1) return;
    add_layer_above(grid, stack, first, [&](std::int64_t k, std::int64_t n, float* out) { part.evaluate(k, n, out); });
    FloatImage envelope = grid.layers(first, stack.size[2]);
    envelope.allocate();
    part.envelope(first, stack.size[2], envelope.data.data());
    add_rows(part, envelope, first, 1, sums, [&](const Batch& batch, double* sum) {
      const Shares share(part, batch);
      for (int n = 0; n < batch.n; ++n) {
        const double volume = share_below(stack, &envelope, batch.at[std::size_t(n)], float(grid.voxel_mm));
        add_solid(part.zones(), volume, batch.in_envelope[std::size_t(n)], [&](std::size_t zone) { return share(zone, n); }, sum);
      }
    });
  });
  PartVolumes result{solid.mm3(), {}, std::move(pieces)};
  if (zones > 1)
    for (const double sum : sums) result.zone_solid_mm3.push_back(sum * voxel_mm3(grid));
  return result;
}

}  // namespace spongiosa::lattice
