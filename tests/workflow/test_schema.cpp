#include "core/file.h"
#include "workflow/schema.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <set>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("every row of the schema is complete and its default allowed") {
  std::set<std::string> seen, closed_sections;
  std::string section;
  for (const Field& field : schema()) {
    INFO(field.path);
    CHECK(seen.insert(field.path).second);
    CHECK(!field.label.empty());
    CHECK(field.help.size() > 10);
    CHECK(field.help.back() == '.');
    CHECK((std::isfinite(field.min) && std::isfinite(field.max)));
    const bool has_range = field.type == FieldType::kNumber || field.type == FieldType::kInteger ||
                           field.type == FieldType::kPoint3 || field.type == FieldType::kPointMap;
    if (has_range && field.path != "version") CHECK(field.min < field.max);
    CHECK((field.type == FieldType::kChoice) == !field.choices.empty());
    if (!field.value.is_null()) CHECK(checked_value(field, field.value, "default") == field.value);
    if (field.required) CHECK(field.value.is_null());
    const std::string name = field.path.substr(0, field.path.find('.') == std::string::npos ? 0 : field.path.find('.'));
    if (name != section) CHECK(closed_sections.insert(name).second);  // sections are contiguous
    section = name;
  }
}

TEST_CASE("a dimensional key ends in its unit") {
  const std::vector<std::pair<std::string, std::string>> endings = {
      {"mm", "_mm"}, {"HU", "_hu"}, {"deg", "_deg"}, {"MPa", "_mpa"}, {"N", "_n"}, {"N·m", "_nm"}, {"fraction", "_fraction"},
      {"g/cm³", "_g_cm3"}, {"g/cm³ per HU", "_g_cm3_per_hu"}};
  for (const Field& field : schema())
    for (const auto& [unit, ending] : endings)
      if (field.unit == unit && unit != "fraction") {
        INFO(field.path);
        CHECK(field.path.ends_with(ending));
      }
}

TEST_CASE("the reference page is up to date") {
  const std::string page = read_text_file(std::filesystem::path(SPONGIOSA_SOURCE_DIR) / "docs" / "03-case-file.md");
  const bool up_to_date = page == schema_markdown();
  INFO("run: build/spongiosa schema --markdown > docs/03-case-file.md");
  CHECK(up_to_date);
}

TEST_CASE("the JSON Schema carries types, ranges, units and what is required") {
  const Json document = schema_json();
  CHECK(document["$schema"] == "http://json-schema.org/draft-07/schema#");
  const Json& pore = document["properties"]["lattice"]["properties"]["pore_size_mm"];
  CHECK(pore["type"] == Json::array({"number", "null"}));
  CHECK(pore["x-unit"] == "mm");
  CHECK(pore["maximum"] == 10.0);
  CHECK(document["properties"]["format"]["type"] == "string");
  CHECK(document["required"] == Json::array({"format", "version", "case_id", "anatomy"}));
  CHECK(document["properties"]["anatomy"]["required"] == Json::array({"region", "replace", "seeds_mm"}));
}

TEST_CASE("levels and neighbours") {
  CHECK(neighbours_of("C7") == std::pair<std::string, std::string>("C6", "T1"));
  CHECK(neighbours_of("L5") == std::pair<std::string, std::string>("L4", "S1"));
  CHECK_THROWS(neighbours_of("S1"));
  CHECK_THROWS(neighbours_of("X9"));
}
