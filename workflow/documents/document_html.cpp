#include "workflow/documents/document_html.h"

#include "workflow/report/html.h"
#include "workflow/report/page.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace {

std::string text_of(const Json& value) { return escape(value.get<std::string>()); }

bool is_hash(const Json& value) {
  return value.is_string() && value.get<std::string>().size() == 64 && value.get<std::string>().find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string cell(const Json& value) {
  if (value.is_null()) return "<td class=fail>missing</td>";
  if (is_hash(value)) return "<td class=hash>" + text_of(value) + "</td>";
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    if (text.empty()) return "<td>-</td>";
    const bool verdict = text == "pass" || text == "fail" || text == "missing";
    return fmt::format("<td{}>{}</td>", verdict ? text == "pass" ? " class=pass" : " class=fail" : "", printed(text));
  }
  if (value.is_array() && !value.empty() && value[0].is_number()) return "<td class=number>" + vector_text(value) + "</td>";
  if (value.is_structured()) return "<td>" + escape(value.dump()) + "</td>";
  return "<td class=number>" + value_text(value) + "</td>";
}

std::string values_table(const Json& values) {
  if (values.empty()) return "";
  std::string html = "<table>\n";
  for (const Json& value : values)
    html += "<tr><th>" + text_of(value.at("label")) + "</th>" + cell(value.at("value")) + "<td>" + text_of(value.at("unit")) + "</td></tr>\n";
  return html + "</table>\n";
}

std::string table(const Json& table, int& number) {
  std::string html = fmt::format("<h3>Table {}. {}</h3>\n", ++number, text_of(table.at("title")));
  if (table.at("rows").empty()) return html + "<p class=fail>missing</p>\n";
  html += table.at("columns").size() > 6 ? "<table class=narrow><thead><tr>" : "<table><thead><tr>";
  for (const Json& column : table.at("columns")) html += "<th>" + text_of(column.at("title")) + "</th>";
  html += "</tr></thead>\n";
  for (const Json& row : table.at("rows")) {
    html += "<tr>";
    for (const Json& value : row) html += cell(value);
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string signature_table(const Json& signatures) {
  if (signatures.empty()) return "";
  std::string html = "<table><thead><tr><th>Role</th><th>Name</th><th>Meaning of the signature</th><th>Date</th><th>Signature</th></tr></thead>\n";
  const auto written = [](const Json& value) { return value.is_string() ? escape(value.get<std::string>()) : std::string("&nbsp;"); };
  for (const Json& s : signatures)
    html += "<tr><th>" + text_of(s.at("role")) + "</th><td>" + written(s.at("name")) + "</td><td>" + written(s.at("meaning")) + "</td><td>" + written(s.at("date")) +
            "</td><td style='height:12mm;width:35mm'>&nbsp;</td></tr>\n";
  return html + "</table>\n";
}

std::string gap_list(const Json& gaps) {
  if (gaps.empty()) return "";
  std::string html = "<div class='banner bad'><b>Missing here</b><ul>\n";
  for (const Json& gap : gaps) html += "<li>" + text_of(gap.at("what")) + " &mdash; to be supplied by: " + text_of(gap.at("who")) + "</li>\n";
  return html + "</ul></div>\n";
}

const char* class_of(const std::string& state) { return state == "complete" ? "pass" : "fail"; }

}  // namespace

std::string document_html(const Json& document) {
  const Json& sections = document.at("sections");
  std::string html = "<p>" + text_of(document.at("basis")) + "</p>\n";
  const int partly = document.at("partly"), missing = document.at("missing");
  html += fmt::format("<div class='banner {}'><b>{} of {} sections are complete, {} in part, {} lack all their evidence.</b></div>\n", partly + missing == 0 ? "ok" : "bad",
                      document.at("complete").get<int>(), sections.size(), partly, missing);
  html += "<h2>Contents</h2>\n<table>\n";
  for (const Json& s : sections)
    html += fmt::format("<tr><td class=number>{0}</td><td><a href='#{1}'>{2}</a></td><td class={3}>{4}</td><td class=number>{5} gaps</td></tr>\n", s.at("number").get<int>(), text_of(s.at("id")),
                        text_of(s.at("title")), class_of(s.at("state")), text_of(s.at("state")), s.at("gaps").size());
  html += "</table>\n";
  int tables = 0;
  for (const Json& s : sections) {
    html += fmt::format("<h2 id='{}'>{} {}</h2>\n", text_of(s.at("id")), s.at("number").get<int>(), text_of(s.at("title")));
    for (const Json& sentence : s.at("text")) html += "<p>" + printed(sentence.get<std::string>()) + "</p>\n";
    html += gap_list(s.at("gaps")) + values_table(s.at("values"));
    for (const Json& t : s.at("tables")) html += table(t, tables);
    for (const Json& list : s.at("lists")) {
      html += "<ul>\n";
      for (const Json& sentence : list.at("sentences")) html += "<li>" + printed(sentence.get<std::string>()) + "</li>\n";
      html += "</ul>\n";
    }
    html += signature_table(s.at("signatures"));
  }
  const Json& version = document.at("design_version");
  return html_page(text_of(document.at("title")),
                   fmt::format("Case {} &middot; design {} &middot; Spongiosa {}", text_of(document.at("case_id")), version.is_string() ? text_of(version) : "-", text_of(document.at("program_version"))), html);
}

std::string trace_csv(const Json& trace) {
  const char* columns[] = {"design_input", "requirement", "comparison", "limit", "unit", "source", "design_output", "verification", "value", "margin", "verdict", "user_need", "risk", "approver"};
  const auto field = [](const Json& value) {
    std::string text = value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
    return '"' + text + '"';
  };
  std::string csv;
  for (const char* column : columns) csv += (csv.empty() ? "" : ",") + std::string(column);
  csv += "\r\n";
  for (const Json& row : trace) {
    std::string line;
    for (const char* column : columns) line += (line.empty() && column == columns[0] ? "" : ",") + field(row.at(column));
    csv += line + "\r\n";
  }
  return csv;
}

}  // namespace spongiosa::workflow
