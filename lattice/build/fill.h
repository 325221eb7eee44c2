#pragma once
/// Fills the porous zone of a part with a lattice and measures the result on the final, clipped part.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/mesh.h"
#include "lattice/cells/cell.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

struct FillRequest {
  std::string cell = "gyroid-network-minus";
  double porosity_fraction = 0.70;        ///< of the porous zone, on the final part
  std::optional<double> pore_size_mm;     ///< largest inscribed sphere; exactly one of this and cell_size_mm
  std::optional<double> cell_size_mm;
  /// Absent: a 16th of the cell or a quarter of its strut, whichever is less, at least 0.04 mm; enlarged as far as a 12th of
  /// the cell where the part would otherwise need more than kDefaultVoxels samples.
  std::optional<double> voxel_mm;
};

constexpr std::int64_t kDefaultVoxels = 80'000'000;

/// Before anything is computed.
struct FillEstimate {
  double cell_size_mm, voxel_mm;
  std::int64_t voxels;
  double memory_bytes, triangles, stl_bytes;  ///< memory: the largest amount held at one time
  double pore_size_mm, strut_size_mm;         ///< of the periodic cell
};
/// Checks the request too; same errors as fill_part.
FillEstimate estimate_fill(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request);

struct FilledPart {
  geometry::FloatImage field;      ///< negative in the solid, mm near the surface; grid aligned with the part's frame, in LPS
  geometry::TriangleMesh mesh;     ///< of `field`, in LPS
  geometry::MeshReport mesh_report;
  double cell_size_mm = 0.0, threshold = 0.0, voxel_mm = 0.0;
  // measured on the final part; volumes are those of the printed mesh
  double porous_zone_mm3 = 0.0;    ///< volume of (body and porous)
  double lattice_solid_mm3 = 0.0;  ///< mesh volume minus the volume of the solid zone
  double part_solid_mm3 = 0.0;     ///< mesh volume
  double porosity_fraction = 0.0;  ///< 1 - lattice_solid / porous_zone
  double pore_size_mm = 0.0;       ///< largest inscribed sphere whose ball stays in the porous zone
  double strut_size_mm = 0.0;      ///< largest inscribed sphere of the solid whose ball stays in the porous zone, two voxels off its edge
  int calibration_steps = 0;       ///< corrections of the threshold until the part's porosity met the request
  std::int64_t islands_removed = 0;
  double islands_removed_mm3 = 0.0;  ///< solid pieces not joined to the part (cut struts); removed, never silently
};

/// solid = body and (not porous or cell). The threshold is corrected until the final part's porosity is within
/// 0.05 percentage points of the request. The cell's axes and origin are those of the part's frame. `porous` should reach
/// beyond the faces through which the lattice is to be open (it may end with `body` there, at the price of a seam of about one
/// of its voxels along the rim); both must be in one frame.
/// Pore and strut size are those of the largest balls anywhere in the porous zone of the final part (see
/// measure/inscribed_sphere.h), 0 where no ball fits.
/// @throws Error(kBadInput) for an impossible request, Error(kComputationFailed) when it does not converge or fit.
FilledPart fill_part(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request,
                     const Progress& progress);

}  // namespace spongiosa::lattice
