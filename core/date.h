#pragma once
/// Days of the calendar.

#include <chrono>
#include <optional>
#include <string>

namespace spongiosa {

/// The day written "2026-02-28"; absent for anything else, and for days that no calendar has.
std::optional<std::chrono::sys_days> day_from_text(const std::string& text);

}  // namespace spongiosa
