#pragma once
/// Writes a CT image as a DICOM series of single-frame CT Image Storage files (explicit VR little endian).

#include "core/progress.h"
#include "geometry/ct/dicom_variant.h"
#include "geometry/image/image.h"

#include <filesystem>
#include <string>

namespace spongiosa::geometry {

struct DicomSeriesOptions {
  std::string case_id;                 ///< becomes PatientID and, "^"-free, PatientName: never a real person's
  std::string description;
  double kvp = 120.0;
  double slice_thickness_mm = 1.0;
  std::string kernel;
  DicomVariant variant = DicomVariant::kPlain;
};

/// UIDs are derived from the content (2.25.<hash>), so the same image gives the same bytes.
void write_dicom_series(const std::filesystem::path& folder, const HuImage& image, const DicomSeriesOptions& options,
                        const Progress& progress);

}  // namespace spongiosa::geometry
