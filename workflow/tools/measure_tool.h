#pragma once
/// Measures a part from a file: what `spongiosa measure` prints.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct MeasureRequest {
  /// Closed mesh (.stl .3mf .ply), level set of ours (.vdb) or image (.nrrd .nii .nii.gz .mha).
  std::filesystem::path file;
  /// Of the grid a mesh or level set is measured on; absent: the level set's own, or a 400th of the mesh's longest edge.
  /// Images keep their voxels.
  std::optional<double> voxel_mm;
  /// Images: solid above this value, with the surface interpolated; absent: a label image, solid where it is not 0.
  std::optional<double> threshold;
  /// Where to measure. For a level set: names of its grids, "porous" when absent and there. For a mesh: closed meshes. For an
  /// image: images on the same grid (inside where not 0), all voxels when absent.
  std::vector<std::string> zones;
  /// Meshes and level sets without zones: "box" (bounding box of the solid along the grid's axes) or "closing" (all that a ball of
  /// `closing_mm` radius coming from outside cannot reach).
  std::string envelope = "box";
  double closing_mm = 0.0;
  double depth_bin_mm = 0.0;
  bool confine = false;              ///< balls of local thickness stay in the zone
  std::filesystem::path map;         ///< image of local thickness, mm
  std::filesystem::path picture;     ///< PNG of local thickness of the void on the middle cut
};

/// Figures as lattice::to_json with file, kind and envelope in front.
/// @param announce  called with one line on size, memory and time before the work starts.
/// @throws Error(kBadInput) for a file or request that cannot be measured, Error(kComputationFailed) when it does not fit.
Json measure_file(const MeasureRequest& request, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
