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
  std::optional<std::string> reference_date;   ///< "2026-02-28": the day the scan's age is counted to, as of the operation
  double spacing_tolerance_mm = 0.02;      ///< slices count as evenly spaced when all gaps agree within this
};

struct CtImport {
  HuImage hu;
  /// What is known of the scan, without any patient identity: format, modality, manufacturer_model, kvp, kernel,
  /// slice_thickness_mm, spacing_mm, size, slices, patient_position, rescale {slope, intercept, varies_per_slice},
  /// transfer_syntax, lossy_compression, hu_range, series_uid_sha256 (not the UID itself), age_days
  /// (from the scan to reference_date; not the date itself). Missing items are null.
  Json info;
  /// Everything that was not taken as it was: files ignored and why, duplicates dropped, axes flipped, values rounded.
  /// Files are counted, not named: their names may hold a patient's.
  std::vector<std::string> notes;
  /// SHA-256 over the voxel values and the geometry (to 1e-6 mm), independent of file names and headers: the same for a
  /// DICOM series and for the NRRD or MetaImage written from it.
  std::string content_sha256;
};

/// One CT series of a folder. Holds nothing that names a patient but the ending of the series' UID.
struct SeriesSummary {
  std::string uid_ending;             ///< what ct.series_uid takes: unique among the series of slices, or among the scouts; empty: the files name none
  std::int64_t slices = 0, columns = 0, rows = 0;
  std::optional<Vec2> pixel_mm;
  std::string spacing;                ///< "0.625 mm apart"
  std::optional<double> thickness_mm, kvp;
  std::string kernel;
  std::optional<int> age_days;        ///< at reference_date
  bool scout = false;                 ///< localizer: no volume
};
/// All CT series below `path`, series of slices before scouts, each in the order of their UIDs, with the notes of import_ct on what was left out. Reads headers only.
/// @throws Error(kBadInput) when there is no CT; Error(kIo)
std::vector<SeriesSummary> list_series(const std::filesystem::path& path, const std::optional<std::string>& reference_date,
                                       std::vector<std::string>& notes, const Progress& progress);

/// `path` is a folder (searched with its subfolders), a multi-frame DICOM file, or an image file.
/// Slices are ordered by position along the normal of their plane, never by name or number.
/// @throws Error(kBadInput): no such path, no image in the folder, several series (the message lists them with slice counts),
///   uneven spacing or missing slices (where, how large), mixed sizes or orientations, single slice, missing geometry, truncated
///   or damaged files, other modalities, values that cannot be HU.
/// Resampled only where the gantry was tilted: slices are shifted within their planes, with a note.
/// @throws Error(kIo) when a file cannot be read. Messages name files, for the user to find them; results never do.
CtImport import_ct(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress);

}  // namespace spongiosa::geometry
