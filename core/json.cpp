#include "core/json.h"

#include "core/error.h"
#include "core/file.h"

#include <cmath>

namespace spongiosa {

namespace {

bool all_finite(const Json& value) {
  if (value.is_number_float()) return std::isfinite(value.get<double>());
  if (value.is_structured())
    for (const auto& item : value)
      if (!all_finite(item)) return false;
  return true;
}

}  // namespace

Json read_json(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  try {
    return Json::parse(text, nullptr, true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& error) {
    // nlohmann gives the byte; people want line and column.
    std::size_t line = 1, column = 1;
    for (std::size_t i = 0; i + 1 < error.byte && i < text.size(); ++i) {
      if (text[i] == '\n') {
        ++line;
        column = 1;
      } else {
        ++column;
      }
    }
    fail_input("'{}' is not valid JSON at line {}, column {}: check for a missing comma, quote or bracket", file.string(), line,
               column);
  }
}

std::string canonical_text(const Json& document) {
  SPONGIOSA_ASSERT(all_finite(document));
  return document.dump(2) + "\n";
}

void write_json(const std::filesystem::path& file, const Json& document) { write_text_file(file, canonical_text(document)); }

}  // namespace spongiosa
