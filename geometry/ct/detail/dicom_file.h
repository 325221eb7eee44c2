#pragma once
/// One DICOM file: what its header says and the values of its image, by GDCM.

#include "core/vector.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry::detail {

/// One plane of a scan: a single-frame file, or one frame of a multi-frame file.
struct DicomSlice {
  std::filesystem::path file;
  int frame = 0;                          ///< 0-based
  std::string series_uid, sop_class_uid;  ///< stay in memory: they identify the patient's examination
  std::string modality, image_type, transfer_syntax, rescale_type;
  std::string manufacturer, model, kernel, patient_position;
  std::string date;                       ///< YYYYMMDD of acquisition, series or study, whichever is there first; stays in memory
  int columns = 0, rows = 0, frames = 1, samples_per_pixel = 1, bits_allocated = 0;
  bool compressed = false, deflated = false, lossy = false;
  std::int64_t pixel_offset = -1;         ///< where the pixel data begin in the file; -1 when it ends before
  std::optional<Vec3> position_mm;        ///< ImagePositionPatient
  std::optional<Vec3> row_axis;           ///< unit vector along a row (i), LPS
  std::optional<Vec3> column_axis;        ///< unit vector down a column (j), LPS
  std::optional<Vec2> pixel_spacing_mm;   ///< x (between columns), y (between rows)
  std::optional<double> slope, intercept, thickness_mm, kvp;
  double gantry_tilt_deg = 0.0;

  std::string name() const { return file.filename().string(); }
};

bool is_ct_class(const std::string& sop_class_uid);

enum class FileKind {
  kEmpty,
  kForeign,   ///< nothing in it looks like DICOM
  kNoImage,   ///< DICOM without an image: structure sets, reports, plans, DICOMDIR
  kImage,
};

struct ScannedFile {
  FileKind kind = FileKind::kForeign;
  std::vector<DicomSlice> slices;   ///< one, or one per frame
  std::string modality;
};

/// Reads the header only. @throws Error(kBadInput) when the file is DICOM but its header is damaged; Error(kIo) when unreadable.
ScannedFile scan_file(const std::filesystem::path& file);

/// What happened to the values on the way to whole Hounsfield units.
struct DecodeCounts {
  std::int64_t rounded = 0;   ///< slope * stored + intercept was not a whole number
  std::int64_t clamped = 0;   ///< beyond the 16-bit range
};

/// Decodes files one after the other; frames of one multi-frame file are decoded once.
class PixelDecoder {
 public:
  /// Writes columns*rows values, x fastest. A missing slope counts as 1, a missing intercept as 0.
  /// @throws Error(kBadInput) when the pixel data are truncated, damaged or of a kind that cannot be decoded.
  void decode_hu(const DicomSlice& slice, std::int16_t* hu, DecodeCounts& counts);

 private:
  void load(const DicomSlice& slice);
  std::filesystem::path file_;
  std::vector<char> bytes_;
  int scalar_type_ = 0;
};

}  // namespace spongiosa::geometry::detail
