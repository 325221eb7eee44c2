#include "geometry/ct/detail/series.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/ct/detail/child_process.h"
#include "geometry/ct/detail/import_parts.h"
#include "geometry/ct/detail/scan_age.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <map>

namespace fs = std::filesystem;

namespace spongiosa::geometry::detail {

namespace {

using Series = std::map<std::string, std::vector<DicomSlice>>;  ///< by SeriesInstanceUID; ordered, so messages are stable

/// A header needs little; a damaged length asks for gigabytes.
constexpr std::uint64_t kScanMemoryBytes = std::uint64_t(256) << 20;

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// "2 MR, 1 PT"
std::string counted(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::string> items;
  for (const auto& [name, count] : counts) items.push_back(fmt::format("{} {}", count, name));
  return join(items, ", ");
}

std::vector<fs::path> files_below(const fs::path& path) {
  std::vector<fs::path> files;
  if (!fs::is_directory(path)) return {path};
  std::error_code error;
  fs::recursive_directory_iterator entries(path, error);
  if (error) fail_io("cannot read the folder '{}': {}", path.string(), error.message());
  for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (error) fail_io("cannot read the folder '{}': {}", path.string(), error.message());
    if (entries->is_regular_file()) files.push_back(entries->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_scout(const DicomSlice& slice) {
  // Third value of ImageType (PS3.3, C.8.2.1.1.1).
  std::size_t at = slice.image_type.find('\\');
  if (at != std::string::npos) at = slice.image_type.find('\\', at + 1);
  return at != std::string::npos && slice.image_type.compare(at + 1, 9, "LOCALIZER") == 0;
}

/// Of an image that is no CT slice: "MR", or "CT screenshot".
std::string kind_of(const DicomSlice& slice) {
  if (slice.modality.empty()) return "unnamed";
  return slice.modality == "CT" ? "CT screenshot" : slice.modality;
}

bool is_ct(const DicomSlice& slice) {
  const bool secondary_capture = slice.sop_class_uid.starts_with("1.2.840.10008.5.1.4.1.1.7");
  if (slice.samples_per_pixel != 1) return false;
  // Dose sheets and screenshots are filed under CT as secondary captures; without a position they are no slices.
  if (secondary_capture && !slice.position_mm) return false;
  return slice.modality == "CT" || (slice.modality.empty() && is_ct_class(slice.sop_class_uid));
}

/// How far apart the slices of a series lie: "1.000 mm apart", or a range where they are uneven.
std::string gap_text(const std::vector<DicomSlice>& slices) {
  std::vector<double> positions;
  for (const DicomSlice& slice : slices)
    if (slice.position_mm && slice.row_axis)
      positions.push_back(slice.row_axis->cross(*slice.column_axis).dot(*slice.position_mm));
  std::sort(positions.begin(), positions.end());
  double low = 1e30, high = 0.0;
  for (std::size_t n = 1; n < positions.size(); ++n) {
    const double gap = positions[n] - positions[n - 1];
    if (gap < 1e-3) continue;
    low = std::min(low, gap);
    high = std::max(high, gap);
  }
  if (high == 0.0) return "spacing unknown";
  if (high - low < 0.01) return fmt::format("{:.3g} mm apart", high);
  return fmt::format("{:.3g} to {:.3g} mm apart", low, high);
}

/// The shortest ending of at least six characters that no other series has.
std::string unique_ending(const std::string& uid, const Series& all) {
  for (std::size_t length = std::min<std::size_t>(6, uid.size()); length < uid.size(); ++length) {
    const std::string ending = uid.substr(uid.size() - length);
    std::size_t fits = 0;
    for (const auto& [other, slices] : all) fits += other.ends_with(ending);
    if (fits == 1) return ending;
  }
  return uid;
}

std::string list(const Series& some, const Series& all) {
  std::vector<std::string> items;
  for (const auto& [uid, slices] : some) {
    const DicomSlice& first = slices.front();
    std::string pixel = "pixel size unknown";
    if (first.pixel_spacing_mm)
      pixel = fmt::format("{:.3g} x {:.3g} mm pixels", first.pixel_spacing_mm->x(), first.pixel_spacing_mm->y());
    items.push_back(fmt::format("'{}' ({} of {} x {}, {}, {})", unique_ending(uid, all),
                                plural(slices.size(), "slice", "slices"), first.columns, first.rows, pixel,
                                gap_text(slices)));
  }
  return join(items, "; ");
}

}  // namespace

std::vector<DicomSlice> scan_images(const fs::path& path, std::vector<std::string>& notes, const Progress& progress) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) fail_input("there is no file or folder '{}'", path.string());
  const std::vector<fs::path> files = files_below(path);
  if (files.empty()) fail_input("the folder '{}' is empty: it should hold the files of a CT scan", path.string());

