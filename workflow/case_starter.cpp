/// The commented case that `spongiosa new` writes: made from the schema, so it never lags behind.

#include "core/text.h"
#include "workflow/case.h"
#include "workflow/schema.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace {

/// Values that a person must give; these stand for a C5 replacement until then.
std::string placeholder(const Field& field, const std::string& case_id) {
  if (field.path == "case_id") return Json(case_id).dump();
  if (field.path == "ct.path") return "\"ct\"";
  if (field.path == "anatomy.replace") return "\"C5\"";
  if (field.path == "anatomy.seeds_mm")
    return "{\n      \"C4\": [0, 0, 20],\n      \"C5\": [0, 0, 0],\n      \"C6\": [0, 0, -20]\n    }";
  if (field.type == FieldType::kInteger && field.min == field.max) return fmt::format("{:.0f}", field.min);
  if (!field.choices.empty()) return Json(field.choices.front()).dump();
  return "null";
}

std::string wrapped(const std::string& text, const std::string& indent) {
  std::string out, line;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find(' ', begin);
    if (end == std::string::npos) end = text.size();
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent.size() + 4 + line.size() + word.size() > 110) {
      out += indent + "// " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return out + indent + "// " + line + "\n";
}

bool shown_in_starter(const Field& field) {
  if (field.path == "ct.path") return true;
  if (field.path == "ct.series_uid" || field.path.starts_with("ct.phantom")) return false;
  return field.level == FieldLevel::kBasic && (field.required || !field.value.is_null());
}

}  // namespace

std::string starter_case(const std::string& case_id) {
  std::string text =
      "// A Spongiosa case. Give the scan, the replaced vertebra and one seed point in the middle of each vertebral body;\n"
      "// every other value is the default and may be left out. docs/03-case-file.md lists all keys.\n{\n";
  std::string section;
  bool first = true;
  for (const Field& field : schema()) {
    if (!shown_in_starter(field)) continue;
    const std::size_t dot = field.path.find('.');
    const std::string name = dot == std::string::npos ? "" : field.path.substr(0, dot);
    if (name != section) {
      text += section.empty() ? "" : "\n  }";
      text += first ? "" : ",\n\n";
      if (!name.empty()) text += "  \"" + name + "\": {\n";
      section = name;
    } else if (!first) {
      text += ",\n";
    }
    first = false;
    const std::string indent = name.empty() ? "  " : "    ";
    if (field.path != "format" && field.path != "version") {
      std::string help = field.help;
      if (field.type == FieldType::kNumber || field.type == FieldType::kInteger || field.type == FieldType::kChoice)
        help += " Allowed: " + expected_text(field) + ".";
      text += wrapped(help, indent);
    }
    const std::string value = field.required || field.value.is_null() ? placeholder(field, case_id) : field.value.dump();
    text += indent + "\"" + field.path.substr(dot == std::string::npos ? 0 : dot + 1) + "\": " + value;
  }
  return text + "\n  }\n}\n";
}

}  // namespace spongiosa::workflow
