#include "workflow/report/study_html.h"

#include "workflow/report/html.h"
#include "workflow/report/page.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace {

const char* kColours[] = {"#0b5394", "#b45f06", "#38761d", "#741b47", "#cc0000", "#7f6000"};

std::string text_of(const Json& value) { return escape(value.get<std::string>()); }
std::string percent(double fraction) { return fmt::format("{:+.2g} %", 100.0 * fraction); }

/// Values over those of the finest elements, against the element size.
std::string convergence_figure(const Json& quantities) {
  constexpr double kLeft = 70.0, kTop = 20.0, kWidth = 480.0, kHeight = 230.0;
  double low = 0.0, high = 0.0, h_max = 0.0;
  for (const Json& q : quantities)
    for (const Json& m : q.at("meshes")) {
      const double change = m.at("value").get<double>() / q.at("meshes")[0].at("value").get<double>() - 1.0;
      low = std::min(low, change);
      high = std::max(high, change);
      h_max = std::max(h_max, m.at("cell_mm").get<double>());
    }
  const double span = std::max(1e-4, high - low);
  low -= 0.08 * span;
  high += 0.08 * span;
  const auto x = [&](double h) { return kLeft + kWidth * h / (1.05 * h_max); };
  const auto y = [&](double change) { return kTop + kHeight * (high - change) / (high - low); };
  Svg svg(900.0, kTop + kHeight + 46.0);
  svg.rectangle(kLeft, kTop, kWidth, kHeight, "none", "#888");
  svg.line(kLeft, y(0.0), kLeft + kWidth, y(0.0), "#bbb");
  for (const double at : {low + 0.08 * span, 0.0, high - 0.08 * span}) svg.text(kLeft - 6.0, y(at) + 4.0, fmt::format("{:+.1f} %", 100.0 * at), 12.0, Svg::Anchor::kEnd);
  for (const Json& m : quantities[0].at("meshes")) {
    svg.line(x(m.at("cell_mm").get<double>()), kTop + kHeight, x(m.at("cell_mm").get<double>()), kTop + kHeight + 5.0, "#444");
    svg.text(x(m.at("cell_mm").get<double>()), kTop + kHeight + 18.0, fmt::format("{:.3g}", m.at("cell_mm").get<double>()), 12.0, Svg::Anchor::kMiddle);
  }
  svg.text(kLeft + 0.5 * kWidth, kTop + kHeight + 38.0, "element edge, mm", 13.0, Svg::Anchor::kMiddle);
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    std::vector<Vec2> line;
    for (const Json& m : quantities[q].at("meshes"))
      line.push_back({x(m.at("cell_mm").get<double>()), y(m.at("value").get<double>() / quantities[q].at("meshes")[0].at("value").get<double>() - 1.0)});
    const char* colour = kColours[q % std::size(kColours)];
    svg.polyline(line, colour, 2.0);
    for (const Vec2& p : line) svg.rectangle(p[0] - 3.0, p[1] - 3.0, 6.0, 6.0, colour);
    svg.rectangle(kLeft + kWidth + 16.0, kTop + 8.0 + 22.0 * double(q), 14.0, 4.0, colour);
    svg.text(kLeft + kWidth + 36.0, kTop + 14.0 + 22.0 * double(q), quantities[q].at("label").get<std::string>(), 11.0);
  }
  return svg.str();
}

/// Bars of change, the longest first.
std::string tornado_figure(const Json& sensitivities, std::size_t q) {
  std::vector<std::pair<double, std::string>> bars;
  double most = 1e-6;
  for (const Json& s : sensitivities) {
    bars.push_back({s.at("changes_fraction")[q].get<double>(), s.at("label").get<std::string>()});
    most = std::max(most, std::abs(bars.back().first));
  }
  std::stable_sort(bars.begin(), bars.end(), [](const auto& a, const auto& b) { return std::abs(a.first) > std::abs(b.first); });
  constexpr double kMiddle = 580.0, kUnit = 230.0, kRow = 22.0;
  Svg svg(900.0, 12.0 + kRow * double(bars.size()));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = 6.0 + kRow * double(i), length = kUnit * std::abs(bars[i].first) / most;
    svg.text(270.0, y + 14.0, bars[i].second, 12.0, Svg::Anchor::kEnd);
    svg.rectangle(bars[i].first < 0.0 ? kMiddle - length : kMiddle, y + 3.0, length, kRow - 7.0, bars[i].first < 0.0 ? "#6fa8dc" : "#e69138");
    svg.text(bars[i].first < 0.0 ? kMiddle - length - 5.0 : kMiddle + length + 5.0, y + 14.0, percent(bars[i].first), 11.0,
             bars[i].first < 0.0 ? Svg::Anchor::kEnd : Svg::Anchor::kStart);
  }
  svg.line(kMiddle, 2.0, kMiddle, 10.0 + kRow * double(bars.size()), "#444");
  return svg.str();
}

