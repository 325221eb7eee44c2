#include "lattice/build/part_field.h"

#include "core/error.h"
#include "core/progress.h"
#include "lattice/build/distance_kernel.h"
#include "geometry/levelset/plane_share.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::lattice {

using geometry::FloatImage;
using geometry::LevelSet;

namespace {

constexpr int kBatch = 256;
using Floats = std::array<float, kBatch>;

/// A porous region may be given cut off at the body's faces. Where it ends only because `body` ends (they agree there), its
/// boundary is open: the lattice is cut by the body's face alone. Without this, min(|body|, cell) would pull the surface of
/// every strut aside at the faces.
constexpr float kSame_mm = 1e-5f;

float outside_porous(float body, float porous, float voxel) {
  return std::max(body, porous <= body + kSame_mm ? std::max(-porous, voxel) : -porous);
}

/// Cells are cut in all ways: of the pieces nearer to a border than half of this most belong to cut cells, of those beyond it most to whole ones.
constexpr double kBorderReach_cells = 0.75;
/// A zone with less border than this cannot be corrected there.
constexpr double kLeastBorderShare = 0.02;

float smooth_step(float t) {
  t = std::clamp(t, 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

/// Share (0..1) of a zone, by its region's value.
float weight_of(const Zone& zone, float region) {
  if (zone.transition_mm <= 0.0) return region < 0.0f ? 1.0f : 0.0f;
  return smooth_step(0.5f - region / float(zone.transition_mm));
}

/// Turns a region's values at the centres of voxels into the share of each voxel in the region: below the plane of value and
/// slopes where the surface is near. Regions are in mm there.
void voxel_shares(const Field& region, float voxel, int n, const float* x, const float* y, const float* z, float* value) {
  alignas(32) Floats at[3], up, down, slope[3];
  std::array<int, kBatch> near;
  int count = 0;
  for (int m = 0; m < n; ++m) {
    if (std::abs(value[m]) > 2.0f * voxel) {
      value[m] = value[m] < 0.0f ? 1.0f : 0.0f;
      continue;
    }
    at[0][std::size_t(count)] = x[m];
    at[1][std::size_t(count)] = y[m];
    at[2][std::size_t(count)] = z[m];
    near[std::size_t(count++)] = m;
  }
  if (count == 0) return;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (int m = 0; m < count; ++m) at[axis][std::size_t(m)] += 0.5f * voxel;
    region.evaluate(count, at[0].data(), at[1].data(), at[2].data(), up.data());
    for (int m = 0; m < count; ++m) at[axis][std::size_t(m)] -= voxel;
    region.evaluate(count, at[0].data(), at[1].data(), at[2].data(), down.data());
    for (int m = 0; m < count; ++m) {
      at[axis][std::size_t(m)] += 0.5f * voxel;
      slope[axis][std::size_t(m)] = up[std::size_t(m)] - down[std::size_t(m)];
    }
  }
  for (int m = 0; m < count; ++m) {
    float& v = value[near[std::size_t(m)]];
    v = float(geometry::share_below_plane(v, slope[0][std::size_t(m)], slope[1][std::size_t(m)], slope[2][std::size_t(m)]));
  }
}

/// Points of a lattice zone. @param border  weights of Zone::border_shift
struct LatticePoints {
  int n;
  const float *x, *y, *z, *border;

  LatticePoints range(int first, int last) const { return {last - first, x + first, y + first, z + first, border + first}; }
};

/// Density with its corrections.
void corrected_density(const Zone& zone, const LatticePoints& at, float* density) {
  zone.density->evaluate(at.n, at.x, at.y, at.z, density);
  const float everywhere = float(zone.density_shift), at_border = float(zone.border_shift);
  for (int i = 0; i < at.n; ++i) density[i] += everywhere + at_border * at.border[i];
}

/// Levels of a lattice zone's cell.
void cell_levels(const Zone& zone, const LatticePoints& at, float* level) {
  const bool corrected = zone.border_shift != 0.0 && std::any_of(at.border, at.border + at.n, [](float w) { return w > 0.0f; });
  if (zone.density->is_constant() && !corrected) {
    zone.density->evaluate(1, at.x, at.y, at.z, level);
    zone.level->levels(1, level, float(zone.density_shift), level);
    std::fill(level + 1, level + at.n, level[0]);
  } else {
    corrected_density(zone, at, level);
    zone.level->levels(at.n, level, 0.0f, level);
  }
}

/// First-order distance, mm, at n points of a lattice zone's cells as `map` lays them out.
void cells_distance(const Zone& zone, const PhaseMap& map, const LatticePoints& at, float* distance) {
  const int n = at.n;
  alignas(32) Floats u[3], gradient[3], jacobian[9], level;
  float* const u_of[3] = {u[0].data(), u[1].data(), u[2].data()};
  float* const j_of[9] = {jacobian[0].data(), jacobian[1].data(), jacobian[2].data(), jacobian[3].data(), jacobian[4].data(),
                          jacobian[5].data(), jacobian[6].data(), jacobian[7].data(), jacobian[8].data()};
  const Mat3* constant = map.constant_jacobian();
  map.evaluate(n, at.x, at.y, at.z, u_of, constant ? nullptr : j_of);
  if (zone.blend) {
    alignas(32) Floats weight;
    corrected_density(zone, at, level.data());
    zone.weight->evaluate(n, at.x, at.y, at.z, weight.data());
    for (int i = 0; i < n; ++i)
      level[std::size_t(i)] = std::clamp(level[std::size_t(i)], float(CellBlend::least_density()), float(CellBlend::most_density()));
    zone.blend->evaluate({n, u_of[0], u_of[1], u_of[2], weight.data(), level.data(), distance, gradient[0].data(), gradient[1].data(),
                          gradient[2].data()});
  } else {
    cell_levels(zone, at, level.data());
    zone.cell->evaluate({n, u_of[0], u_of[1], u_of[2], level.data(), distance, gradient[0].data(), gradient[1].data(), gradient[2].data()});
  }
  const float farthest = float(0.25 * zone.cell_size_mm);
  if (constant) {
    const Vec3f inverse_edges = constant->rowwise().norm().cast<float>();
    distance_of_values(n, gradient[0].data(), gradient[1].data(), gradient[2].data(), inverse_edges, kLeastGradient, farthest, distance);
  } else {
    distance_of_values(n, gradient[0].data(), gradient[1].data(), gradient[2].data(), j_of, kLeastGradient, farthest, distance);
  }
}

/// The least range that holds all positive values.
std::pair<int, int> positive_range(int n, const float* value) {
  int first = 0, last = n;
  while (first < last && !(value[first] > 0.0f)) ++first;
  while (last > first && !(value[last - 1] > 0.0f)) --last;
  return {first, last};
}

/// First-order distance, mm, of a lattice zone.
void lattice_distance(const Zone& zone, const LatticePoints& at, float* distance) {
  if (!zone.layers) return cells_distance(zone, *zone.map, at, distance);
  alignas(32) Floats reach, chart;
  std::fill_n(distance, at.n, float(0.25 * zone.cell_size_mm));
  for (int c = 0; c < zone.layers->charts(); ++c) {
    zone.layers->reach(c, at.n, at.x, at.y, at.z, reach.data());
    const auto [first, last] = positive_range(at.n, reach.data());
    if (first == last) continue;
    cells_distance(zone, zone.layers->phases(c), at.range(first, last), &chart[std::size_t(first)]);
    for (int i = first; i < last; ++i) {
      const float to_end = reach[std::size_t(i)];
      distance[i] = std::min(distance[i], std::max(chart[std::size_t(i)] + zone.layers->end_taper_mm(to_end), -to_end));
    }
  }
}

/// Values of the regions of all zones but the last at up to 256 points.
class Regions {
 public:
  Regions(const std::vector<Zone>& zones, int n, const float* x, const float* y, const float* z) : zones_(zones), values_(zones.size() - 1) {
    for (std::size_t zone = 0; zone < values_.size(); ++zone) zones[zone].region->evaluate(n, x, y, z, values_[zone].data());
  }
  const float* operator[](std::size_t zone) const { return values_[zone].data(); }

  /// Depth, mm, below the nearest border that cuts the cells of a zone. Lattices that blend into each other are not cut there.
  void depths(std::size_t zone, int n, const float* depth_mm, float* out) const {
    std::copy_n(depth_mm, n, out);
    for (std::size_t other = 0; other < std::min(zone + 1, values_.size()); ++other) {
      if (zones_[other].fill == ZoneFill::kLattice && zones_[other].transition_mm > 0.0) continue;
      const float side = other == zone ? -1.0f : 1.0f;
      for (int m = 0; m < n; ++m) out[m] = std::min(out[m], side * values_[other][std::size_t(m)]);
    }
  }

 private:
  const std::vector<Zone>& zones_;
  std::vector<Floats> values_;
};

/// From depth to weight, in place.
void weights_of_depths(int n, float reach_mm, float* value) {
  const float scale = 1.0f / reach_mm;
  for (int m = 0; m < n; ++m) value[m] = smooth_step(2.0f - 2.0f * scale * value[m]);
}

}  // namespace

PartGrid::PartGrid(const LevelSet& body, double voxel) : frame(body.frame()), voxel_mm(voxel) {
  const geometry::Box box = body.solid_bounds();
  if (!(box.size().minCoeff() > 0.0)) fail_input("the body '{}' is empty: there is nothing to fill", body.name());
  for (int a = 0; a < 3; ++a) {
    // Two voxels of void around: the outermost layer counts as outside. Multiples of the voxel keep the grid where it is
    // when the part grows a little.
    const double low = std::floor(box.min[a] / voxel) - 2.0, high = std::ceil(box.max[a] / voxel) + 2.0;
    first_Frame[a] = low * voxel;
    size[std::size_t(a)] = std::int64_t(high - low) + 1;
  }
}

FloatImage PartGrid::image() const { return layers(0, size[2]); }

FloatImage PartGrid::layers(std::int64_t first, std::int64_t count) const {
  FloatImage image;
  image.size = {size[0], size[1], count};
  image.spacing_mm = Vec3::Constant(voxel_mm);
  image.origin_Patient = frame.to_patient(first_Frame + Vec3(0.0, 0.0, voxel_mm * double(first)));
  image.direction = frame.axes_Patient;
  return image;
}

PartField::PartField(const LevelSet& body, const LevelSet& porous, std::vector<Zone> zones, double voxel_mm)
    : grid_(body, voxel_mm), body_(body), porous_(porous), zones_(std::move(zones)) {
  SPONGIOSA_ASSERT(!zones_.empty() && !zones_.back().region && zones_.back().fill == ZoneFill::kLattice);
}

void PartField::envelope(std::int64_t first, std::int64_t layers, float* zone) const {
  const Index3 size{grid_.size[0], grid_.size[1], layers};
  std::vector<float> body(std::size_t(product(size)));
  body_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, body.data(), first);
  porous_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, zone, first);
  const std::int64_t layer = size[0] * size[1];
  tbb::parallel_for(std::int64_t(0), layers, [&](std::int64_t k) {
    for (std::int64_t n = k * layer; n < (k + 1) * layer; ++n) zone[n] = std::max(zone[n], body[std::size_t(n)]);
  });
}

