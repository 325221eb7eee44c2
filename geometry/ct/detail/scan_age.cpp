#include "geometry/ct/detail/scan_age.h"

#include "core/date.h"
#include "core/error.h"

namespace spongiosa::geometry::detail {

std::optional<int> scan_age_days(const std::string& dicom_date, const std::string& reference_date) {
  const auto reference = day_from_text(reference_date);
  if (!reference) fail_input("\"{}\" is no day to count the age of a scan to; write year-month-day, as 2026-02-28", reference_date);
  std::string digits;
  for (const char c : dicom_date)
    if (c != '.' && c != ' ') digits += c;
  if (digits.size() != 8) return std::nullopt;
  const auto scan = day_from_text(digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2));
  if (!scan || *scan > *reference) return std::nullopt;
  return int((*reference - *scan).count());
}

}  // namespace spongiosa::geometry::detail
