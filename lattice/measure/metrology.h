#pragma once
/// Everything that is measured on a finished part, per zone and by depth. Every figure's definition is in definitions().

#include "core/json.h"
#include "lattice/measure/components.h"
#include "lattice/measure/inscribed_sphere.h"
#include "lattice/measure/intercepts.h"
#include "lattice/measure/travel.h"
#include "lattice/measure/volume_area.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// What ends a ball when local thickness is measured.
enum class BallLimit {
  kPhase,  ///< only the other phase: centres lie in the zone, balls may reach beyond it; its open faces are no walls
  kZone,   ///< the surface of the zone too
};

struct MetrologyZone {
  std::string name = "whole";
  const geometry::FloatImage* inside = nullptr;  ///< negative inside, mm near its surface, grid of the field; null: the whole grid
};

struct MetrologyOptions {
  std::vector<MetrologyZone> zones;  ///< empty: the whole grid as one zone "whole"
  bool topology = true, thickness = true, inscribed_spheres = true, travelling_spheres = true, intercepts = true, surface = true;
  VolumeRule volume_rule = VolumeRule::kPlane;
  BallLimit ball_limit = BallLimit::kPhase;
  int directions = 64;  ///< of line probes
  double depth_bin_mm = 0.0;  ///< 0: no bins
  /// Depth is measured below the smooth surface of {depth_from < 0}, same grid (see depth_below_smooth); null: below the surface of each zone.
  const geometry::FloatImage* depth_from = nullptr;
  bool keep_map = false;  ///< Metrology::thickness_map_mm
};

/// Of local thickness over the samples of a phase in a zone: each sample stands for one voxel of volume.
struct SizeDistribution {
  std::int64_t samples = 0;
  double mean_mm = 0.0, sd_mm = 0.0, max_mm = 0.0;
  std::array<double, 7> percentiles_mm{};  ///< see kPercentiles
};
constexpr std::array<int, 7> kPercentiles{1, 5, 25, 50, 75, 95, 99};

struct PhaseMetrology {
  std::optional<SizeDistribution> thickness;
  std::optional<InscribedSphere> inscribed;
  std::optional<Travel> travel;
};

struct DepthLayer {
  double from_mm = 0.0, to_mm = 0.0;
  ZoneVolume volume;
  std::optional<double> area_mm2, mean_solid_thickness_mm, mean_void_thickness_mm;
  std::optional<Intercepts> intercepts;
};

struct ZoneTopology {
  std::int64_t euler_number = 0;      ///< of the solid in the zone
  std::int64_t pieces = 0;            ///< of it
  std::int64_t cavities = 0;          ///< pieces of void in the zone that touch neither its outside nor the border of the grid
  std::int64_t handles = 0;           ///< pieces + cavities - euler_number
  double open_void_mm3 = 0.0;         ///< joined to the outside of the part; by samples
  double closed_void_mm3 = 0.0;
};

struct ZoneMetrology {
  std::string name;
  ZoneVolume volume;
  PhaseMetrology solid, pore;
  std::optional<ZoneTopology> topology;
  std::optional<LineProbes> lines;
  std::optional<double> area_mm2, area_per_volume_1_mm;
  double deepest_mm = 0.0;
  std::vector<DepthLayer> layers;
  double porosity_fraction() const { return volume.zone_mm3 > 0.0 ? 1.0 - volume.solid_mm3 / volume.zone_mm3 : 0.0; }
};

struct Metrology {
  double voxel_mm = 0.0;
  Index3 size{0, 0, 0};
  MetrologyOptions options;  ///< as used; its pointers belong to the caller
  /// Of the whole grid; absent without `topology`.
  std::vector<PhaseComponent> solid_pieces, closed_voids;
  std::vector<ZoneMetrology> zones;
  geometry::FloatImage thickness_map_mm;  ///< local thickness of solid and void in the zones (the later zone wins); 0 elsewhere
};

struct MetrologyEstimate {
  double memory_bytes;  ///< at one time, beside field and zones
  double seconds;       ///< on two cores of a desktop machine
};
MetrologyEstimate estimate_metrology(const Index3& size, const MetrologyOptions& options);

/// @param field  negative in the solid, roughly a distance in mm near the surface; equal spacing along the three axes.
/// @throws Error(kBadInput) for grids that differ, unequal voxels, a zone without samples, a depth bin below the voxel.
/// Same result for any thread count.
Metrology measure_part(const geometry::FloatImage& field, const MetrologyOptions& options, const Progress& progress);

/// Keys carry their units; lists of pieces are cut at 100 entries, their counts are not. Figures not measured are absent.
Json to_json(const Metrology& metrology);
/// Name of each figure in to_json and what exactly it means.
Json definitions(const MetrologyOptions& options);

}  // namespace spongiosa::lattice
