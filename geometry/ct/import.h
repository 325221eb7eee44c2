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
  /// What is known of the scan, without any patient identity: format, modality, manufacturer_model, kvp, kernel,
  /// slice_thickness_mm, spacing_mm, size, slices, patient_position, rescale {slope, intercept, varies_per_slice},
  /// transfer_syntax, lossy_compression, hu_range, series_uid_sha256 (not the UID itself). Missing items are null.
  Json info;
  /// Everything that was not taken as it was: files ignored and why, duplicates dropped, axes flipped, values rounded.
  /// Files are counted, not named: their names may hold a patient's.
  std::vector<std::string> notes;
  /// SHA-256 over the voxel values and the geometry (to 1e-6 mm), independent of file names and headers: the same for a
  /// DICOM series and for the NRRD or MetaImage written from it.
  std::string content_sha256;
};

/// `path` is a folder (searched with its subfolders), a multi-frame DICOM file, or an image file.
/// Slices are ordered by position along the normal of their plane, never by name or number.
/// @throws Error(kBadInput): no such path, no image in the folder, several series (the message lists them with slice counts),
///   uneven spacing or missing slices (where, how large), mixed sizes or orientations, single slice, missing geometry, truncated
///   or damaged files, other modalities, values that cannot be HU.
/// Resampled only where the gantry was tilted: slices are shifted within their planes, with a note.
/// @throws Error(kIo) when a file cannot be read. Messages name files, for the user to find them; results never do.
CtImport import_ct(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress);

}  // namespace spongiosa::geometry
