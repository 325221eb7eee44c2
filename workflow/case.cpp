#include "workflow/case.h"

#include "core/date.h"
#include "core/error.h"
#include "core/text.h"
#include "workflow/case_lattice.h"
#include "workflow/case_read.h"
#include "workflow/schema.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

using Values = std::map<std::string, Json>;  // by path, checked

/// Walks down to the fields; what is not a field and not a section on the way to one is unknown.
void collect(const Json& object, const std::string& prefix, const std::string& where, Values& values) {
  for (const auto& [key, value] : object.items()) {
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (path == "$schema") continue;
    if (const Field* field = find_field(path)) {
      if (!value.is_null() || field->required) values[path] = checked_value(*field, value, where);
    } else if (!field_paths(path).empty()) {
      if (!value.is_object())
        fail_input("{}: {} is a section; expected {{...}} with keys such as {}", where, path, field_paths(path).front());
      collect(value, path, where, values);
    } else {
      fail_unknown_key(path, where);
    }
  }
}

/// The text behind '=' as the field's type wants it.
Json parse_assigned(const Field& field, const std::string& text, const std::string& where) {
  if (text == "null") return nullptr;
  switch (field.type) {
    case FieldType::kText:
    case FieldType::kPath:
    case FieldType::kChoice:
      return text;
    case FieldType::kNumber:
    case FieldType::kInteger: {
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      if (text.empty() || *end != '\0') return text;  // refused by the check, which quotes it
      return number;
    }
    default:
      try {
        return Json::parse(text);
      } catch (const Json::exception&) {
        fail_input("{}: {} is {}; expected {}", where, field.path, text.empty() ? "empty" : text, expected_text(field));
      }
  }
}

void assign(const std::string& assignment, Values& values) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    fail_usage("--set {}: expected path=value, for example --set lattice.porosity_fraction=0.65", assignment);
  const std::string path = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  const std::string where = "--set " + assignment;
  if (const Field* field = find_field(path)) {
    const Json value = parse_assigned(*field, text, where);
    if (value.is_null() && !field->required)
      values.erase(path);
    else
      values[path] = checked_value(*field, value, where);
    return;
  }
  // One entry of a map: anatomy.seeds_mm.C5=[1,2,3]
  const std::size_t dot = path.rfind('.');
  const Field* map = dot == std::string::npos ? nullptr : find_field(path.substr(0, dot));
  if (!map || map->type != FieldType::kPointMap) fail_unknown_key(path, where);
  Json points = values.count(map->path) ? values[map->path] : Json::object();
  points[path.substr(dot + 1)] = parse_assigned(*map, text, where);
  values[map->path] = checked_value(*map, points, where);
}

Json& slot(Json& document, const std::string& path) {
  Json* place = &document;
  std::size_t begin = 0;
  for (std::size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1)
    place = &(*place)[path.substr(begin, dot - begin)];
  return (*place)[path.substr(begin)];
}

void check_id(const std::string& id, const std::string& where) {
  const bool good = !id.empty() && id.size() <= 64 && id != "." && id != ".." &&
                    std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; });
  if (!good)
    fail_input("{}: case_id is \"{}\"; expected 1 to 64 letters, digits, '.', '_' or '-'", where, id);
}

/// "C4, C5 and C6"
std::string join_last(const std::vector<std::string>& items) {
  const std::vector<std::string> before(items.begin(), items.end() - 1);
  return before.empty() ? items.back() : join(before, ", ") + " and " + items.back();
}

/// The levels of the resection, and seeds for all that it needs.
void check_levels(const Json& anatomy, const std::string& where) {
  const std::string resection = anatomy["resection"], first = anatomy["replace"];
  const std::string last = anatomy["replace_last"].is_null() ? first : anatomy["replace_last"].get<std::string>();
  const auto& all = vertebral_levels();
  const auto from = std::find(all.begin(), all.end(), first), to = std::find(all.begin(), all.end(), last);
  if (to < from) fail_input("{}: anatomy.replace_last is {}, which lies above anatomy.replace, {}: name the cranial level first", where, last, first);
  if (resection != "bodies" && from == to)
    fail_input("{}: anatomy.resection is \"{}\", which lies between two vertebrae: anatomy.replace_last is missing", where, resection);
  if (resection == "disc" && to - from != 1)
    fail_input("{}: anatomy.resection is \"disc\", but {} and {} are no neighbours", where, first, last);
  std::vector<std::string> needed(from, to + 1);
  if (resection == "bodies") {
    needed.insert(needed.begin(), neighbours_of(first).first);
    needed.push_back(neighbours_of(last).second);
  }
  for (const std::string& level : needed)
    if (!anatomy["seeds_mm"].contains(level))
      fail_input("{}: anatomy.seeds_mm has no point for {}: give one in the middle of the bodies of {}", where, level, join_last(needed));
}

