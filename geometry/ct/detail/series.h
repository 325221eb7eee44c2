#pragma once
/// From all files of a folder to the planes of one CT series.

#include "core/progress.h"
#include "geometry/ct/detail/dicom_file.h"
#include "geometry/ct/import.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry::detail {

/// All image planes below `path` (a folder, searched with its subfolders, or one file). What is left out is counted in
/// `notes`, without file names: they may hold a patient's name.
/// @throws Error(kBadInput) when nothing there is a DICOM image.
std::vector<DicomSlice> scan_images(const std::filesystem::path& path, std::vector<std::string>& notes,
                                    const Progress& progress);

/// The planes of the one CT series that is meant.
/// @throws Error(kBadInput): no CT among the images, only scouts, several series and none chosen (lists them),
///   `series_uid` fits none or several.
std::vector<DicomSlice> select_series(std::vector<DicomSlice> images, const std::optional<std::string>& series_uid,
                                      std::vector<std::string>& notes);

/// What import.h's list_series returns. @throws Error(kBadInput) when none of the images is a CT
std::vector<SeriesSummary> summarise_series(const std::vector<DicomSlice>& images, const std::optional<std::string>& reference_date,
                                            std::vector<std::string>& notes);

}  // namespace spongiosa::geometry::detail