  // First in a child process, which may die of a damaged header; what it has survived is then read here.
  std::uintmax_t largest = 0;  // plus one: a size that cannot be read comes as -1
  for (const fs::path& file : files) largest = std::max(largest, fs::file_size(file, ignored) + 1);
  run_in_child(
      [&](const ChildReport& report) {
        for (std::size_t n = 0; n < files.size(); ++n) {
          if (n % 16 == 0) report.progress(double(n) / double(files.size()), fmt::format("Checking headers, {} of {}", n, files.size()));
          report.at_file(files[n]);
          scan_file(files[n]);
        }
      },
      kScanMemoryBytes + 4 * largest, progress.part(0.0, 0.5));

  const Progress reading = progress.part(0.5, 1.0);
  std::vector<DicomSlice> images;
  std::size_t empty = 0, foreign = 0, no_image = 0;
  std::map<std::string, std::size_t> kinds;
  for (std::size_t n = 0; n < files.size(); ++n) {
    if (n % 16 == 0) reading.report(double(n) / double(files.size()), fmt::format("Reading headers, {} of {}", n, files.size()));
    const ScannedFile scanned = scan_file(files[n]);
    switch (scanned.kind) {
      case FileKind::kEmpty: ++empty; break;
      case FileKind::kForeign: ++foreign; break;
      case FileKind::kNoImage:
        ++no_image;
        ++kinds[scanned.modality];
        break;
      case FileKind::kImage: images.insert(images.end(), scanned.slices.begin(), scanned.slices.end());
    }
  }
  if (images.empty()) {
    if (no_image > 0)
      fail_input("'{}' has DICOM files but no image ({}): the files of the CT series itself are needed", path.string(),
                 counted(kinds));
    fail_input("'{}' has no DICOM image ({} looked at): name the folder that holds the files of the CT series, or a .nrrd, "
               ".nii, .nii.gz or .mha file",
               path.string(), plural(files.size(), "file", "files"));
  }
  if (empty > 0) notes.push_back(plural(empty, "empty file", "empty files") + " ignored");
  if (foreign > 0) notes.push_back(plural(foreign, "file that is", "files that are") + " not DICOM ignored");
  if (no_image > 0)
    notes.push_back(fmt::format("{} without an image ignored ({})", plural(no_image, "DICOM file", "DICOM files"), counted(kinds)));
  return images;
}

std::vector<DicomSlice> select_series(std::vector<DicomSlice> images, const std::optional<std::string>& series_uid,
                                      std::vector<std::string>& notes) {
  Series all;
  std::map<std::string, std::size_t> other_kinds;
  std::size_t others = 0, scouts = 0;
  for (DicomSlice& slice : images) {
    if (!is_ct(slice)) {
      ++others;
      ++other_kinds[kind_of(slice)];
    } else if (is_scout(slice)) {
      ++scouts;
    } else {
      all[slice.series_uid].push_back(std::move(slice));
    }
  }
  if (all.empty() && scouts == 0)
    fail_input("there is no CT here ({}): grey values of other modalities are not Hounsfield units, from which bone is "
               "found and its stiffness computed; give the CT series",
               counted(other_kinds));
  if (all.empty())
    fail_input("there {} here and no CT slices: give the axial series",
               scouts == 1 ? "is only a scout (localizer) image" : fmt::format("are only {} scout (localizer) images", scouts));
  if (others > 0)
    notes.push_back(fmt::format("{} that {} not CT ignored ({})", plural(others, "image", "images"), others == 1 ? "is" : "are",
                                counted(other_kinds)));
  if (scouts > 0) notes.push_back(plural(scouts, "scout (localizer) image", "scout (localizer) images") + " ignored");

  if (series_uid) {
    Series fitting;
    for (const auto& [uid, slices] : all)
      if (uid.ends_with(*series_uid)) fitting[uid] = slices;
    if (fitting.empty())
      fail_input("no CT series has a UID that ends with '{}' (ct.series_uid); there {} {}", *series_uid,
                 all.size() == 1 ? "is" : "are", list(all, all));
    if (fitting.size() > 1)
      fail_input("'{}' (ct.series_uid) fits {} series: give a longer ending; there are {}", *series_uid, fitting.size(),
                 list(fitting, all));
    if (all.size() > 1)
      notes.push_back(plural(all.size() - 1, "other CT series", "other CT series") + " ignored, as chosen by ct.series_uid");
    return fitting.begin()->second;
  }

  Series stacks;
  std::size_t single_images = 0;
  for (const auto& [uid, slices] : all) {
    if (slices.size() > 1)
      stacks[uid] = slices;
    else
      ++single_images;
  }
  if (all.size() == 1) return all.begin()->second;
  if (stacks.size() == 1) {
    notes.push_back(plural(single_images, "CT series of a single image", "CT series of single images") + " ignored");
    return stacks.begin()->second;
  }
  const Series& shown = stacks.empty() ? all : stacks;
  fail_input("there are {} CT series here; choose one by setting ct.series_uid to the ending of its UID: {}", shown.size(),
             list(shown, all));
}

std::vector<SeriesSummary> summarise_series(const std::vector<DicomSlice>& images, const std::optional<std::string>& reference_date,
                                            std::vector<std::string>& notes) {
  Series stacks, scouts;
  std::map<std::string, std::size_t> other_kinds;
  std::size_t others = 0;
  for (const DicomSlice& slice : images) {
    if (is_ct(slice)) {
      (is_scout(slice) ? scouts : stacks)[slice.series_uid].push_back(slice);
    } else {
      ++others;
      ++other_kinds[kind_of(slice)];
    }
  }
  if (stacks.empty() && scouts.empty()) fail_input("there is no CT series here ({})", counted(other_kinds));
  if (others > 0)
    notes.push_back(fmt::format("{} that {} not CT left out ({})", plural(others, "image", "images"), others == 1 ? "is" : "are", counted(other_kinds)));
  std::vector<SeriesSummary> result;
  // Scouts may share the UID of the slices they were planned for, and a choice of series never means them.
  for (const Series* kind : {&stacks, &scouts})
    for (const auto& [uid, slices] : *kind) {
      const DicomSlice& first = slices.front();
      SeriesSummary summary;
      summary.scout = kind == &scouts;
      summary.uid_ending = unique_ending(uid, *kind);
      summary.slices = std::int64_t(slices.size());
      summary.columns = first.columns;
      summary.rows = first.rows;
      summary.pixel_mm = first.pixel_spacing_mm;
      summary.spacing = gap_text(slices);
      summary.thickness_mm = first.thickness_mm;
      summary.kvp = first.kvp;
      if (const Json kernel = plain_text(first.kernel); kernel.is_string()) summary.kernel = kernel.get<std::string>();
      if (reference_date) summary.age_days = scan_age_days(first.date, *reference_date);
      result.push_back(std::move(summary));
    }
  return result;
}

}  // namespace spongiosa::geometry::detail
