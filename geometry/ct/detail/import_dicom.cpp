#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "geometry/ct/detail/child_process.h"
#include "geometry/ct/detail/import_parts.h"
#include "geometry/ct/detail/scan_age.h"
#include "geometry/ct/detail/series.h"
#include "geometry/ct/detail/shear.h"
#include "geometry/ct/detail/stack.h"

#include <algorithm>

namespace spongiosa::geometry::detail {

namespace {

/// "Philips Brilliance 16P", without the maker's name twice.
std::string scanner_name(const DicomSlice& slice) {
  if (slice.model.empty() || slice.model.starts_with(slice.manufacturer)) return slice.model.empty() ? slice.manufacturer : slice.model;
  return slice.manufacturer.empty() ? slice.model : slice.manufacturer + " " + slice.model;
}

/// The value all slices share; null, with a note, where they differ.
template <class Get>
Json common_value(const Stack& stack, const char* what, Get get, std::vector<std::string>& notes) {
  const Json first = get(stack.places.front().front());
  for (const auto& place : stack.places)
    if (get(place.front()) != first) {
      notes.push_back(fmt::format("{} differs from slice to slice", what));
      return nullptr;
    }
  return first;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

/// RescaleType (0028,1054) says what the numbers are; absent means Hounsfield units for CT (PS3.3, C.11.1.1.2).
void require_hounsfield(const Stack& stack, std::vector<std::string>& notes) {
  bool modified = false, unspecified = false;
  for (const auto& place : stack.places)
    for (const DicomSlice& slice : place) {
      const std::string& type = slice.rescale_type;
      modified = modified || type == "HU_MOD";
      unspecified = unspecified || type == "US";
      if (!type.empty() && type != "HU" && type != "HU_MOD" && type != "US")
        fail_input("the values of the series are '{}' (RescaleType), not Hounsfield units: give the plain CT reconstruction",
                   plain_text(type).get<std::string>());
    }
  if (modified) notes.push_back("RescaleType is HU_MOD: the scanner modified the Hounsfield units (virtual monoenergetic or similar)");
  if (unspecified) notes.push_back("RescaleType is US (unspecified): taken as Hounsfield units");
}

Json rescale_info(const Stack& stack) {
  const DicomSlice& first = stack.places.front().front();
  const bool varies = std::any_of(stack.places.begin(), stack.places.end(), [&](const auto& place) {
    return place.front().slope != first.slope || place.front().intercept != first.intercept;
  });
  Json rescale;
  rescale["slope"] = varies ? Json(nullptr) : number_or_null(first.slope);
  rescale["intercept"] = varies ? Json(nullptr) : number_or_null(first.intercept);
  rescale["varies_per_slice"] = varies;
  return rescale;
}

/// What decoding found, besides the values.
struct Decoded {
  DecodeCounts counts;
  std::int64_t dropped = 0;   ///< slices that are there twice
};

/// Writes the volume to `hu`, and compares what lies at the same place.
Decoded decode_places(const Stack& stack, std::int16_t* hu, const ChildReport& report) {
  PixelDecoder decoder;
  Decoded decoded;
  const std::size_t plane = std::size_t(stack.grid.size[0] * stack.grid.size[1]);
  std::vector<std::int16_t> again;
  for (std::size_t k = 0; k < stack.places.size(); ++k) {
    if (k % 8 == 0)
      report.progress(double(k) / double(stack.places.size()), fmt::format("Reading slice {} of {}", k + 1, stack.places.size()));
    std::int16_t* target = hu + k * plane;
    const auto& place = stack.places[k];
    report.at_file(place.front().file);
    decoder.decode_hu(place.front(), target, decoded.counts);
    for (std::size_t n = 1; n < place.size(); ++n) {
      DecodeCounts not_counted;
      again.resize(plane);
      report.at_file(place[n].file);
      decoder.decode_hu(place[n], again.data(), not_counted);
      if (!std::equal(again.begin(), again.end(), target)) {
        const Vec3& p = *place[n].position_mm;
        fail_input("two different images lie at the same position ({:.2f}, {:.2f}, {:.2f}) mm in one series ('{}' and '{}'): "
                   "a time series or two reconstructions; separate them and give one",
                   p.x(), p.y(), p.z(), place.front().name(), place[n].name());
      }
      ++decoded.dropped;
    }
  }
  return decoded;
}

/// Fills the volume, in a child process: decoders die of damaged pixel data as readers do of damaged headers.
Decoded decode_stack(const Stack& stack, HuImage& hu, const Progress& progress) {
  const std::size_t voxels = std::size_t(product(stack.grid.size));
  const SharedMemory values(voxels * sizeof(std::int16_t)), found(sizeof(Decoded));
  const DicomSlice& first = stack.places.front().front();
  const std::uint64_t file_bytes = std::uint64_t(first.columns) * std::uint64_t(first.rows) * std::uint64_t(first.frames) * 4;
  constexpr std::uint64_t kDecodeMemoryBytes = std::uint64_t(512) << 20;
  run_in_child(
      [&](const ChildReport& report) {
        *static_cast<Decoded*>(found.data()) = decode_places(stack, static_cast<std::int16_t*>(values.data()), report);
      },
      kDecodeMemoryBytes + 8 * file_bytes, progress);
  hu = stack.grid;
  const auto* first_value = static_cast<const std::int16_t*>(values.data());
  hu.data.assign(first_value, first_value + voxels);
  return *static_cast<const Decoded*>(found.data());
}

/// Without a rescale the stored numbers may already be HU (signed, air near -1000) or raw (from 0 up).
void check_missing_rescale(const Stack& stack, const HuImage& hu, std::vector<std::string>& notes) {
  std::size_t missing = 0;
  for (const auto& place : stack.places) missing += !place.front().slope || !place.front().intercept;
  if (missing == 0) return;
  const std::int16_t lowest = *std::min_element(hu.data.begin(), hu.data.end());
  if (missing != stack.places.size() || lowest > -200)
    fail_input("{} of {} slices have no RescaleSlope and RescaleIntercept, and their values (from {} up) are not Hounsfield "
               "units as stored: export the original CT series",
               missing, stack.places.size(), lowest);
  notes.push_back("RescaleSlope and RescaleIntercept are missing: the stored values are taken as Hounsfield units");
}

}  // namespace

CtImport import_dicom(const std::filesystem::path& path, const ImportOptions& options, const Progress& progress) {
  CtImport result;
  std::vector<DicomSlice> images = scan_images(path, result.notes, progress.part(0.0, 0.3));
  std::vector<DicomSlice> series = select_series(std::move(images), options.series_uid, result.notes);
  if (!std::filesystem::is_directory(path) && series.size() == 1)
    fail_input("'{}' is a single slice: name the folder that holds all files of the series", path.string());
  const Stack stack = stack_slices(std::move(series), options.spacing_tolerance_mm, result.notes);
  require_hounsfield(stack, result.notes);

  const auto [counts, dropped] = decode_stack(stack, result.hu, progress.part(0.3, 0.9));
  check_missing_rescale(stack, result.hu, result.notes);
  if (!stack.shift_mm.empty()) {
    constexpr std::int16_t kAir = -1000;
    const std::int16_t outside = std::min(kAir, *std::min_element(result.hu.data.begin(), result.hu.data.end()));
    result.hu = straightened(result.hu, stack.shift_mm, outside, progress.part(0.9, 1.0));
  }
  if (dropped > 0)
    result.notes.push_back(fmt::format("{} dropped: same position and same pixels as another",
                                       dropped == 1 ? "1 duplicate slice was" : fmt::format("{} duplicate slices were", dropped)));
  if (counts.rounded > 0)
    result.notes.push_back(fmt::format("{} voxels were rounded to whole HU (the rescale slope is not a whole number)", counts.rounded));
  if (counts.clamped > 0)
    result.notes.push_back(fmt::format("{} voxels beyond the range -32768 to 32767 HU were set to its end", counts.clamped));

  const DicomSlice& first = stack.places.front().front();
  Json& info = result.info = empty_info();
  info["format"] = first.frames > 1 ? "DICOM multi-frame" : "DICOM";
  info["modality"] = "CT";
  info["manufacturer_model"] = plain_text(scanner_name(first));
  info["kvp"] = common_value(stack, "the tube voltage", [](const DicomSlice& s) { return number_or_null(s.kvp); }, result.notes);
  info["kernel"] = common_value(stack, "the kernel", [](const DicomSlice& s) { return plain_text(s.kernel); }, result.notes);
  info["slice_thickness_mm"] = common_value(
      stack, "the slice thickness", [](const DicomSlice& s) { return number_or_null(s.thickness_mm); }, result.notes);
  info["patient_position"] = plain_text(first.patient_position);
  info["rescale"] = rescale_info(stack);
  info["transfer_syntax"] = common_value(
      stack, "the transfer syntax", [](const DicomSlice& s) { return Json(s.transfer_syntax); }, result.notes);
  const auto lossy = std::count_if(stack.places.begin(), stack.places.end(), [](const auto& p) { return p.front().lossy; });
  info["lossy_compression"] = lossy > 0;
  if (lossy > 0) result.notes.push_back(fmt::format("{} slices were compressed with loss: their HU are approximate", lossy));
  info["series_uid_sha256"] = first.series_uid.empty() ? Json(nullptr) : Json(sha256(first.series_uid));

  if (options.reference_date) {
    const auto age_days = scan_age_days(first.date, *options.reference_date);
    if (age_days) info["age_days"] = *age_days;
    if (!age_days) result.notes.push_back("the age of the scan is not known: its date is missing, or later than ct.reference_date");
  }

  const double step_mm = stack.grid.spacing_mm.z();
  if (first.thickness_mm && step_mm > 1.2 * *first.thickness_mm && *first.thickness_mm > 0.0)
    result.notes.push_back(fmt::format("the slices are {:.3g} mm thick but {:.3g} mm apart: what lies between was not scanned",
                                       *first.thickness_mm, step_mm));
  return result;
}

}  // namespace spongiosa::geometry::detail
