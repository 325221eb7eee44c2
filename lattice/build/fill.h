#pragma once
/// Fills the porous zone of a part with lattices and measures the result on the final, clipped part.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/mesh.h"
#include "lattice/build/islands.h"
#include "lattice/cells/spec.h"
#include "lattice/grading/field.h"
#include "lattice/grading/phase_map.h"
#include "lattice/grading/targets.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// What a lattice is to be. Porosity and sizes: two of them determine cell size and level; a third is refused.
struct LatticeRequest {
  CellSpec cell{.name = "gyroid-network-minus"};
  std::optional<double> porosity_fraction = {};
  std::string porosity_expression = {};          ///< instead of porosity_fraction; see FieldSources
  std::optional<double> pore_size_mm = {};       ///< by pore_definition, of the cell
  PoreDefinition pore_definition = PoreDefinition::kMaxInscribedSphere;
  std::optional<double> strut_size_mm = {};      ///< largest sphere inscribed in the solid of the cell
  std::optional<double> cell_size_mm = {};
  std::string cell_size_expression = {};         ///< instead of cell_size_mm: cells laid out by phase integration
  Vec3 rotation_deg = Vec3::Zero();              ///< about x, then y, then z
  /// About the part's fixed axes x, then y, then z, after rotation_deg, in degrees: cells laid out by phase integration.
  std::array<std::string, 3> turn_expressions = {};
  std::string frame = "cartesian";               ///< cylindrical, spherical, surface
  std::string blend_cell = {}, blend_expression = {};
};

/// Columns: the cell's axes after turns about x, then y, then z of the part's frame.
Mat3 cell_rotation(const Vec3& degrees);

struct ZoneRequest {
  std::string name;
  std::string region_expression;                 ///< the zone is where it is negative
  std::string content = "lattice";               ///< solid, void
  double transition_mm = 0.0;
  LatticeRequest lattice = {};
};

struct FillRequest {
  LatticeRequest core = {};
  std::vector<ZoneRequest> zones = {};           ///< in order of precedence; the rest is the core
  double period_error_max_fraction = 0.15;       ///< root mean square of the local period, of laid-out cells
  bool remove_islands = true;
  /// Absent: a 16th of the smallest cell or a quarter of its strut, whichever is less, at least 0.04 mm; enlarged as far as a
  /// 12th of the cell where the part would otherwise need more than kDefaultVoxels samples; but never more than half the thinnest strut or wall.
  std::optional<double> voxel_mm = {};
};

constexpr std::int64_t kDefaultVoxels = 80'000'000;
constexpr double kLeastWallVoxels = 1.5;  ///< thinner walls come out with holes

/// Before anything is computed.
struct FillEstimate {
  double cell_size_mm, voxel_mm;
  std::int64_t voxels;
  double memory_bytes, triangles, stl_bytes;  ///< memory: the largest amount held at one time
  double pore_size_mm, strut_size_mm;         ///< of the core's periodic cell
};
/// Checks the request too; same errors as fill_part.
/// @param sources  what expressions may use; its body is `body`
FillEstimate estimate_fill(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request,
                           const FieldSources& sources);

constexpr double kMapSpacing_mm = 0.25;

/// Where the zones of a part lie and how dense their lattices are: what a finite element model of the part reads.
struct ZoneMaps {
  geometry::LabelImage zone;      ///< 1 + number of the zone with the largest share; 0 farther than a voxel of the map outside of the porous zone
  /// Solid share of that zone there, 0..1: of a lattice what is asked of it, with the correction made on the part; 1 in solid zones,
  /// 0 in void ones and outside.
  geometry::FloatImage density;
};

struct ZoneResult {
  std::string name, content, cell;               ///< cell: its name; empty for solid and void
  double cell_size_mm = 0.0;                     ///< mean over the zone
  double level = 0.0;                            ///< of the cell at the zone's mean density, as corrected
  double volume_mm3 = 0.0;                       ///< within (body and porous)
  double porosity_fraction = 0.0, requested_fraction = 0.0;  ///< means over the zone; NaN for an empty one
};
struct Island {
  double volume_mm3 = 0.0;                       ///< number of samples times the voxel's volume
  Vec3 centre_Patient = Vec3::Zero();
};

struct FilledPart {
  geometry::FloatImage field;      ///< negative in the solid, mm near the surface; grid aligned with the part's frame, in LPS
  geometry::TriangleMesh mesh;     ///< of `field`, in LPS
  geometry::MeshReport mesh_report;
  double cell_size_mm = 0.0, threshold = 0.0, voxel_mm = 0.0;  ///< of the core; threshold: the cell's level at the mean density
  Index3 grid_size{0, 0, 0};       ///< samples
  double thinnest_wall_mm = 0.0;   ///< of the periodic cells at the least density asked for: largest sphere inscribed in the solid; see kLeastWallVoxels
  // measured on the final part; volumes are those of the printed mesh
  double porous_zone_mm3 = 0.0;    ///< volume of (body and porous)
  double lattice_solid_mm3 = 0.0;  ///< mesh volume minus the volume of the solid zone
  double part_solid_mm3 = 0.0;     ///< mesh volume
  double porosity_fraction = 0.0;  ///< 1 - lattice_solid / porous_zone
  double requested_fraction = 0.0; ///< mean of the request over the porous zone
  double pore_size_mm = 0.0;       ///< largest inscribed sphere held by the lattice's walls, within the porous zone
  double strut_size_mm = 0.0;      ///< the same of the solid, two voxels off the zone's edge
  bool pore_held_by_walls = false, strut_held_by_walls = false;  ///< see InscribedSphere
  std::vector<NamedSize> cell_sizes_mm;  ///< of the core's periodic cell at the mean density asked for
  int calibration_steps = 0;       ///< corrections of the density until the part's porosity met the request
  std::vector<ZoneResult> zones;   ///< the core last
  std::vector<Island> islands;     ///< solid pieces not joined to the part, by falling size
  bool islands_removed = false;
  ZoneMaps maps;                   ///< on a grid of at most kMapSpacing_mm (fill_part only)
  std::vector<std::string> notes;  ///< what the layout of cells could not follow, for the manifest
};

/// solid = body and (not porous or lattice). The densities are corrected until the final part's porosity is within 0.05
/// percentage points of the request (0.1 in each of several zones); where struts come loose from one density to the next, so that the porosity
/// jumps across the request, within 0.25. The cells' axes and origin are those of the part's frame. `porous` should reach beyond the
/// faces through which the lattice is to be open (it may end with `body` there, at the price of a seam of about one of its
/// voxels along the rim); both must be in one frame.
/// Pore and strut size are those of the largest balls in the porous zone of the final part (see measure/inscribed_sphere.h), 0 where no
/// ball fits.
/// @throws Error(kBadInput) for an impossible request, Error(kComputationFailed) when it does not converge or fit.
FilledPart fill_part(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request,
                     const FieldSources& sources, const Progress& progress);

/// The same part as a level set of three voxels half width, without its values, its mesh or its balls ever being in memory at
/// once: for parts of hundreds of millions of voxels. `field`, `mesh`, `pore_size_mm` and `strut_size_mm` stay empty.
struct FilledLevelSet {
  FilledPart part;
  geometry::LevelSet solid;
};
FilledLevelSet fill_level_set(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request,
                              const FieldSources& sources, const Progress& progress);

}  // namespace spongiosa::lattice
