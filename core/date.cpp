#include "core/date.h"

#include <cctype>

namespace spongiosa {

std::optional<std::chrono::sys_days> day_from_text(const std::string& text) {
  if (text.size() != 10) return std::nullopt;
  for (std::size_t n = 0; n < text.size(); ++n) {
    const bool dash = n == 4 || n == 7;
    if (dash ? text[n] != '-' : !std::isdigit(static_cast<unsigned char>(text[n]))) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(std::stoi(text.substr(0, 4))), std::chrono::month(unsigned(std::stoi(text.substr(5, 2)))),
                                         std::chrono::day(unsigned(std::stoi(text.substr(8, 2))))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

}  // namespace spongiosa