void PartField::envelopes(std::int64_t first, std::int64_t layers, float* zone, float* solid) const {
  const Index3 size{grid_.size[0], grid_.size[1], layers};
  std::vector<float> body(std::size_t(product(size)));
  body_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, body.data(), first);
  porous_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, zone, first);
  const std::int64_t layer = size[0] * size[1];
  const float voxel = float(grid_.voxel_mm);
  tbb::parallel_for(std::int64_t(0), layers, [&](std::int64_t k) {
    for (std::int64_t n = k * layer; n < (k + 1) * layer; ++n) {
      const float b = body[std::size_t(n)], p = zone[n];
      solid[n] = outside_porous(b, p, voxel);
      zone[n] = std::max(p, b);
    }
  });
}

void PartField::sample(std::int64_t first, std::int64_t layers, float* body, float* solid) const {
  throw_if_cancelled();
  const Index3 size{grid_.size[0], grid_.size[1], layers};
  body_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, body, first);
  porous_.sample_grid(grid_.first_Frame, grid_.voxel_mm, size, solid, first);
  const std::int64_t layer = size[0] * size[1];
  const float voxel = float(grid_.voxel_mm);
  tbb::parallel_for(std::int64_t(0), layers, [&](std::int64_t k) {
    for (std::int64_t n = k * layer; n < (k + 1) * layer; ++n) {
      const float b = body[n], p = solid[n];
      solid[n] = outside_porous(b, p, voxel);
    }
  });
}

