/// The schema as a reference page and as JSON Schema.

#include "core/error.h"
#include "core/text.h"
#include "workflow/schema.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace {

std::string section_of(const std::string& path) {
  const std::size_t dot = path.find('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

struct SectionText {
  const char* name;
  const char* title;
  const char* text;
};
constexpr SectionText kSections[] = {
    {"", "Head", "What the file is, and the id of the design."},
    {"ct", "ct: the scan", "Give `ct.path`, or set `ct.phantom.enabled` to true."},
    {"anatomy", "anatomy: what the implant fits", "Points are in the patient frame of DICOM (LPS), in mm."},
    {"segmentation", "segmentation: recorded edits", "What a person corrected of the automatic segmentation, as operations that are replayed (11-anatomy.md)."},
    {"implant", "implant: shape of the vertebral body", "Solid rim, porous core, graft channel between the neighbours' endplates."},
    {"lattice", "lattice: the porous core", "Porosity and pore size are inputs; the program solves for cell and threshold."},
    {"material", "material: stiffness of implant and bone", "Every value is printed in the report with its source."},
    {"loads", "loads: preload and moment", "Compression is the preload alone; the six other cases add a moment about one axis."},
    {"solve", "solve: finite elements", "Size and accuracy of the computation."},
    {"check", "check: limits", "A value beyond its limit is a failed check: the program ends with exit code 1."},
    {"output", "output: what is written", "Options of the report."},
};

std::string type_text(const Field& field) {
  switch (field.type) {
    case FieldType::kNumber: return "number";
    case FieldType::kInteger: return "whole number";
    case FieldType::kText: return "text";
    case FieldType::kChoice: return "choice";
    case FieldType::kPath: return "path";
    case FieldType::kPoint3: return "[x, y, z]";
    case FieldType::kBoolean: return "true/false";
    case FieldType::kPointMap: return "level: [x, y, z]";
    case FieldType::kList: return "list of objects";
  }
  SPONGIOSA_ASSERT(false);
}

std::string allowed_text(const Field& field) {
  switch (field.type) {
    case FieldType::kNumber:
    case FieldType::kPoint3:
    case FieldType::kPointMap:
      return fmt::format("{:g} to {:g}", field.min, field.max);
    case FieldType::kInteger:
      return field.min == field.max ? fmt::format("{:.0f}", field.min) : fmt::format("{:.0f} to {:.0f}", field.min, field.max);
    case FieldType::kChoice:
      return join(field.choices, ", ");
    case FieldType::kBoolean:
      return "true, false";
    default:
      return "";
  }
}

std::string default_text(const Field& field) {
  if (field.required) return "required";
  if (field.value.is_null()) return "optional";
  return "`" + field.value.dump() + "`";
}

Json empty_object(const std::string& title) {
  Json object = {{"type", "object"}};
  if (!title.empty()) object["title"] = title;
  object["properties"] = Json::object();
  object["additionalProperties"] = false;
  return object;
}

Json json_row(const Field& field);

Json json_type(const Field& field) {
  Json point = {{"type", "array"}, {"items", {{"type", "number"}, {"minimum", field.min}, {"maximum", field.max}}},
                {"minItems", 3}, {"maxItems", 3}};
  switch (field.type) {
    case FieldType::kNumber: return {{"type", "number"}, {"minimum", field.min}, {"maximum", field.max}};
    case FieldType::kInteger: return {{"type", "integer"}, {"minimum", field.min}, {"maximum", field.max}};
    case FieldType::kChoice: return {{"type", "string"}, {"enum", field.choices}};
    case FieldType::kPath: return {{"type", "string"}, {"minLength", 1}};
    case FieldType::kText:
      if (field.path == "case_id") return {{"type", "string"}, {"pattern", "^[A-Za-z0-9._-]{1,64}$"}};
      return {{"type", "string"}};
    case FieldType::kBoolean: return {{"type", "boolean"}};
    case FieldType::kPoint3: return point;
    case FieldType::kPointMap: {
      Json levels = Json::object();
      for (const std::string& level : vertebral_levels()) levels[level] = point;
      return {{"type", "object"}, {"properties", levels}, {"additionalProperties", false}, {"minProperties", 3}};
    }
    case FieldType::kList: {
      Json item = empty_object("");
      for (const Field& member : field.members) {
        const std::string name = member.path.substr(member.path.rfind('.') + 1);
        item["properties"][name] = json_row(member);
        if (member.required) item["required"].push_back(name);
      }
      return {{"type", "array"}, {"items", item}};
    }
  }
  SPONGIOSA_ASSERT(false);
}

/// The type with everything that is said about the field.
Json json_row(const Field& field) {
  Json property = json_type(field);
  if (!field.required && property["type"].is_string()) {
    property["type"] = Json::array({property["type"], "null"});
    if (property.contains("enum")) property["enum"].push_back(nullptr);
  }
  property["description"] = field.help;
  if (!field.value.is_null()) property["default"] = field.value;
  property["x-label"] = field.label;
  if (!field.unit.empty()) property["x-unit"] = field.unit;
  property["x-level"] = field.level == FieldLevel::kBasic ? "basic" : "advanced";
  if (!field.stage.empty()) property["x-stage"] = field.stage;
  if (!field.source.empty()) property["x-source"] = field.source;
  return property;
}

std::string markdown_row(const Field& field) {
  std::string meaning = field.help;
  if (!field.source.empty()) meaning += " *Source: " + field.source + ".*";
  if (field.level == FieldLevel::kAdvanced) meaning += " (advanced)";
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", field.path, type_text(field), field.unit, default_text(field),
                     allowed_text(field), meaning);
}

}  // namespace

