#include "workflow/schema.h"

#include "core/error.h"
#include "core/text.h"
#include "workflow/schema_sections.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <unordered_map>

namespace spongiosa::workflow {

namespace {

// Endings of keys that are units, longest first so that "_g_cm3_per_hu" is not taken for "_hu".
const std::vector<std::string>& unit_endings() {
  static const std::vector<std::string> endings = {"_g_cm3_per_hu", "_fraction", "_percent", "_g_cm3", "_kg_m3", "_gpa", "_mpa",
                                                   "_deg", "_rad",  "_nmm", "_um", "_mm", "_cm", "_nm", "_hu", "_px", "_n", "_m"};
  return endings;
}

std::string without_unit(const std::string& path) {
  for (const std::string& ending : unit_endings())
    if (path.size() > ending.size() && path.ends_with(ending)) return path.substr(0, path.size() - ending.size());
  return path;
}

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

bool names_no_finite_number(const Json& value) {
  if (value.is_number_float()) return !std::isfinite(value.get<double>());
  if (!value.is_string()) return false;
  static const std::regex pattern("[+-]?(nan|inf|infinity)", std::regex::icase);
  return std::regex_match(value.get<std::string>(), pattern);
}

double checked_number(const Field& field, const std::string& path, const Json& value, const std::string& where) {
  if (names_no_finite_number(value))
    fail_input("{}: {} is not a finite number; expected {}", where, path, expected_text(field));
  if (!value.is_number()) {
    const char* hint = value.is_string() ? ", without quotes and without unit (the key names the unit)" : "";
    fail_input("{}: {} is {}; expected {}{}", where, path, shown(value), expected_text(field), hint);
  }
  const double number = value.get<double>();
  if (number < field.min || number > field.max)
    fail_input("{}: {} is {}, out of range; expected {}", where, path, shown(value), expected_text(field));
  return number;
}

std::string point_text(const Field& field) { return "three numbers [x, y, z]" + (field.unit.empty() ? "" : " in " + field.unit); }

Json checked_point(const Field& field, const std::string& path, const Json& value, const std::string& where) {
  if (!value.is_array() || value.size() != 3)
    fail_input("{}: {} is {}; expected {}", where, path, shown(value), point_text(field));
  Json point = Json::array();
  const char* axes[] = {"x", "y", "z"};
  for (std::size_t i = 0; i < 3; ++i) {
    Field coordinate = field;
    coordinate.type = FieldType::kNumber;
    point.push_back(checked_number(coordinate, path + "." + axes[i], value[i], where));
  }
  return point;
}

Json checked_point_map(const Field& field, const Json& value, const std::string& where) {
  if (!value.is_object()) fail_input("{}: {} is {}; expected {}", where, field.path, shown(value), expected_text(field));
  Json points = Json::object();
  // In anatomical order, so that the order in the file does not change a hash.
  for (const std::string& level : vertebral_levels())
    if (value.contains(level)) points[level] = checked_point(field, field.path + "." + level, value[level], where);
  for (const auto& [level, point] : value.items()) {
    if (points.contains(level)) continue;
    const std::string nearest = nearest_name(level, vertebral_levels());
    fail_input("{}: {} has the unknown level '{}'; levels are C2 to C7, T1 to T12, L1 to L5, S1{}", where, field.path, level,
               nearest.empty() ? "" : "; did you mean " + nearest + "?");
  }
  return points;
}

std::string last_name(const std::string& path) { return path.substr(path.rfind('.') + 1); }

/// One object of a list, with its defaults.
Json checked_item(const Field& list, const Json& value, std::size_t index, const std::string& where) {
  const std::string path = fmt::format("{}[{}]", list.path, index);
  if (!value.is_object()) fail_input("{}: {} is {}; expected {{...}}", where, path, shown(value));
  Json item = Json::object();
  for (const Field& field : list.members) {
    const std::string name = last_name(field.path);
    Field placed = field;
    placed.path = path + "." + name;
    if (!value.contains(name) && field.required) fail_input("{}: {} is missing; expected {}", where, placed.path, expected_text(field));
    item[name] = value.contains(name) ? checked_value(placed, value[name], where) : field.value;
  }
  for (const auto& [name, ignored] : value.items()) {
    if (item.contains(name)) continue;
    std::vector<std::string> known;
    for (const Field& field : list.members) known.push_back(last_name(field.path));
    const std::string nearest = nearest_name(name, known);
    fail_input("{}: unknown key {}.{}{}; keys are {}", where, path, name, nearest.empty() ? "" : "; did you mean " + nearest + "?",
               join(known, ", "));
  }
  return item;
}

}  // namespace

const std::vector<Field>& schema() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> all;
    for (auto* section : {scan_fields, anatomy_fields, segmentation_fields, implant_fields, lattice_fields, material_fields, load_fields, check_fields,
                          output_fields}) {
      std::vector<Field> part = section();
      all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    return all;
  }();
  return fields;
}

const Field* find_field(const std::string& path) {
  static const std::unordered_map<std::string, const Field*> index = [] {
    std::unordered_map<std::string, const Field*> by_path;
    for (const Field& field : schema()) by_path[field.path] = &field;
    return by_path;
  }();
  const auto found = index.find(path);
  return found == index.end() ? nullptr : found->second;
}

