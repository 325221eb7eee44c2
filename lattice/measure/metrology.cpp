#include "lattice/measure/metrology.h"

#include "core/error.h"
#include "lattice/measure/depth_below.h"
#include "lattice/measure/local_thickness.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;

void check(const FloatImage& field, const MetrologyOptions& options) {
  require_isotropic(field, "the part");
  const auto same_grid = [&](const FloatImage* image, const std::string& what) {
    if (image && (image->size != field.size || image->data.size() != field.data.size()))
      fail_input("{} has {} x {} x {} samples, the part {} x {} x {}; they must share one grid", what, image->size[0], image->size[1],
                 image->size[2], field.size[0], field.size[1], field.size[2]);
  };
  for (const MetrologyZone& zone : options.zones) same_grid(zone.inside, "zone '" + zone.name + "'");
  same_grid(options.depth_from, "the surface that depth is measured from");
  if (options.depth_bin_mm != 0.0 && !(options.depth_bin_mm >= field.spacing_mm[0]))
    fail_input("depth bins of {} mm are thinner than the voxels of {} mm; use at least one voxel, or 0 for none", options.depth_bin_mm,
               field.spacing_mm[0]);
}

/// Values of the map at the samples of a phase in the zone, in the order of the samples.
template <class F>
void for_each_thickness(const FloatImage& field, const FloatImage& map, MaterialPhase phase, const FloatImage* zone, const F& f) {
  for (std::size_t n = 0; n < field.data.size(); ++n)
    if ((field.data[n] < 0.0f) == (phase == MaterialPhase::kSolid) && (!zone || zone->data[n] < 0.0f) && map.data[n] > 0.0f) f(n, map.data[n]);
}

SizeDistribution distribution(const FloatImage& field, const FloatImage& map, MaterialPhase phase, const FloatImage* zone) {
  std::vector<float> values;
  double sum = 0.0;
  for_each_thickness(field, map, phase, zone, [&](std::size_t, float v) {
    values.push_back(v);
    sum += double(v);
  });
  SizeDistribution d;
  d.samples = std::int64_t(values.size());
  if (values.empty()) return d;
  d.mean_mm = sum / double(d.samples);
  double square = 0.0;
  for (const float v : values) square += (double(v) - d.mean_mm) * (double(v) - d.mean_mm);
  d.sd_mm = std::sqrt(square / double(d.samples));
  auto from = values.begin();
  for (std::size_t p = 0; p < kPercentiles.size(); ++p) {
    const auto at = values.begin() + std::ptrdiff_t(std::min<std::size_t>(values.size() - 1, values.size() * std::size_t(kPercentiles[p]) / 100));
    std::nth_element(from, at, values.end());
    d.percentiles_mm[p] = double(*at);
    from = at;
  }
  d.max_mm = double(*std::max_element(from, values.end()));
  return d;
}

/// Mean per depth bin; 0 where a bin holds no sample.
std::vector<double> mean_by_depth(const FloatImage& field, const FloatImage& map, MaterialPhase phase, const FloatImage* zone, const DepthBins& bins) {
  std::vector<double> sum(bins.count, 0.0), count(bins.count, 0.0);
  for_each_thickness(field, map, phase, zone, [&](std::size_t n, float v) {
    const std::size_t bin = bins.of(n);
    if (bin == bins.count) return;
    sum[bin] += double(v);
    count[bin] += 1.0;
  });
  for (std::size_t bin = 0; bin < bins.count; ++bin) sum[bin] = count[bin] > 0.0 ? sum[bin] / count[bin] : 0.0;
  return sum;
}

class PartMeasurement {
 public:
  PartMeasurement(const FloatImage& field, const MetrologyOptions& options) : field_(field), options_(options) {
    result_.voxel_mm = field.spacing_mm[0];
    result_.size = field.size;
    result_.options = options;
    if (result_.options.zones.empty()) result_.options.zones.push_back({});
  }

  Metrology run(const Progress& progress) {
    if (options_.thickness || options_.travelling_spheres) distance_ = surface_distance(field_, progress.part(0.0, 0.1));
    if (options_.depth_from) depth_ = depth_below_smooth(*options_.depth_from, progress.part(0.1, 0.11));
    if (options_.topology) find_pieces(progress.part(0.11, 0.13));
    if (options_.keep_map) result_.thickness_map_mm = field_.like(0.0f);
    const double count = double(result_.options.zones.size());
    for (std::size_t n = 0; n < result_.options.zones.size(); ++n)
      measure_zone(result_.options.zones[n], progress.part(0.13 + 0.87 * double(n) / count, 0.13 + 0.87 * double(n + 1) / count));
    return std::move(result_);
  }