void PartField::evaluate(std::int64_t first, std::int64_t layers, float* field) const {
  const std::int64_t layer = grid_.size[0] * grid_.size[1];
  std::vector<float> body(std::size_t(layer * layers));
  sample(first, layers, body.data(), field);
  tbb::parallel_for(std::int64_t(0), grid_.size[1] * layers, [&](std::int64_t row) {
    const std::int64_t at = row * grid_.size[0];
    evaluate_row(row % grid_.size[1], first + row / grid_.size[1], &body[std::size_t(at)], field + at);
  });
  removed_.apply(first * layer, layers * layer, field);
}

void PartField::evaluate_row(std::int64_t j, std::int64_t k, const float* body, float* out) const {
  const float voxel = float(grid_.voxel_mm), far = 2.0f * voxel, clamp = kClamp_voxels * voxel;
  const std::int64_t nx = grid_.size[0];
  // Far outside the body and deep in the solid zone the cell cannot matter.
  const auto idle = [&](std::int64_t i) { return body[i] >= far || out[i] <= -far; };
  alignas(32) Floats x, y, z, depth, lattice;
  y.fill(float(grid_.first_Frame[1] + grid_.voxel_mm * double(j)));
  z.fill(float(grid_.first_Frame[2] + grid_.voxel_mm * double(k)));
  for (std::int64_t i = 0; i < nx;) {
    if (idle(i)) {
      if (body[i] >= far) out[i] = body[i];
      ++i;
      continue;
    }
    std::int64_t end = i + 1;
    while (end < nx && end - i < kBatch && !idle(end)) ++end;
    const int n = int(end - i);
    for (int m = 0; m < n; ++m) x[std::size_t(m)] = float(grid_.first_Frame[0] + grid_.voxel_mm * double(i + m));
    for (int m = 0; m < n; ++m) depth[std::size_t(m)] = std::min(-body[i + m], out[i + m]);
    content(n, x.data(), y.data(), z.data(), depth.data(), lattice.data());
    unite_with_lattice(n, body + i, lattice.data(), clamp, out + i);
    i = end;
  }
}

