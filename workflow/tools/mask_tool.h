#pragma once
/// Masks of bone outside of cases: made, edited, converted, drawn as surfaces. What `spongiosa mask` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct MaskJob {
  std::filesystem::path scan;                ///< DICOM folder or image file, HU
  std::string series_uid;                    ///< which series; empty: the only one
  std::filesystem::path mask;                ///< to begin with (image file); empty: nothing
  std::optional<int> label;                  ///< of `mask`, 1..255; absent: all that is not 0
  std::filesystem::path edits;               ///< JSON: a list as segmentation.edits of a case, without levels; empty: none
  std::filesystem::path out;                 ///< .nrrd, .nii, .nii.gz or .mha; empty: not written
  std::filesystem::path surface;             ///< .stl, .ply or .obj; empty: not written
  std::optional<double> surface_threshold_hu;
  double surface_smoothing_mm = 0.6;         ///< 0.1..5
};

/// @param announce  called with one line on the size before the work starts
/// @returns {format: "spongiosa-mask", version, size_voxels, voxels, volume_mm3, edits: [...], surface: {triangles, area_mm2, volume_mm3}, notes, out: [...]}
/// @throws Error(kUsage) for an ending that names no format, or nothing to do; Error(kBadInput) for edits that do not fit the schema (which and why),
///   a mask without the label, an empty result; Error(kIo)
Json run_mask_job(const MaskJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
