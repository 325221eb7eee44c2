#pragma once
/// How old a scan is.

#include <optional>
#include <string>

namespace spongiosa::geometry::detail {

/// Days from a DICOM date (YYYYMMDD; old files write YYYY.MM.DD) to `reference_date` (YYYY-MM-DD). Absent when the scan's date is missing,
/// no date, or later than the reference.
/// @throws Error(kBadInput) when `reference_date` is no date
std::optional<int> scan_age_days(const std::string& dicom_date, const std::string& reference_date);

}  // namespace spongiosa::geometry::detail
