#include "workflow/report/html.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

std::string quality_table(const Json& rows) {
  std::string html =
      "<h3>Imaging quality</h3>\n<table><thead><tr><th>Item</th><th>Value</th><th>Recommended</th><th>Verdict</th><th>Source</th></tr></thead>\n";
  for (const Json& row : rows) {
    const std::string verdict = row.at("verdict");
    const char* style = verdict == "good" ? "pass" : verdict == "doubtful" ? "fail" : "";
    html += fmt::format("<tr><td>{}</td><td class=number>{} {}</td><td>{}</td><td class='{}'>{}</td><td>{}</td></tr>\n", printed(row.at("item")),
                        escape(value_text(row.at("value"))), printed(row.at("unit")), printed(row.at("limit")), style, verdict,
                        escape(row.at("source")));
  }
  return html + "</table>\n";
}

}  // namespace spongiosa::workflow
