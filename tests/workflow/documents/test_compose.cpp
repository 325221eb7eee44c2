#include "workflow/documents/compose.h"
#include "workflow/documents/document_html.h"
#include "workflow/report/svg.h"

#include <catch2/catch.hpp>

#include <set>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

using Pointer = Json::json_pointer;

/// Every pointer of the templates filled, so that no document has a gap.
Json full_evidence() {
  Json evidence = {{"case", {{"case_id", "case-7"}}}, {"program", {{"name", "Spongiosa"}, {"version", "9.9"}}}};
  int number = 0;
  const auto set = [&](const std::string& pointer, const Json& value) {
    const Pointer place(pointer);
    if (!evidence.contains(place)) evidence[place] = value;
  };
  for (const Json& pattern : document_templates())
    for (const Json& section : pattern.at("sections")) {
      for (const Json& item : section.value("tables", Json::array())) {
        Json row = Json::object();
        for (const Json& column : item.at("columns")) {
          const std::string from = column.at("from");
          // "/force_n/2" points into a vector.
          if (const std::size_t slash = from.rfind('/'); slash > 0 && std::isdigit(static_cast<unsigned char>(from[slash + 1]))) row[Pointer(from.substr(0, slash))] = {1.5, 2.5, 3.5};
          else row[Pointer(from)] = ++number + 0.25;
        }
        const Pointer place(item.at("from").get<std::string>());
        if (!evidence.contains(place)) evidence[place] = Json::array({row});
        else evidence[place][0].update(row);
      }
      for (const Json& item : section.value("lists", Json::array())) set(item.at("from"), Json::array({"a sentence"}));
      for (const Json& role : section.value("signatures", Json::array()))
        evidence["record"]["signatures"].push_back({{"role", role}, {"name", "A. Person"}, {"meaning", "approved"}, {"date", "2026-01-02"}});
    }
  for (const Json& pattern : document_templates())
    for (const Json& section : pattern.at("sections"))
      for (const Json& item : section.value("values", Json::array())) set(item.at("from"), item.contains("must_be") ? item.at("must_be") : Json(++number + 0.5));
  evidence["derived"]["design_version"] = "0123456789ab";
  return evidence;
}

std::size_t gaps_of(const Json& document) {
  std::size_t count = 0;
  for (const Json& section : document.at("sections")) count += section.at("gaps").size();
  return count;
}

}  // namespace

TEST_CASE("there are the headings that reviewers ask for, in order") {
  const Json& biomechanics = document_templates().at(0);
  CHECK(biomechanics.at("id") == "biomechanics");
  const Json& sections = biomechanics.at("sections");
  REQUIRE(sections.size() == 15);
  CHECK(sections[0].at("title") == "Executive report summary");
  CHECK(sections[7].at("title") == "System discretization");
  CHECK(sections[14].at("title") == "References");
}

TEST_CASE("with all evidence every section is complete, and every number is the evidence's own") {
  for (const std::string profile : {"fda", "mdr", "nmpa", "generic"}) {
    const Json evidence = full_evidence();
    for (const Json& pattern : document_templates()) {
      const Json document = compose_document(pattern, evidence, profile);
      for (const Json& section : document.at("sections")) {
        INFO(profile << " " << document.at("id") << " " << section.at("id") << " " << section.at("gaps").dump());
        CHECK(section.at("state") == "complete");
        for (const Json& value : section.at("values")) CHECK(value.at("value") == evidence.at(Pointer(value.at("from").get<std::string>())));
        for (const Json& table : section.at("tables"))
          for (std::size_t r = 0; r < table.at("rows").size(); ++r)
            for (std::size_t c = 0; c < table.at("columns").size(); ++c)
              CHECK(table.at("rows")[r][c] ==
                    evidence.at(Pointer(table.at("from").get<std::string>() + "/" + std::to_string(r) + table.at("columns")[c].at("from").get<std::string>())));
      }
    }
  }
}

TEST_CASE("each piece of evidence that is taken away leaves a gap that is shown") {
  const Json evidence = full_evidence();
  for (const Json& pattern : document_templates()) {
    std::set<std::string> pointers;
    for (const Json& section : pattern.at("sections"))
      for (const char* kind : {"values", "tables"})
        for (const Json& item : section.value(kind, Json::array()))
          if (!section.contains("profiles") || section.at("profiles")[0] == "fda") pointers.insert(item.at("from").get<std::string>());
    pointers.erase("/case/case_id");
    pointers.erase("/program/version");
    pointers.erase("/derived/design_version");
    for (const std::string& pointer : pointers) {
      Json less = evidence;
      less[Pointer(pointer)] = nullptr;
      const Json document = compose_document(pattern, less, "fda");
      INFO(pointer);
      REQUIRE(gaps_of(document) > 0);
      const std::string html = document_html(document);
      CHECK(html.find("Missing here") != std::string::npos);
      for (const Json& section : document.at("sections"))
        for (const Json& gap : section.at("gaps")) CHECK(html.find(escape(gap.at("what").get<std::string>()) + " &mdash; to be supplied by: " + escape(gap.at("who").get<std::string>())) != std::string::npos);
    }
  }
}

TEST_CASE("a broken chain of hashes is a gap, not a remark") {
  Json evidence = full_evidence();
  evidence["verification"]["intact"] = false;
  const Json document = compose_document(document_templates().at(2), evidence, "fda");
  CHECK(gaps_of(document) == 1);
}

TEST_CASE("a profile has its own statement and not the others'") {
  const Json evidence = full_evidence();
  std::set<std::string> ids;
  const Json document = compose_document(document_templates().at(2), evidence, "mdr");
  for (const Json& section : document.at("sections")) ids.insert(section.at("id").get<std::string>());
  CHECK(ids.contains("mdr"));
  for (const char* other : {"fda", "nmpa", "generic"}) CHECK_FALSE(ids.contains(other));
  CHECK(ids.contains("trace"));
}

TEST_CASE("fields of the trace matrix survive commas and quotes") {
  Json row;
  for (const char* key : {"design_input", "requirement", "comparison", "limit", "unit", "source", "design_output", "verification", "value", "margin", "verdict", "user_need", "risk", "approver"}) row[key] = nullptr;
  row["requirement"] = "gap, \"largest\"";
  row["limit"] = {0.1, 0.2};
  const std::string csv = trace_csv(Json::array({row}));
  CHECK(csv.find(",\"gap, \"\"largest\"\"\",,\"[0.1,0.2]\",") != std::string::npos);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 2);
}
