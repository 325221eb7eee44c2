#include "workflow/report/compare_test_html.h"

#include "workflow/report/html.h"
#include "workflow/report/page.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <algorithm>

namespace spongiosa::workflow {

namespace {

std::string text_of(const Json& value) { return escape(value.get<std::string>()); }

/// Curves of the specimens, and the simulation's slope through the mean start of the fitted lines.
std::string curve_figure(const Json& document) {
  constexpr double kLeft = 90.0, kTop = 15.0, kWidth = 700.0, kHeight = 330.0;
  double most_x = 1e-12, most_y = 1e-12;
  for (const Json& curve : document.at("curves")) {
    for (const Json& x : curve.at("displacement_mm")) most_x = std::max(most_x, x.get<double>());
    for (const Json& y : curve.at("force_n")) most_y = std::max(most_y, y.get<double>());
  }
  const auto at = [&](double x, double y) { return Vec2(kLeft + kWidth * x / (1.05 * most_x), kTop + kHeight * (1.0 - y / (1.05 * most_y))); };
  Svg svg(880.0, kTop + kHeight + 50.0);
  svg.rectangle(kLeft, kTop, kWidth, kHeight, "none", "#888");
  for (int tick = 0; tick <= 4; ++tick) {
    const double x = 0.25 * tick * most_x, y = 0.25 * tick * most_y;
    svg.text(at(x, 0.0)[0], kTop + kHeight + 18.0, fmt::format("{:.3g}", x), 12.0, Svg::Anchor::kMiddle);
    svg.text(kLeft - 6.0, at(0.0, y)[1] + 4.0, fmt::format("{:.4g}", y), 12.0, Svg::Anchor::kEnd);
  }
  svg.text(kLeft + 0.5 * kWidth, kTop + kHeight + 40.0, "displacement, mm", 13.0, Svg::Anchor::kMiddle);
  svg.text(kLeft + 6.0, kTop + 16.0, "force, N", 13.0);
  double start = 0.0;  // displacement at which the fitted lines begin, mean
  for (const Json& s : document.at("specimens")) start -= s.at("intercept_n").get<double>() / s.at("stiffness_n_per_mm").get<double>() / double(document.at("specimens").size());
  for (const Json& curve : document.at("curves")) {
    std::vector<Vec2> line;
    for (std::size_t i = 0; i < curve.at("force_n").size(); ++i)
      line.push_back(at(std::max(0.0, curve.at("displacement_mm")[i].get<double>()), std::max(0.0, curve.at("force_n")[i].get<double>())));
    svg.polyline(line, "#444", 1.5);
  }
  const double slope = document.at("simulated_n_per_mm"), end = std::min(most_x, start + most_y / slope);
  svg.polyline({at(std::max(0.0, start), 0.0), at(end, slope * (end - start))}, "#b45f06", 3.0);
  svg.text(kLeft + kWidth - 8.0, kTop + kHeight - 30.0, "specimens: grey; simulated stiffness: orange", 12.0, Svg::Anchor::kEnd);
  return svg.str();
}

}  // namespace

std::string compare_test_html(const Json& document) {
  const bool good = document.at("verdict") == "pass";
  std::string html = fmt::format("<div class='banner {}'><b>Simulated stiffness {} N/mm, measured {} N/mm: {:+.1f} %, limit {:.0f} %: {}.</b></div>\n", good ? "ok" : "bad",
                                 value_text(document.at("simulated_n_per_mm")), value_text(document.at("measured_mean_n_per_mm")), 100.0 * document.at("error_fraction").get<double>(),
                                 100.0 * document.at("limit_fraction").get<double>(), text_of(document.at("verdict")));
  Json numbers = document;
  for (const char* key : {"format", "version", "specimens", "curves", "statements", "verdict", "load"}) numbers.erase(key);
  html += table_of(numbers);
  html += "<ul>\n";
  for (const Json& sentence : document.at("statements")) html += "<li>" + text_of(sentence) + "</li>\n";
  html += "</ul>\n<figure>" + curve_figure(document) + "<figcaption>Figure 1. Force over displacement.</figcaption></figure>\n";
  html += "<table><thead><tr><th>Specimen</th><th>Stiffness, N/mm</th><th>R²</th><th>Points fitted</th><th>Largest force, N</th><th>SHA-256</th></tr></thead>\n";
  for (const Json& s : document.at("specimens"))
    html += fmt::format("<tr><td>{}</td><td class=number>{}</td><td class=number>{:.4f}</td><td class=number>{}</td><td class=number>{}</td><td class=hash>{}</td></tr>\n", text_of(s.at("file")),
                        value_text(s.at("stiffness_n_per_mm")), s.at("r_squared").get<double>(), s.at("points").get<int>(), value_text(s.at("largest_force_n")), text_of(s.at("sha256")));
  return html_page("Simulated against real test", "Load " + text_of(document.at("load")), html + "</table>\n");
}

}  // namespace spongiosa::workflow
