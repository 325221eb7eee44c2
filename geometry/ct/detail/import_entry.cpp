#include "core/error.h"
#include "geometry/ct/detail/content_hash.h"
#include "geometry/ct/detail/import_parts.h"
#include "geometry/ct/detail/series.h"
#include "geometry/image/detail/image_file_itk.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

Json empty_info() {
  Json info;
  for (const char* key : {"format", "modality", "manufacturer_model", "kvp", "kernel", "slice_thickness_mm", "spacing_mm", "size",
                          "slices", "patient_position", "rescale", "transfer_syntax", "lossy_compression", "hu_range",
                          "series_uid_sha256", "age_days"})
    info[key] = nullptr;
  return info;
}

Json plain_text(const std::string& text) {
  std::string plain;
  for (const char c : text.substr(0, 64)) plain += c >= 0x20 && c < 0x7f ? c : '?';
  return plain.empty() ? Json(nullptr) : Json(plain);
}

void describe_image(CtImport& result) {
  const HuImage& hu = result.hu;
  const auto [low, high] = std::minmax_element(hu.data.begin(), hu.data.end());
  result.info["hu_range"] = {*low, *high};
  result.info["spacing_mm"] = {hu.spacing_mm[0], hu.spacing_mm[1], hu.spacing_mm[2]};
  result.info["size"] = {hu.size[0], hu.size[1], hu.size[2]};
  result.info["slices"] = hu.size[2];
  // Scanners end at -1024 (12 bits); what is far below is the mark for "outside the field of view".
  constexpr int kBelowAirHu = -1100;
  const auto padding = std::count_if(hu.data.begin(), hu.data.end(), [](std::int16_t v) { return v < kBelowAirHu; });
  if (padding > 0)
    result.notes.push_back(fmt::format("{} voxels are below {} HU, down to {}: padding outside the field of view or noise, kept",
                                       padding, kBelowAirHu, *low));
}

namespace {

CtImport import_any(const fs::path& path, const ImportOptions& options, const Progress& progress) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    fail_input("there is no CT at '{}': name a folder of DICOM files or a .nrrd, .nii, .nii.gz or .mha file", path.string());
  const bool image_file = !fs::is_directory(path) && has_image_ending(path);
  if (image_file && options.series_uid)
    fail_input("ct.series_uid chooses among DICOM series, but '{}' is an image file: leave it out", path.string());
  CtImport result = image_file ? import_image_file(path, progress.part(0.0, 0.9))
                               : import_dicom(path, options, progress.part(0.0, 0.9));
  describe_image(result);
  progress.report(0.9, "Hashing the scan");
  result.content_sha256 = content_sha256(result.hu);
  progress.report(1.0, "Scan imported");
  return result;
}

}  // namespace

}  // namespace spongiosa::geometry::detail

extern "C" void spongiosa_import_ct(const fs::path& path, const spongiosa::geometry::ImportOptions& options,
                                    const spongiosa::Progress& progress, spongiosa::geometry::CtImport& result) {
  result = spongiosa::geometry::detail::import_any(path, options, progress);
}

extern "C" void spongiosa_list_series(const fs::path& path, const std::optional<std::string>& reference_date, std::vector<std::string>& notes,
                                      const spongiosa::Progress& progress, std::vector<spongiosa::geometry::SeriesSummary>& result) {
  namespace d = spongiosa::geometry::detail;
  std::error_code ignored;
  if (fs::is_regular_file(path, ignored) && d::has_image_ending(path))
    spongiosa::fail_input("'{}' is an image file: it holds one volume and no series to choose from", path.string());
  result = d::summarise_series(d::scan_images(path, notes, progress), reference_date, notes);
}