void PartField::lay_over(const Zone& zone, int n, const float* x, const float* y, const float* z, const float* region,
                         const float* border, float* value) const {
  alignas(32) Floats seen, own;
  const bool blends = zone.transition_mm > 0.0;
  // A step is seen a little beyond the region, see below.
  const float beyond = 2.0f * float(grid_.voxel_mm);
  for (int m = 0; m < n; ++m) seen[std::size_t(m)] = blends ? weight_of(zone, region[m]) : beyond - region[m];
  const auto [first, last] = positive_range(n, seen.data());
  if (first == last) return;
  lattice_distance(zone, LatticePoints{n, x, y, z, border}.range(first, last), &own[std::size_t(first)]);
  for (int m = first; m < last; ++m) {
    const float within = own[std::size_t(m)], without = value[m], to_border = std::abs(region[m]);
    if (blends) {
      value[m] += seen[std::size_t(m)] * (within - without);
      continue;
    }
    // At a step one content ends and another begins: where one is solid and the other void, the surface is the region's border and
    // not a staircase of samples; where both are solid there is no surface.
    const float here = region[m] < 0.0f ? within : without, there = region[m] < 0.0f ? without : within;
    value[m] = here < 0.0f && there > 0.0f ? std::max(here, -to_border) : here > 0.0f && there < 0.0f ? std::min(here, to_border) : here;
  }
}

const std::vector<std::shared_ptr<const CellBorders>>& PartField::cell_borders() const {
  // Asked for from many threads: the one that finds them must not take up another's work meanwhile, which could ask for them again.
  std::call_once(cell_borders_->once, [&] {
    tbb::this_task_arena::isolate([&] {
      for (std::size_t zone = 0; zone < zones_.size(); ++zone) cell_borders_->zones.push_back(find_cell_borders(zone));
    });
  });
  return cell_borders_->zones;
}

