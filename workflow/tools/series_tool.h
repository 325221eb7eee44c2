#pragma once
/// What CT series a folder holds: what `spongiosa series` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct SeriesJob {
  std::filesystem::path path;
  std::optional<std::string> reference_date;  ///< YYYY-MM-DD: ages are counted to it
};

/// @returns {format: "spongiosa-series", version, series: [{series_uid_ending, slices, columns, rows, pixel_mm, spacing, slice_thickness_mm,
///   kvp, kernel, age_days, scout}], notes}: nothing that names a patient
/// @throws Error(kBadInput) without any CT, Error(kIo)
Json run_series_job(const SeriesJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