std::vector<std::string> field_paths(const std::string& prefix) {
  std::vector<std::string> paths;
  for (const Field& field : schema())
    if (prefix.empty() || field.path == prefix || field.path.starts_with(prefix + ".")) paths.push_back(field.path);
  return paths;
}

std::string expected_text(const Field& field) {
  const std::string unit = field.unit.empty() ? "" : " (" + field.unit + ")";
  switch (field.type) {
    case FieldType::kNumber:
      return fmt::format("a number from {:g} to {:g}{}", field.min, field.max, unit);
    case FieldType::kInteger:
      if (field.min == field.max) return fmt::format("{:.0f}", field.min);
      return fmt::format("a whole number from {:.0f} to {:.0f}{}", field.min, field.max, unit);
    case FieldType::kText:
      return "text";
    case FieldType::kChoice:
      return field.choices.size() == 1 ? "\"" + field.choices[0] + "\"" : "one of " + join(field.choices, ", ");
    case FieldType::kPath:
      return "the path of a file or folder";
    case FieldType::kPoint3:
      return point_text(field);
    case FieldType::kBoolean:
      return "true or false";
    case FieldType::kPointMap:
      return fmt::format("points by level in {}, for example {{\"C5\": [1.5, -20, 340]}}", field.unit);
    case FieldType::kList:
      return "a list of objects [{...}, ...]";
  }
  SPONGIOSA_ASSERT(false);
}

Json checked_value(const Field& field, const Json& value, const std::string& where) {
  const auto refuse = [&](const std::string& hint = "") {
    fail_input("{}: {} is {}; expected {}{}", where, field.path, shown(value), expected_text(field), hint);
  };
  if (value.is_null() && !field.required) return field.value;
  switch (field.type) {
    case FieldType::kNumber:
      return checked_number(field, field.path, value, where);
    case FieldType::kInteger: {
      const double number = checked_number(field, field.path, value, where);
      if (number != std::floor(number)) refuse();
      return std::int64_t(number);
    }
    case FieldType::kChoice: {
      if (!value.is_string()) refuse();
      const std::string text = value.get<std::string>();
      if (std::find(field.choices.begin(), field.choices.end(), text) == field.choices.end()) {
        const std::string nearest = nearest_name(text, field.choices);
        refuse(nearest.empty() || field.choices.size() == 1 ? "" : "; did you mean " + nearest + "?");
      }
      return value;
    }
    case FieldType::kText:
      if (!value.is_string()) refuse();
      return value;
    case FieldType::kPath:
      if (!value.is_string() || value.get<std::string>().empty()) refuse();
      return value;
    case FieldType::kPoint3:
      return checked_point(field, field.path, value, where);
    case FieldType::kBoolean:
      if (!value.is_boolean()) refuse();
      return value;
    case FieldType::kPointMap:
      return checked_point_map(field, value, where);
    case FieldType::kList: {
      if (!value.is_array()) refuse();
      Json list = Json::array();
      for (std::size_t index = 0; index < value.size(); ++index) list.push_back(checked_item(field, value[index], index, where));
      return list;
    }
  }
  SPONGIOSA_ASSERT(false);
}

void fail_unknown_key(const std::string& path, const std::string& where) {
  std::vector<std::string> known;
  for (const Field& field : schema()) {
    known.push_back(field.path);
    if (path == without_unit(field.path) && path != field.path)
      fail_input("{}: {} has no unit: write {}", where, path, field.path);
  }
  if (without_unit(path) != path)
    for (const Field& field : schema())
      if (without_unit(path) == without_unit(field.path))
        fail_input("{}: {} has the wrong unit: write {}{}", where, path, field.path,
                   field.unit.empty() ? "" : ", in " + field.unit);
  // A key in the wrong section: the same last name elsewhere is nearer than any spelling.
  const std::string last = path.substr(path.rfind('.') + 1);
  for (const Field& field : schema())
    if (field.path.substr(field.path.rfind('.') + 1) == last)
      fail_input("{}: unknown key {}; did you mean {}?", where, path, field.path);
  const std::string nearest = nearest_name(path, known);
  fail_input("{}: unknown key {}{}; docs/03-case-file.md lists all keys", where, path,
             nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

const std::vector<std::string>& vertebral_levels() {
  static const std::vector<std::string> levels = [] {
    std::vector<std::string> names;
    for (int i = 2; i <= 7; ++i) names.push_back("C" + std::to_string(i));
    for (int i = 1; i <= 12; ++i) names.push_back("T" + std::to_string(i));
    for (int i = 1; i <= 5; ++i) names.push_back("L" + std::to_string(i));
    names.push_back("S1");
    return names;
  }();
  return levels;
}

std::pair<std::string, std::string> neighbours_of(const std::string& level) {
  const auto& levels = vertebral_levels();
  const auto found = std::find(levels.begin(), levels.end(), level);
  if (found == levels.end() || found == levels.begin() || found + 1 == levels.end())
    fail_input("the level '{}' has no two neighbours; a body can be replaced from C3 to L5", level);
  return {*(found - 1), *(found + 1)};
}

std::string region_of(const std::string& level) {
  const char letter = level.empty() ? ' ' : level[0];
  return letter == 'C' ? "cervical" : letter == 'T' ? "thoracic" : "lumbar";
}

}  // namespace spongiosa::workflow