std::string convergence_table(const Json& quantities) {
  std::string html = "<table class=narrow><thead><tr><th>Quantity</th><th>Unit</th>";
  for (const Json& m : quantities[0].at("meshes"))
    html += fmt::format("<th>{:.3g} mm, {} unknowns</th>", m.at("cell_mm").get<double>(), m.at("unknowns").get<std::int64_t>());
  html += "<th>Observed order</th><th>Extrapolated</th><th>Safety factor</th><th>Grid convergence index</th><th>Case to finest</th><th>At most 5 %</th></tr></thead>\n";
  for (const Json& q : quantities) {
    html += fmt::format("<tr><td>{}</td><td>{}</td>", text_of(q.at("label")), text_of(q.at("unit")));
    for (const Json& m : q.at("meshes")) html += "<td class=number>" + value_text(m.at("value")) + "</td>";
    html += fmt::format("<td class=number>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{:.2g} %</td><td class=number>{:.2g} %</td><td class={}>{}</td></tr>\n",
                        q.at("monotone").get<bool>() ? fmt::format("{:.2f}", q.at("order").get<double>()) : "none: not monotone", value_text(q.at("extrapolated")),
                        value_text(q.at("safety")), 100.0 * q.at("gci_fraction").get<double>(), 100.0 * q.at("change_to_finest_fraction").get<double>(), text_of(q.at("verdict")),
                        text_of(q.at("verdict")));
  }
  return html + "</table>\n";
}

}  // namespace

std::string study_html(const Json& document) {
  const Json &quantities = document.at("quantities"), &sensitivities = document.at("sensitivities");
  int failed = 0;
  for (const Json& q : quantities) failed += q.at("verdict") == "fail" ? 1 : 0;
  std::string html = fmt::format("<div class='banner {}'><b>{} of {} quantities change by at most 5 % from the case's elements to the finest.</b></div>\n", failed == 0 ? "ok" : "bad",
                                 quantities.size() - std::size_t(failed), quantities.size());
  html += "<h2>1 Element size</h2>\n<p>Observed order and index from three sizes (Celik et al., J. Fluids Eng. 130 (2008) 078001): safety factor 1.25 where the values run to "
          "one side with an order that is taken between 0.5 and 2; factor 3 with the order 1 where they do not. The limit of 5 % is a convention, written from memory.</p>\n";
  html += convergence_table(quantities);
  html += "<figure>" + convergence_figure(quantities) + "<figcaption>Figure 1. Change against the finest elements.</figcaption></figure>\n";
  html += "<h2>2 Sensitivities</h2>\n";
  if (sensitivities.empty()) html += "<p class=fail>Not studied at this level.</p>\n";
  for (std::size_t q = 0; !sensitivities.empty() && q < quantities.size(); ++q)
    html += fmt::format("<figure>{}<figcaption>Figure {}. {}: change against the case, {} {}.</figcaption></figure>\n", tornado_figure(sensitivities, q), q + 2, text_of(quantities[q].at("label")),
                        value_text(quantities[q].at("value")), text_of(quantities[q].at("unit")));
  html += "<h2>3 Balance and solver</h2>\n<table><thead><tr><th>Variant</th><th>Elements, mm</th><th>Unknowns</th><th>Balance error</th><th>Relative residual</th></tr></thead>\n";
  for (const Json& v : document.at("variants"))
    html += fmt::format("<tr><td>{}</td><td class=number>{:.4g}</td><td class=number>{}</td><td class=number>{:.1e}</td><td class=number>{:.1e}</td></tr>\n", text_of(v.at("label")),
                        v.at("cell_mm").get<double>(), v.at("unknowns").get<std::int64_t>(), v.at("balance_error").get<double>(), v.at("relative_residual").get<double>());
  html += "</table>\n<h2>4 Not studied</h2>\n<ul>\n";
  for (const Json& item : document.at("not_studied")) html += "<li>" + text_of(item.at("what")) + ": " + text_of(item.at("why")) + "</li>\n";
  return html_page("Convergence and sensitivity study", fmt::format("Case {} &middot; level {}", text_of(document.at("case_id")), text_of(document.at("level"))), html + "</ul>\n");
}

}  // namespace spongiosa::workflow
