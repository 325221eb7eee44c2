#pragma once
/// A scan of a few voxels whose every value is different enough to notice when one is out of place.

#include "core/error.h"
#include "geometry/ct/dicom_series.h"
#include "geometry/ct/import.h"
#include "tests/geometry/ct/dicom_edit.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

inline HuImage small_scan() {
  HuImage image;
  image.size = {12, 10, 8};
  image.spacing_mm = Vec3(0.78125, 0.7, 1.25);
  image.origin_Patient = Vec3(-201.5, -59.25, -464.8);
  image.allocate();
  for (std::int64_t k = 0; k < 8; ++k)
    for (std::int64_t j = 0; j < 10; ++j)
      for (std::int64_t i = 0; i < 12; ++i) image.at(i, j, k) = std::int16_t(-1000 + (i * 37 + j * 101 + k * 211) % 2300);
  return image;
}

inline HuImage oblique_scan() {
  HuImage image = small_scan();
  image.direction = (Eigen::AngleAxisd(0.3, Vec3::UnitX()) * Eigen::AngleAxisd(-0.7, Vec3(1, 2, 3).normalized())).toRotationMatrix();
  return image;
}

inline DicomSeriesOptions series_options() {
  DicomSeriesOptions options;
  options.case_id = "case-1";
  options.description = "synthetic";
  options.kernel = "B60";
  options.slice_thickness_mm = 1.25;
  return options;
}

/// The folder of a clean series, with ways to spoil it.
class SeriesFolder {
 public:
  explicit SeriesFolder(const HuImage& image = small_scan(), const std::string& name = "series")
      : folder_(temporary_.path() / name) {
    write_dicom_series(folder_, image, series_options(), Progress());
  }
  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path slice(int number) const { return folder_ / fmt::format("slice-{:05}.dcm", number); }
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
  }
  /// Changes every file; n counts from 0 along the stack.
  void edit(const std::function<void(DicomEdit&, int n)>& change) const {
    int n = 0;
    for (const auto& file : files()) {
      DicomEdit edited(file);
      change(edited, n++);
      edited.save(file);
    }
  }
  void edit_one(int number, const std::function<void(DicomEdit&)>& change) const {
    DicomEdit edited(slice(number));
    change(edited);
    edited.save(slice(number));
  }

 private:
  TemporaryFolder temporary_;
  std::filesystem::path folder_;
};

inline CtImport import_folder(const std::filesystem::path& path, const ImportOptions& options = {}) {
  return import_ct(path, options, Progress());
}

inline void require_same_grid(const HuImage& a, const HuImage& b, double tolerance_mm = 1e-9) {
  REQUIRE(a.size == b.size);
  CHECK((a.spacing_mm - b.spacing_mm).norm() < tolerance_mm);
  CHECK((a.origin_Patient - b.origin_Patient).norm() < tolerance_mm);
  CHECK((a.direction - b.direction).norm() < tolerance_mm);
}

inline bool has_note(const CtImport& result, const std::string& part) {
  return std::any_of(result.notes.begin(), result.notes.end(), [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

/// The import must be refused as bad input with a message of one line that holds all `parts`.
inline void require_refused(const std::filesystem::path& path, const std::vector<std::string>& parts, const ImportOptions& options = {},
                            ExitCode code = ExitCode::kBadInput) {
  try {
    import_folder(path, options);
  } catch (const Error& error) {
    const std::string message = error.what();
    INFO(message);
    CHECK(error.code() == code);
    CHECK(message.find('\n') == std::string::npos);
    for (const std::string& part : parts) {
      INFO("expected to find: " << part);
      CHECK(message.find(part) != std::string::npos);
    }
    return;
  }
  FAIL("the import was not refused; expected: " << parts.front());
}

}  // namespace spongiosa::geometry
