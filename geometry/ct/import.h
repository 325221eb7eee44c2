#pragma once
/// CT in: a DICOM folder, or a NIfTI/NRRD/MetaImage file, to Hounsfield units in the patient frame (LPS).

#include "core/json.h"
#include "core/progress.h"
#include "geometry/image/image.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

struct ImportOptions {
  std::optional<std::string> series_uid;   ///< which series, where a folder holds several (a unique ending is enough)
  double spacing_tolerance_mm = 0.02;      ///< slices count as evenly spaced when all gaps agree within this
};

struct CtImport {
  HuImage hu;
  /// What is known of the scan, without any patient identity: modality, manufacturer_model, kvp, kernel,
  /// slice_thickness_mm, spacing_mm, slices, patient_position, rescale, transfer_syntax, hu_range,
  /// series_uid_sha256 (not the UID itself). Missing items are null.
  Json info;
  /// Everything that was not taken as it was: files ignored and why, duplicates dropped, axes flipped.
  std::vector<std::string> notes;
  /// SHA-256 over the voxel values and the geometry, independent of file names and headers.
  std::string content_sha256;
};

/// Slices are ordered by position along the normal of their plane, never by name or number.
/// @throws Error(kBadInput): no such path, no image in the folder, several series (the message lists them with slice counts),
///   uneven spacing or missing slices (where, how large), gantry tilt (angle), mixed sizes or orientations, single slice,
///   a NIfTI/NRRD whose values cannot be HU. Nothing is resampled.
CtImport import_ct(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress);

}  // namespace spongiosa::geometry