/// What no single field can say.
void check_together(const Json& document, const Values& values, const std::string& where) {
  const auto given = [&](const char* path) { return values.count(path) > 0; };
  const bool phantom = document["ct"]["phantom"]["enabled"].get<bool>();
  if (!given("ct.path") && !phantom)
    fail_input("{}: ct.path is missing: give the folder or file of the scan, or set ct.phantom.enabled to true", where);
  if (given("ct.path") && phantom)
    fail_input("{}: ct.path and ct.phantom.enabled = true exclude each other: keep one", where);
  if (const Json& day = document["ct"]["reference_date"]; day.is_string() && !day_from_text(day.get<std::string>()))
    fail_input("{}: ct.reference_date is \"{}\"; write year-month-day, as 2026-02-28", where, day.get<std::string>());
  const std::string replaced = document["anatomy"]["replace"], region = document["anatomy"]["region"];
  if (region_of(replaced) != region)
    fail_input("{}: anatomy.region is \"{}\" but anatomy.replace is \"{}\", a {} vertebra: correct one of them", where, region,
               replaced, region_of(replaced));
  check_levels(document["anatomy"], where);
  check_lattice(document["lattice"], where);
  const auto order = [&](const char* low, const char* high) {
    const double a = document[Json::json_pointer(std::string("/") + low)], b = document[Json::json_pointer(std::string("/") + high)];
    if (a < b) return;
    std::string low_path = low, high_path = high;
    std::replace(low_path.begin(), low_path.end(), '/', '.');
    std::replace(high_path.begin(), high_path.end(), '/', '.');
    fail_input("{}: {} is {:g} and {} is {:g}; the first must be smaller", where, low_path, a, high_path, b);
  };
  order("check/pore_min_mm", "check/pore_max_mm");
  order("material/bone_modulus_min_mpa", "material/bone_modulus_max_mpa");
}

/// Defaults that depend on other values.
void fill_dependent(Json& document) {
  const std::string region = document["anatomy"]["region"];
  Json& loads = document["loads"];
  if (loads["preload_n"].is_null()) loads["preload_n"] = region == "cervical" ? 73.6 : region == "thoracic" ? 200.0 : 500.0;
  if (loads["moment_nm"].is_null()) loads["moment_nm"] = region == "cervical" ? 1.0 : 7.5;
  complete_lattice(document["lattice"]);
}

}  // namespace

Case Case::load(const fs::path& path, const std::vector<std::string>& assignments) {
  std::error_code ignored;
  Case design;
  design.file_ = fs::is_directory(path, ignored) ? path / "case.json" : path;
  if (!fs::is_regular_file(design.file_, ignored))
    fail_input("there is no case file '{}': give a case file, or a folder that holds case.json (make one with 'spongiosa new NAME')",
               design.file_.string());
  design.file_ = fs::absolute(design.file_).lexically_normal();
  const std::string where = "'" + (fs::is_directory(path, ignored) ? path / "case.json" : path).string() + "'";

  const Json text = read_case_file(design.file_);
  if (!text.is_object()) fail_input("{}: expected an object {{...}} as docs/03-case-file.md describes", where);
  if (!text.contains("format"))
    fail_input("{}: format is missing; a case file begins with \"format\": \"spongiosa-case\", \"version\": 1", where);
  Values values;
  collect(text, "", where, values);
  for (const std::string& assignment : assignments) assign(assignment, values);

  for (const Field& field : schema()) {
    const auto found = values.find(field.path);
    if (found == values.end() && field.required)
      fail_input("{}: {} is missing; expected {}", where, field.path, expected_text(field));
    Json& place = slot(design.document_, field.path);
    if (found != values.end()) {
      place = found->second;
      design.given_.push_back(field.path);
    } else {
      place = field.type == FieldType::kNumber && !field.value.is_null() ? Json(field.value.get<double>()) : field.value;
    }
  }
  const std::string together = assignments.empty() ? where : where + " with --set " + join(assignments, " --set ");
  check_id(design.document_["case_id"], together);
  check_together(design.document_, values, together);
  fill_dependent(design.document_);
  design.id_ = design.document_["case_id"];
  return design;
}

const Json& Case::at(const std::string& path) const {
  const Json* place = &document_;
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = path.find('.', begin);
    const std::string name = path.substr(begin, dot == std::string::npos ? dot : dot - begin);
    SPONGIOSA_ASSERT(place->is_object() && place->contains(name));
    place = &(*place)[name];
    if (dot == std::string::npos) return *place;
    begin = dot + 1;
  }
}

std::optional<double> Case::optional_number(const std::string& path) const {
  const Json& value = at(path);
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

bool Case::is_given(const std::string& path) const { return std::find(given_.begin(), given_.end(), path) != given_.end(); }

Json Case::select(const std::vector<std::string>& paths) const {
  Json selected = Json::object();
  for (const std::string& path : paths) SPONGIOSA_ASSERT(!field_paths(path).empty());
  for (const Field& field : schema())
    for (const std::string& path : paths)
      if (path.empty() || field.path == path || field.path.starts_with(path + ".")) selected[field.path] = at(field.path);
  return selected;
}

fs::path find_scan(const Case& design, const fs::path& data) {
  if (!design.has("ct.path")) fail_input("'{}': ct.path is missing: give the folder or file of the scan", design.file().string());
  const fs::path path = design.text("ct.path");
  std::vector<fs::path> places;
  if (path.is_absolute()) {
    places = {path};
  } else {
    if (!data.empty()) places.push_back(data / path);
    places.push_back(design.folder() / path);
  }
  std::error_code ignored;
  std::vector<std::string> tried;
  for (const fs::path& place : places) {
    if (fs::exists(place, ignored)) return place;
    tried.push_back("'" + place.string() + "'");
  }
  fail_input("ct.path is \"{}\" but there is no {}{}", path.string(), join(tried, " and no "),
             data.empty() && path.is_relative() ? ": name the folder of the scans with --data DIR or SPONGIOSA_DATA" : "");
}

}  // namespace spongiosa::workflow