 private:
  void find_pieces(const Progress& progress) {
    result_.solid_pieces = find_components(field_, MaterialPhase::kSolid, nullptr, progress.part(0.0, 0.5)).components;
    voids_ = find_components(field_, MaterialPhase::kVoid, nullptr, progress.part(0.5, 1.0));
    for (const PhaseComponent& piece : voids_.components)
      if (!piece.at_border) result_.closed_voids.push_back(piece);
  }

  void measure_zone(const MetrologyZone& zone, const Progress& progress) {
    ZoneMetrology measured;
    measured.name = zone.name;
    if (zone.inside && std::none_of(zone.inside->data.begin(), zone.inside->data.end(), [](float v) { return v < 0.0f; }))
      fail_input("zone '{}' holds no sample of the part's grid: nothing can be measured in it", zone.name);
    FloatImage own_depth;
    if (!options_.depth_from) own_depth = depth_below(zone.inside, field_, progress.part(0.0, 0.1));
    const FloatImage& depth = options_.depth_from ? depth_ : own_depth;
    for (std::size_t n = 0; n < depth.data.size(); ++n)
      if (!zone.inside || zone.inside->data[n] < 0.0f) measured.deepest_mm = std::max(measured.deepest_mm, double(depth.data[n]));
    DepthBins bins{&depth, options_.depth_bin_mm, 0};
    if (options_.depth_bin_mm > 0.0) bins.count = std::size_t(std::floor(measured.deepest_mm / options_.depth_bin_mm)) + 1;
    progress.report(0.12, "volumes");
    measure_shape(zone, bins, measured, progress.part(0.12, 0.3));
    if (options_.topology) measured.topology = topology(zone);
    if (options_.thickness || options_.travelling_spheres) measure_balls(zone, depth, bins, measured, progress.part(0.3, 0.8));
    if (options_.inscribed_spheres) measure_inscribed(zone, measured, progress.part(0.8, 1.0));
    progress.report(1.0, "zone '" + zone.name + "' measured");
    result_.zones.push_back(std::move(measured));
  }

  void measure_shape(const MetrologyZone& zone, const DepthBins& bins, ZoneMetrology& measured, const Progress& progress) {
    const std::vector<ZoneVolume> volumes = zone_volumes(field_, zone.inside, options_.volume_rule, bins);
    measured.volume = volumes[0];
    measured.layers.resize(bins.count);
    for (std::size_t n = 0; n < bins.count; ++n) {
      measured.layers[n].from_mm = options_.depth_bin_mm * double(n);
      measured.layers[n].to_mm = options_.depth_bin_mm * double(n + 1);
      measured.layers[n].volume = volumes[1 + n];
    }
    if (options_.surface) {
      progress.report(0.2, "surface");
      const std::vector<double> areas = surface_area_mm2(field_, zone.inside, bins);
      measured.area_mm2 = areas[0];
      // Without a zone the surface was looked for between the samples: half a voxel less on each side than their voxels.
      double region_mm3 = measured.volume.zone_mm3;
      if (!zone.inside)
        for (std::size_t a = 0; a < 3; ++a) region_mm3 *= double(field_.size[a] - 1) / double(field_.size[a]);
      measured.area_per_volume_1_mm = areas[0] / region_mm3;
      for (std::size_t n = 0; n < bins.count; ++n) measured.layers[n].area_mm2 = areas[1 + n];
    }
    if (options_.intercepts) {
      measured.lines = probe_lines(field_, zone.inside, bins, options_.directions, progress.part(0.4, 1.0));
      for (std::size_t n = 0; n < bins.count; ++n) measured.layers[n].intercepts = measured.lines->by_depth[n];
    }
  }

  ZoneTopology topology(const MetrologyZone& zone) {
    ZoneTopology t;
    t.euler_number = euler_number(field_, zone.inside);
    if (zone.inside) {
      t.pieces = std::int64_t(find_components(field_, MaterialPhase::kSolid, zone.inside, Progress()).components.size());
      t.cavities = cavities(*zone.inside);
    } else {
      t.pieces = std::int64_t(result_.solid_pieces.size());
      t.cavities = std::int64_t(result_.closed_voids.size());
    }
    t.handles = t.pieces + t.cavities - t.euler_number;
    std::int64_t open = 0, closed = 0;
    for (const ComponentRun& run : voids_.runs) {
      std::int64_t samples = run.end - run.begin;
      if (zone.inside)
        samples = std::count_if(zone.inside->data.begin() + run.begin, zone.inside->data.begin() + run.end, [](float v) { return v < 0.0f; });
      (voids_.components[run.component].at_border ? open : closed) += samples;
    }
    t.open_void_mm3 = double(open) * field_.spacing_mm.prod();
    t.closed_void_mm3 = double(closed) * field_.spacing_mm.prod();
    return t;
  }

