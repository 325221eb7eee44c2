#include "workflow/case_read.h"

#include "core/error.h"
#include "core/file.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace spongiosa::workflow {

namespace {

struct Place {
  std::size_t line = 1, column = 1;
};
Place place_of(const std::string& text, std::size_t byte) {
  Place place;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    ++place.column;
    if (text[i] == '\n') place = {place.line + 1, 1};
  }
  return place;
}

/// JSON has no word for a number that is not finite; people and programs write these.
bool starts_non_finite(const std::string& text, std::size_t byte) {
  // The parser stops at or just behind the first letter that cannot be JSON ("N" of NaN, "a" of nan).
  std::size_t begin = std::min(byte, text.size());
  while (begin > 0 && (std::isalpha(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '-' || text[begin - 1] == '+'))
    --begin;
  std::string word;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = char(std::tolower(static_cast<unsigned char>(text[i])));
    if (!std::isalpha(static_cast<unsigned char>(c)) && c != '-' && c != '+') break;
    if (std::isalpha(static_cast<unsigned char>(c))) word += c;
  }
  return word == "nan" || word == "inf" || word == "infinity";
}

/// Walks through the text without keeping values: knows the path of the key it is at.
class Walker {
 public:
  Walker(const std::string& where, const std::string& text) : where_(where), text_(text) {}

  bool null() { return value(); }
  bool boolean(bool) { return value(); }
  bool number_integer(Json::number_integer_t) { return value(); }
  bool number_unsigned(Json::number_unsigned_t) { return value(); }
  bool number_float(Json::number_float_t, const Json::string_t&) { return value(); }
  bool string(Json::string_t&) { return value(); }
  bool binary(Json::binary_t&) { return value(); }
  bool start_object(std::size_t) {
    levels_.push_back({});
    return true;
  }
  bool key(Json::string_t& name) {
    Level& level = levels_.back();
    level.name = name;
    if (!level.names.insert(name).second) fail_input("{}: the key {} stands there twice; keep one", where_, path());
    return true;
  }
  bool end_object() { return end(); }
  bool start_array(std::size_t) {
    levels_.push_back({});
    return true;
  }
  bool end_array() { return end(); }
  bool parse_error(std::size_t byte, const std::string& token, const Json::exception& error) {
    const Place place = place_of(text_, byte);
    const std::string at = path().empty() ? "" : " (at " + path() + ")";
    if (error.id == 406 || starts_non_finite(text_, byte))
      fail_input("{}: {} is not a finite number (line {}{}); write a finite number", where_, path(), place.line,
                 error.id == 406 ? ", " + token : "");
    fail_input("{} is not valid JSON at line {}, column {}{}: check for a missing comma, quote or bracket", where_, place.line,
               place.column, at);
  }

 private:
  struct Level {
    std::string name;
    std::set<std::string> names;
  };

  bool value() { return true; }
  bool end() {
    levels_.pop_back();
    return true;
  }
  std::string path() const {
    std::string dotted;
    for (const Level& level : levels_)
      if (!level.name.empty()) dotted += (dotted.empty() ? "" : ".") + level.name;
    return dotted;
  }

  const std::string& where_;
  const std::string& text_;
  std::vector<Level> levels_;
};

}  // namespace

Json read_case_file(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  const std::string where = "'" + file.string() + "'";
  Walker walker(where, text);
  Json::sax_parse(text, &walker, Json::input_format_t::json, /*strict=*/true, /*ignore_comments=*/true);
  return Json::parse(text, nullptr, true, /*ignore_comments=*/true);
}

}  // namespace spongiosa::workflow