std::string schema_markdown() {
  std::string page =
      "# The case file\n\n"
      "<!-- Made by `spongiosa schema --markdown`; do not edit. -->\n\n"
      "One JSON file describes one patient's design; `//` and `/* */` comments are allowed. `spongiosa new NAME` writes a commented\n"
      "one to start from. Every key with a dimension ends in its unit. A key that is not listed here, a value out of its range and\n"
      "a number that is not finite are errors. `spongiosa run CASE --set lattice.porosity_fraction=0.65` overrides a value for\n"
      "one run; `--set lattice.voxel_mm=null` takes one away. *Optional* keys may be absent or null.\n";
  for (const SectionText& section : kSections) {
    page += fmt::format("\n## {}\n\n{}\n\n| key | type | unit | default | allowed | meaning |\n|---|---|---|---|---|---|\n",
                        section.title, section.text);
    for (const Field& field : schema()) {
      if (section_of(field.path) != section.name) continue;
      page += markdown_row(field);
      for (const Field& member : field.members) page += markdown_row(member);
    }
  }
  return page;
}

Json schema_json() {
  Json document = {{"$schema", "http://json-schema.org/draft-07/schema#"}};
  document.update(empty_object("Spongiosa case"));
  document["properties"]["$schema"] = {{"type", "string"}};
  for (const Field& field : schema()) {
    Json* object = &document;
    std::size_t begin = 0;
    for (std::size_t dot; (dot = field.path.find('.', begin)) != std::string::npos; begin = dot + 1) {
      Json& child = (*object)["properties"][field.path.substr(begin, dot - begin)];
      if (child.is_null()) child = empty_object("");
      // A section with something required is itself required.
      if (field.required) {
        Json& required = (*object)["required"];
        const std::string name = field.path.substr(begin, dot - begin);
        if (required.is_null()) required = Json::array();
        if (std::find(required.begin(), required.end(), Json(name)) == required.end()) required.push_back(name);
      }
      object = &child;
    }
    const std::string name = field.path.substr(begin);
    (*object)["properties"][name] = json_row(field);
    if (field.required) (*object)["required"].push_back(name);
  }
  return document;
}

}  // namespace spongiosa::workflow
