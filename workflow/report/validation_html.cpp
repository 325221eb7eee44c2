#include "workflow/report/validation_html.h"

#include "workflow/report/html.h"
#include "workflow/report/page.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

std::string text_of(const Json& value) { return escape(value.get<std::string>()); }

const char* style_of(const std::string& state) { return state == "passed" || state == "pass" ? "pass" : state == "near" || state == "off" ? "number" : "fail"; }

std::string limit_text(const Json& row) {
  const std::string comparison = row.at("comparison");
  const double limit = row.at("limit");
  if (comparison == "relative") return fmt::format("&plusmn;{:.3g} %", 100.0 * limit);
  if (comparison == "absolute") return fmt::format("&plusmn;{:.3g}", limit);
  return fmt::format("at most {:.3g}", limit);
}

std::string difference_text(const Json& row) {
  const std::string comparison = row.at("comparison");
  const double d = row.at("difference");
  return comparison == "relative" ? fmt::format("{:+.3g} %", 100.0 * d) : comparison == "absolute" ? fmt::format("{:+.3g}", d) : "-";
}

std::string percent(const Json& fraction) { return fraction.is_number() ? fmt::format("{:+.0f} %", 100.0 * fraction.get<double>()) : "-"; }

/// Every judged row as a mark on one scale: the difference over its limit.
std::string margin_figure(const Json& rows) {
  constexpr double kWidth = 900.0, kMiddle = 450.0, kUnit = 300.0, kHeight = 92.0, kAxis = 46.0;
  constexpr double kShown = 1.4;  // times the limit; marks beyond stand at the edge
  Svg svg(kWidth, kHeight);
  svg.rectangle(kMiddle - kUnit, kAxis - 16.0, 2.0 * kUnit, 32.0, "#eef4ee");
  svg.line(kMiddle - kShown * kUnit, kAxis, kMiddle + kShown * kUnit, kAxis, "#888");
  for (const auto& [at, label] : {std::pair{-1.0, "- limit"}, std::pair{0.0, "reference"}, std::pair{1.0, "+ limit"}}) {
    svg.line(kMiddle + at * kUnit, kAxis - 20.0, kMiddle + at * kUnit, kAxis + 20.0, "#444", at == 0.0 ? 1.0 : 1.6);
    svg.text(kMiddle + at * kUnit, kAxis + 36.0, label, 12.0, Svg::Anchor::kMiddle);
  }
  for (const Json& row : rows) {
    const std::string verdict = row.at("verdict");
    if ((verdict != "pass" && verdict != "fail") || !(row.at("limit").get<double>() > 0.0)) continue;
    const double x = kMiddle + kUnit * std::clamp(row.at("difference").get<double>() / row.at("limit").get<double>(), -kShown, kShown);
    svg.line(x, kAxis - 11.0, x, kAxis + 11.0, verdict == "pass" ? "#116329" : "#b00020", verdict == "pass" ? 2.0 : 4.0);
  }
  return svg.str();
}

std::string row_table(const Json& rows) {
  std::string html =
      "<table class=narrow><thead><tr><th>Quantity</th><th>Unit</th><th>Spongiosa</th><th>Reference</th><th>Difference</th><th>Limit</th><th>Margin</th>"
      "<th>Verdict</th><th>Source</th></tr></thead>\n";
  for (const Json& row : rows)
    html += fmt::format("<tr><td>{}</td><td>{}</td><td class=number>{:.6g}</td><td class=number>{:.6g}</td><td class=number>{}</td><td class=number>{}</td>"
                        "<td class=number>{}</td><td class={}>{}</td><td>{}</td></tr>\n",
                        text_of(row.at("quantity")), text_of(row.at("unit")), row.at("value").get<double>(), row.at("reference").get<double>(),
                        difference_text(row), limit_text(row), percent(row.at("margin")), style_of(row.at("verdict")), text_of(row.at("verdict")),
                        text_of(row.at("source")));
  return html + "</table>\n";
}

std::string section(const Json& problem, int number) {
  std::string html = fmt::format("<h2>{} {}</h2>\n<p>{}</p>\n<table><tr><th>Reference</th><td>{}</td></tr><tr><th>Acceptance</th><td>{}</td></tr>"
                                 "<tr><th>Outcome</th><td class={}>{}</td></tr></table>\n",
                                 number, text_of(problem.at("title")), text_of(problem.at("compares")), text_of(problem.at("reference")),
                                 text_of(problem.at("acceptance")), style_of(problem.at("state")), text_of(problem.at("state")));
  if (problem.at("reason").is_string()) return html + "<p class=fail>Gap: " + text_of(problem.at("reason")) + "</p>\n";
  for (const Json& remark : problem.at("remarks")) html += "<p>" + text_of(remark) + "</p>\n";
  html += fmt::format("<figure>{}<figcaption>Figure {}. Differences from the references, each over its own limit; beyond the green band a comparison has "
                      "failed. Differences of more than 1.4 limits stand at the edge.</figcaption></figure>\n",
                      margin_figure(problem.at("rows")), number);
  return html + row_table(problem.at("rows"));
}

}  // namespace

std::string validation_html(const Json& document) {
  const int failed = document.at("failed"), gaps = document.at("gaps"), passed = document.at("passed");
  std::string html = fmt::format("<div class='banner {}'><b>{} of {} problems passed, {} failed, {} not run.</b></div>\n", failed + gaps == 0 ? "ok" : "bad", passed,
                                 passed + failed + gaps, failed, gaps);
  html += "<p>Each problem compares results of the program with something known: an exact solution, a published value, another program. \"pass\" and \"fail\" judge a "
          "difference against its limit; the margin is what is left of the limit (100 %: exact, 0: at the limit). \"near\" and \"off\" mark figures that "
          "are shown without judging: aims, and published values that need not be right. A problem that could not be run is a gap.</p>\n";
  html += "<table><thead><tr><th>No.</th><th>Problem</th><th>Outcome</th><th>Passed</th><th>Failed</th><th>Near</th><th>Off</th><th>Least margin</th></tr></thead>\n";
  int number = 1;
  for (const Json& problem : document.at("problems"))
    html += fmt::format("<tr><td class=number>{}</td><td>{}</td><td class={}>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{}</td>"
                        "<td class=number>{}</td><td class=number>{}</td></tr>\n",
                        number++, text_of(problem.at("title")), style_of(problem.at("state")), text_of(problem.at("state")), problem.at("passed").get<int>(),
                        problem.at("failed").get<int>(), problem.at("near").get<int>(), problem.at("off").get<int>(), percent(problem.at("least_margin")));
  html += "</table>\n";
  number = 1;
  for (const Json& problem : document.at("problems")) html += section(problem, number++);
  return html_page("Validation report", "Spongiosa " + text_of(document.at("program_version")), html);
}

}  // namespace spongiosa::workflow
