#include "workflow/documents/compose.h"

#include "core/error.h"

#include <algorithm>

namespace spongiosa::workflow {

namespace {

/// Null where there is nothing, and for what people left empty.
Json quoted(const Json& evidence, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  if (!evidence.contains(place)) return nullptr;
  const Json& value = evidence.at(place);
  const bool empty = (value.is_string() && value.get<std::string>().empty()) || (value.is_structured() && value.empty());
  return empty ? Json() : value;
}

const char* kProgram = "the program: bring the case up to date with 'spongiosa run'";

class Section {
 public:
  Section(const Json& pattern, const Json& evidence, int number) : pattern_(pattern), evidence_(evidence) {
    section_ = {{"number", number}, {"id", pattern.at("id")}, {"title", pattern.at("title")}, {"state", ""}};
    section_["text"] = pattern.value("text", Json::array());
    for (const char* list : {"values", "tables", "lists", "signatures", "gaps"}) section_[list] = Json::array();
  }

  Json compose() {
    for (const Json& value : pattern_.value("values", Json::array())) add_value(value);
    for (const Json& table : pattern_.value("tables", Json::array())) add_table(table);
    for (const Json& list : pattern_.value("lists", Json::array())) add_list(list);
    for (const Json& role : pattern_.value("signatures", Json::array())) add_signature(role);
    section_["state"] = section_["gaps"].empty() ? "complete" : found_ ? "partly" : "missing";
    return section_;
  }

 private:
  void gap(const std::string& what, const Json& item) { section_["gaps"].push_back({{"what", what}, {"who", item.value("who", kProgram)}}); }

  void add_value(const Json& item) {
    const std::string from = item.at("from"), label = item.at("label");
    const Json value = quoted(evidence_, from);
    section_["values"].push_back({{"label", label}, {"value", value}, {"unit", item.value("unit", "")}, {"from", from}});
    if (value.is_null()) gap(label, item);
    else if (item.contains("must_be") && value != item.at("must_be")) gap(label + ": no", item);
    else found_ = true;
  }

  void add_table(const Json& item) {
    const std::string from = item.at("from"), title = item.at("title");
    const Json& columns = item.at("columns");
    Json table = {{"title", title}, {"from", from}, {"columns", Json::array()}, {"rows", Json::array()}};
    for (const Json& column : columns) table["columns"].push_back({{"title", column.at("title")}, {"from", column.at("from")}});
    const Json source = quoted(evidence_, from);
    if (source.is_array())
      for (const Json& entry : source) {
        Json row = Json::array();
        for (const Json& column : columns) {
          const Json::json_pointer place(column.at("from").get<std::string>());
          // An empty unit is none; an empty cell that somebody has to fill is missing.
          row.push_back(column.contains("who") || !entry.contains(place) ? quoted(entry, column.at("from")) : entry.at(place));
        }
        table["rows"].push_back(row);
      }
    if (table["rows"].empty()) gap(title, item);
    else found_ = true;
    // A column that somebody has to fill counts as a gap while one of its cells is empty.
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!columns[c].contains("who")) continue;
      const auto open = std::count_if(table["rows"].begin(), table["rows"].end(), [&](const Json& row) { return row[c].is_null(); });
      if (open > 0) gap(fmt::format("{}: {} of {} cells of the column \"{}\"", title, open, table["rows"].size(), columns[c].at("title").get<std::string>()), columns[c]);
    }
    section_["tables"].push_back(table);
  }

  void add_list(const Json& item) {
    const Json list = quoted(evidence_, item.at("from"));
    if (!list.is_array()) return;
    section_["lists"].push_back({{"from", item.at("from")}, {"sentences", list}});
    found_ = true;
  }

  void add_signature(const Json& role) {
    Json signature = {{"role", role}, {"name", nullptr}, {"meaning", nullptr}, {"date", nullptr}};
    const Json given = quoted(evidence_, "/record/signatures");
    if (given.is_array())
      for (const Json& entry : given)
        if (entry.value("role", Json()) == role)
          for (const char* key : {"name", "meaning", "date"}) signature[key] = entry.value(key, Json());
    if (signature["name"].is_null()) section_["gaps"].push_back({{"what", "signature"}, {"who", role}});
    else found_ = true;
    section_["signatures"].push_back(signature);
  }

  const Json &pattern_, &evidence_;
  Json section_;
  bool found_ = false;
};

}  // namespace

Json compose_document(const Json& pattern, const Json& evidence, const std::string& profile) {
  Json document = {{"id", pattern.at("id")}, {"title", pattern.at("title")}, {"basis", pattern.at("basis")}, {"case_id", evidence.at("case").at("case_id")},
                   {"design_version", evidence.at("derived").at("design_version")}, {"program_version", evidence.at("program").at("version")}, {"profile", profile},
                   {"sections", Json::array()}};
  int number = 0, complete = 0, partly = 0, missing = 0;
  for (const Json& section : pattern.at("sections")) {
    const Json profiles = section.value("profiles", Json::array());
    if (!profiles.empty() && std::find(profiles.begin(), profiles.end(), Json(profile)) == profiles.end()) continue;
    document["sections"].push_back(Section(section, evidence, ++number).compose());
    const std::string state = document["sections"].back()["state"];
    (state == "complete" ? complete : state == "partly" ? partly : missing) += 1;
  }
  document["complete"] = complete;
  document["partly"] = partly;
  document["missing"] = missing;
  return document;
}

}  // namespace spongiosa::workflow