  /// The solid of the zone is cut out: everything else, void or beyond the zone, is its outside.
  std::int64_t cavities(const FloatImage& zone) {
    FloatImage cut = field_;
    for (std::size_t n = 0; n < cut.data.size(); ++n)
      if (!(zone.data[n] < 0.0f)) cut.data[n] = 1.0f;
    const PhaseComponents voids = find_components(cut, MaterialPhase::kVoid, nullptr, Progress());
    return std::count_if(voids.components.begin(), voids.components.end(), [](const PhaseComponent& c) { return !c.at_border; });
  }

  void measure_balls(const MetrologyZone& zone, const FloatImage& depth, const DepthBins& bins, ZoneMetrology& measured, const Progress& progress) {
    FloatImage map = options_.thickness ? field_.like(0.0f) : FloatImage();
    double at = 0.0;
    for (const MaterialPhase phase : {MaterialPhase::kSolid, MaterialPhase::kVoid}) {
      PhaseMetrology& result = phase == MaterialPhase::kSolid ? measured.solid : measured.pore;
      const Progress part = progress.part(at, at + 0.5);
      at += 0.5;
      std::vector<MedialBall> balls;
      if (!options_.thickness) {
        balls = medial_balls(field_, distance_, phase, zone.inside, part.part(0.0, 0.5));
      } else if (options_.ball_limit == BallLimit::kZone && zone.inside) {
        const FloatImage room = within_zone(*zone.inside, phase);
        const SurfaceDistance walls = surface_distance(room, part.part(0.0, 0.2));
        // What is beyond the zone counts as the other phase, so the zone needs no naming.
        local_thickness(room, walls, MaterialPhase::kSolid, nullptr, map, part.part(0.2, 0.5));
        if (options_.travelling_spheres) balls = medial_balls(field_, distance_, phase, zone.inside, part.part(0.5, 0.6));
      } else {
        balls = local_thickness(field_, distance_, phase, zone.inside, map, part.part(0.0, 0.6));
      }
      if (options_.travelling_spheres)
        result.travel = travelling_spheres(field_, distance_, phase, zone.inside, depth, balls, part.part(0.6, 1.0));
      if (!options_.thickness) continue;
      result.thickness = distribution(field_, map, phase, zone.inside);
      const std::vector<double> means = mean_by_depth(field_, map, phase, zone.inside, bins);
      for (std::size_t n = 0; n < bins.count; ++n)
        (phase == MaterialPhase::kSolid ? measured.layers[n].mean_solid_thickness_mm : measured.layers[n].mean_void_thickness_mm) = means[n];
    }
    if (!options_.keep_map || !options_.thickness) return;
    for (std::size_t n = 0; n < map.data.size(); ++n)
      if (map.data[n] > 0.0f) result_.thickness_map_mm.data[n] = map.data[n];
  }

  /// Negative where phase and zone are.
  FloatImage within_zone(const FloatImage& zone, MaterialPhase phase) const {
    FloatImage room = field_;
    const float sign = phase == MaterialPhase::kSolid ? 1.0f : -1.0f;
    for (std::size_t n = 0; n < room.data.size(); ++n) room.data[n] = std::max(sign * field_.data[n], zone.data[n]);
    return room;
  }

  void measure_inscribed(const MetrologyZone& zone, ZoneMetrology& measured, const Progress& progress) {
    FloatImage everywhere;
    if (!zone.inside) everywhere = field_.like(-1e3f);
    const FloatImage& inside = zone.inside ? *zone.inside : everywhere;
    measured.solid.inscribed = largest_solid_sphere(field_, inside, progress.part(0.0, 0.5));
    measured.pore.inscribed = largest_void_sphere(field_, inside, progress.part(0.5, 1.0));
  }

  const FloatImage& field_;
  const MetrologyOptions& options_;
  Metrology result_;
  SurfaceDistance distance_;
  FloatImage depth_;  ///< below options_.depth_from, of all zones
  PhaseComponents voids_;
};

}  // namespace

MetrologyEstimate estimate_metrology(const Index3& size, const MetrologyOptions& options) {
  const double voxels = double(product(size)), zones = std::max(1.0, double(options.zones.size()));
  // Bytes: distance and nearest crossing 8, depth 4, map 4 (twice when kept), balls and their order up to 20, parents and flags 5,
  // void runs 2; while distances are made, 8 more. Measured on gyroids.
  const double bytes = 40.0 + (options.keep_map ? 4.0 : 0.0) + (options.ball_limit == BallLimit::kZone ? 12.0 : 0.0);
  double microseconds = 0.15;
  if (options.thickness) microseconds += 0.7 * zones;
  if (options.travelling_spheres) microseconds += 0.3 * zones;
  if (options.inscribed_spheres) microseconds += 0.4 * zones;
  if (options.intercepts || options.surface || options.topology) microseconds += 0.15 * zones;
  return {bytes * voxels, 1e-6 * microseconds * voxels};
}

Metrology measure_part(const FloatImage& field, const MetrologyOptions& options, const Progress& progress) {
  check(field, options);
  return PartMeasurement(field, options).run(progress);
}

}  // namespace spongiosa::lattice