std::shared_ptr<const CellBorders> PartField::find_cell_borders(std::size_t zone) const {
  const Mat3* jacobian = zones_[zone].map ? zones_[zone].map->constant_jacobian() : nullptr;
  if (!jacobian) return nullptr;
  const auto depths = [&](int n, const float* x, const float* y, const float* z, float* depth_mm) {
    const LevelSet::Sampler body(body_), porous(porous_);
    const float voxel = float(grid_.voxel_mm);
    Floats below_surface;
    for (int m = 0; m < n; ++m) {
      const Vec3 p = Vec3f(x[m], y[m], z[m]).cast<double>();
      const float b = float(body.value(p));
      below_surface[std::size_t(m)] = std::min(-b, outside_porous(b, float(porous.value(p)), voxel));
    }
    Regions(zones_, n, x, y, z).depths(zone, n, below_surface.data(), depth_mm);
  };
  return std::make_shared<CellBorders>(*jacobian, body_.solid_bounds(), depths);
}

float PartField::border_reach_mm(const Zone& zone) const {
  return float(std::min({kBorderReach_cells * zone.cell_size_mm, 0.9 * body_.band_mm(), 0.9 * porous_.band_mm()}));
}

void PartField::border_weights(int n, const float* x, const float* y, const float* z, const float* depth_mm, float* const* weight) const {
  const Regions regions(zones_, n, x, y, z);
  for (std::size_t zone = 0; zone < zones_.size(); ++zone) {
    if (cell_borders()[zone]) {
      cell_borders()[zone]->weights(n, x, y, z, weight[zone]);
      continue;
    }
    regions.depths(zone, n, depth_mm, weight[zone]);
    weights_of_depths(n, border_reach_mm(zones_[zone]), weight[zone]);
  }
}

void PartField::shift_density(std::size_t zone, double mean, double border_share) {
  Zone& of = zones_[zone];
  of.border_shift = border_share > kLeastBorderShare ? std::clamp(mean / border_share, of.border_shift_least, of.border_shift_most) : 0.0;
  of.density_shift = mean - of.border_shift * border_share;
}

void PartField::content(int n, const float* x, const float* y, const float* z, const float* depth_mm, float* value) const {
  const Regions regions(zones_, n, x, y, z);
  alignas(32) Floats border;
  const auto border_of = [&](std::size_t zone) {
    if (zones_[zone].border_shift == 0.0) {
      std::fill_n(border.data(), n, 0.0f);
    } else if (cell_borders()[zone]) {
      cell_borders()[zone]->weights(n, x, y, z, border.data());
    } else {
      regions.depths(zone, n, depth_mm, border.data());
      weights_of_depths(n, border_reach_mm(zones_[zone]), border.data());
    }
    return border.data();
  };
  const std::size_t core = zones_.size() - 1;
  lattice_distance(zones_[core], {n, x, y, z, border_of(core)}, value);
  // From the last zone to the first: an earlier one is laid over what is there.
  for (std::size_t index = core; index-- > 0;) {
    const Zone& zone = zones_[index];
    const float* region = regions[index];
    if (zone.fill == ZoneFill::kSolid) {
      for (int m = 0; m < n; ++m) value[m] = std::min(value[m], region[m]);
    } else if (zone.fill == ZoneFill::kVoid) {
      for (int m = 0; m < n; ++m) value[m] = std::max(value[m], -region[m]);
    } else {
      lay_over(zone, n, x, y, z, region, border_of(index), value);
    }
  }
}

void PartField::shares(int n, const float* x, const float* y, const float* z, float* const* share) const {
  const std::size_t count = zones_.size();
  alignas(32) Floats region;
  std::fill_n(share[count - 1], n, 1.0f);
  for (std::size_t index = count - 1; index-- > 0;) {
    const Zone& zone = zones_[index];
    zone.region->evaluate(n, x, y, z, region.data());
    if (zone.fill == ZoneFill::kLattice && zone.transition_mm > 0.0)
      for (int m = 0; m < n; ++m) region[std::size_t(m)] = weight_of(zone, region[std::size_t(m)]);
    else
      voxel_shares(*zone.region, float(grid_.voxel_mm), n, x, y, z, region.data());
    for (int m = 0; m < n; ++m) {
      const float weight = region[std::size_t(m)];
      for (std::size_t later = index + 1; later < count; ++later) share[later][m] *= 1.0f - weight;
      share[index][m] = weight;
    }
  }
}

}  // namespace spongiosa::lattice
