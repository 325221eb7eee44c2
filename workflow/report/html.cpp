#include "workflow/report/html.h"
#include "workflow/report/page.h"
#include "workflow/report/report.h"
#include "workflow/report/svg.h"

#include <fmt/format.h>

#include <cmath>

namespace spongiosa::workflow {

namespace {

const char* kUnverified =
    "<p>&ldquo;From memory, not verified&rdquo; marks a value that was written down from memory of the publication named and has not been "
    "compared with it: check it before relying on it.</p>\n";

std::string limit_text(const Json& check) {
  const std::string comparison = check.at("comparison");
  const Json& limit = check.at("limit");
  if (comparison == "within") return value_text(limit.at(0)) + " to " + value_text(limit.at(1));
  if (comparison == "is") return "yes";
  return (comparison == ">=" ? "at least " : "at most ") + value_text(limit);
}

/// Percent of the limit or, where that says little, how many times the limit the value is.
std::string margin_text(const Json& check) {
  const double margin = check.at("margin").get<double>();
  if (std::abs(margin) <= 2.0) return fmt::format("{:+.0f} %", 100.0 * margin);
  const std::string comparison = check.at("comparison");
  const bool comparable = (comparison == ">=" || comparison == "<=") && check.at("limit").get<double>() != 0.0;
  return comparable ? fmt::format("{:.1f} &times; limit", check.at("value").get<double>() / check.at("limit").get<double>()) : "-";
}

std::string check_rows(const Json& checks, const std::string& verdict) {
  std::string rows;
  for (const Json& check : checks) {
    if (check.at("verdict") != verdict) continue;
    rows += fmt::format(
        "<tr><td>{}</td><td class=number>{} {}</td><td>{} {}</td><td class={}>{}</td><td class=number>{}</td><td>{}</td></tr>\n",
        printed(check.at("title")), value_text(check.at("value")), escape(check.at("unit")), limit_text(check), escape(check.at("unit")), verdict,
        verdict, margin_text(check), printed(check.at("source")));
  }
  return rows;
}

std::string check_table(const Json& checks) {
  return "<table><thead><tr><th>Check</th><th>Value</th><th>Limit</th><th>Verdict</th><th>Margin</th><th>Source of the limit</th></tr></thead>\n" +
         check_rows(checks, "fail") + check_rows(checks, "pass") + "</table>\n";
}

const Json& results_of(const Json& numbers, const std::string& stage) {
  for (const Json& s : numbers.at("stages"))
    if (s.at("stage") == stage) return s.at("results");
  return numbers.at("stages");
}

std::string figures_of(const std::vector<Figure>& figures, const std::string& section) {
  std::string html;
  for (const Figure& figure : figures)
    if (figure.section == section)
      html += fmt::format("<figure><h3>{}</h3>\n{}<figcaption>{}</figcaption></figure>\n", escape(figure.title), figure.svg, escape(figure.caption));
  return html;
}

std::string summary(const Json& numbers) {
  const int failed = numbers.at("failed_checks").get<int>();
  const std::size_t count = numbers.at("checks").size();
  const Json& implant = results_of(numbers, "03_shape").at("implant");
  const Json& fill = results_of(numbers, "04_fill");
  std::string html = fmt::format("<div class='banner {}'><b>{}</b></div>\n", failed == 0 ? "ok" : "bad",
                                 failed == 0 ? fmt::format("All {} checks passed.", count)
                                             : fmt::format("{} of {} checks failed: this design does not meet its limits.", failed, count));
  html += fmt::format(
      "<p>Artificial vertebral body for {}, between {} and {}: {:.1f} mm wide, {:.1f} mm deep, {:.1f} mm high at the centre. "
      "Lattice {}: porosity {:.2f} %, pore {:.0f} &micro;m, strut {:.0f} &micro;m (largest inscribed spheres, measured on the final part).</p>\n",
      escape(results_of(numbers, "03_shape").at("anatomy").at("replaced_level")),
      escape(results_of(numbers, "03_shape").at("anatomy").at("cranial_level")),
      escape(results_of(numbers, "03_shape").at("anatomy").at("caudal_level")), implant.at("width_mm").get<double>(),
      implant.at("depth_mm").get<double>(), implant.at("height_centre_mm").get<double>(), escape(fill.at("cell")),
      100.0 * fill.at("porosity_fraction").get<double>(), 1000.0 * fill.at("pore_size_mm").get<double>(),
      1000.0 * fill.at("strut_size_mm").get<double>());
  if (const double scale = implant.at("footprint_scale").get<double>(); scale < 0.9995)
    html += fmt::format("<p><b>The footprint was shrunk to {:.1f} % of the size asked for</b>, so that it stays within both endplates and clear of "
                        "the spinal canal.</p>\n",
                        100.0 * scale);
  if (failed > 0)
    html += "<table><thead><tr><th>Failed check</th><th>Value</th><th>Limit</th><th>Verdict</th><th>Margin</th><th>Source of the limit</th></tr></thead>\n" +
            check_rows(numbers.at("checks"), "fail") + "</table>\n";
  return html;
}

/// N.mm as N.m
Json in_nm(const Json& moment_nmm) {
  Json moment_nm = Json::array();
  for (const Json& component : moment_nmm) moment_nm.push_back(1e-3 * component.get<double>());
  return moment_nm;
}

/// What the machine makes of the part. Supports are the printer's, so these verdicts are not among the design's.
std::string printing(const Json& found) {
  const Json &expected = found.at("expected"), &nominal = expected.at("nominal"), &built = expected.at("as_built");
  std::string html = "<h3>Printing on: " + escape(found.at("profile").at("label")) + "</h3>\n<p>Build direction " + vector_text(found.at("build_direction")) +
                     " (patient frame). These verdicts do not count among the checks of the design: supports and orientation are the printing engineer's.</p>\n" +
                     check_table(found.at("checks"));
  html += "<table class=narrow><thead><tr><th>Expected as built</th><th>Designed</th><th>Built</th></tr></thead>\n";
  const struct {
    const char *key, *title;
    double factor;
  } rows[] = {{"porosity_fraction", "Porosity of the porous zone, %", 100.0},
              {"mean_pore_chord_mm", "Mean chord of the pores, mm", 1.0},
              {"mean_strut_chord_mm", "Mean chord of the solid, mm", 1.0},
              {"mass_g", "Mass of the part, g", 1.0}};
  for (const auto& row : rows)
    html += fmt::format("<tr><td>{}</td><td class=number>{:.4g}</td><td class=number>{:.4g}</td></tr>\n", row.title, row.factor * nominal.at(row.key).get<double>(),
                        row.factor * built.at(row.key).get<double>());
  return html + "</table>\n";
}

/// What came of the part each time its form changed.
std::string conversions(const Json& list) {
  std::string html =
      "<h3>Conversions</h3>\n<table class=narrow><thead><tr><th>From</th><th>To</th><th>Triangles</th><th>Largest deviation, mm</th><th>RMS deviation, mm</th>"
      "<th>Change of volume</th></tr></thead>\n";
  for (const Json& one : list)
    html += fmt::format("<tr><td>{}</td><td>{}</td><td class=number>{}</td><td class=number>{:.2g}</td><td class=number>{:.2g}</td><td class=number>{:.2g}</td></tr>\n",
                        escape(one.at("from").at("file")), escape(one.at("to").at("file")), one.at("triangles").get<std::int64_t>(),
                        one.at("max_deviation_mm").get<double>(), one.at("rms_deviation_mm").get<double>(), one.at("volume_change_fraction").get<double>());
  return html + "</table>\n<p>Hashes of both forms stand in report.json.</p>\n";
}

std::string load_case_table(const Json& solve) {
  std::string html =
      "<table class=narrow><thead><tr><th>Load case</th><th>Force z, N</th><th>Moment, N&middot;m (x, y, z)</th><th>Mean displacement of the loaded face, mm (x, y, "
      "z)</th><th>Rotation, deg (x, y, z)</th><th>Support reaction z, N</th><th>Balance error</th><th>Iterations</th></tr></thead>\n";
  for (const Json& c : solve.at("cases"))
    html += fmt::format(
        "<tr><td>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{}</td><td "
        "class=number>{}</td><td class=number>{:.1e}</td><td class=number>{}</td></tr>\n",
        escape(c.at("label")), value_text(c.at("force_n").at(2)), vector_text(in_nm(c.at("moment_nmm"))), vector_text(c.at("top_displacement_mm")),
        vector_text(c.at("top_rotation_deg")), value_text(c.at("reaction_force_n").at(2)), c.at("balance_error").get<double>(),
        c.at("iterations").get<int>());
  return html + "</table>\n";
}

std::string stress_table(const Json& solve) {
  std::string html =
      "<table><thead><tr><th>Load case</th><th>Part</th><th>von Mises max, MPa</th><th>p99, MPa</th><th>mean, MPa</th><th>Principal stress min / max, "
      "MPa</th><th>Principal strain min / max, %</th></tr></thead>\n";
  for (const Json& c : solve.at("cases")) {
    for (const Json& part : c.at("parts"))
      html += fmt::format(
          "<tr><td>{}</td><td>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{}</td><td class=number>{} / {}</td><td "
          "class=number>{:.3f} / {:.3f}</td></tr>\n",
          escape(c.at("label")), escape(part.at("part")), value_text(part.at("von_mises_max_mpa")), value_text(part.at("von_mises_p99_mpa")),
          value_text(part.at("von_mises_mean_mpa")), value_text(part.at("principal_stress_min_mpa")), value_text(part.at("principal_stress_max_mpa")),
          100.0 * part.at("principal_strain_min").get<double>(), 100.0 * part.at("principal_strain_max").get<double>());
    html += fmt::format("<tr><td>{}</td><td>struts of the lattice, localised</td><td class=number>-</td><td class=number>{}</td><td class=number>-</td>"
                        "<td class=number>-</td><td class=number>-</td></tr>\n",
                        escape(c.at("label")), value_text(c.at("strut_von_mises_p99_mpa")));
  }
  return html + "</table>\n<p>Struts: 99th volume percentile in the unit cell under the strain of the worst porous element; the yield stress over it "
                "is the yield factor of the struts. The row implant-porous is the homogenised zone, whose stress is not that of a strut.</p>\n";
}

std::string material_table(const Json& materials) {
  std::string html = "<table><thead><tr><th>Material</th><th>Values</th><th>Source</th><th>Status</th></tr></thead>\n";
  const Json& metal = materials.at("implant");
  html += fmt::format("<tr><td>{}</td><td>E {} MPa, Poisson {}, yield {} MPa</td><td>{}; yield: {}</td><td>{}; yield: {}</td></tr>\n", escape(metal.at("label")),
                      value_text(metal.at("youngs_modulus_mpa")), value_text(metal.at("poisson_ratio")), value_text(metal.at("yield_stress_mpa")),
                      printed(metal.at("source")), printed(metal.at("yield_source")), escape(metal.at("status")),
                      escape(metal.at("yield_status")));
  const Json& bone = materials.at("bone");
  html += fmt::format("<tr><td>Bone: {}</td><td>Poisson {}; density = {} g/cm³ per HU &times; HU + {} g/cm³. {}<br>Mean modulus of the vertebra above {} "
                      "MPa, of the vertebra below {} MPa</td><td>{}</td><td>{}</td></tr>\n",
                      escape(bone.at("label")), value_text(bone.at("poisson_ratio")), value_text(bone.at("calibration").at("slope_g_cm3_per_hu")),
                      value_text(bone.at("calibration").at("intercept_g_cm3")), printed(bone.at("calibration").at("statement")),
                      value_text(bone.at("mean_modulus_cranial_mpa")), value_text(bone.at("mean_modulus_caudal_mpa")), printed(bone.at("source")),
                      escape(bone.at("status")));
  return html + "</table>\n" + kUnverified;
}

/// Without the phantom's values when the scan is a real one.
Json printed_case(Json document) {
  Json& ct = document.at("ct");
  if (ct.contains("phantom") && !ct.at("phantom").value("enabled", false)) ct.erase("phantom");
  return document;
}

std::string provenance(const Json& numbers) {
  std::string html = "<table><thead><tr><th>Stage</th><th>File</th><th>What</th><th>Bytes</th><th>SHA-256</th></tr></thead>\n";
  for (const Json& stage : numbers.at("stages"))
    for (const Json& output : stage.at("outputs"))
      html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=number>{}</td><td class=hash>{}</td></tr>\n", escape(stage.at("title")),
                          escape(output.at("path")), escape(output.at("role")), output.at("bytes").get<std::int64_t>(),
                          escape(output.at("sha256")));
  return html + "</table>\n";
}

std::string segmentation_tables(Json segment) {
  const Json quality = segment.at("quality");
  segment.erase("quality");
  return quality_table(quality) + table_of(segment);
}

std::string lattice_tables(Json fill) {
  const Json measures = fill.at("measures");
  fill.erase("measures");
  return table_of(fill) + measures_html(measures);
}

std::string notes(const Json& numbers) {
  std::string html;
  for (const Json& stage : numbers.at("stages"))
    for (const Json& note : stage.at("notes")) html += fmt::format("<li>{}: {}</li>\n", escape(stage.at("title")), printed(note));
  return html.empty() ? "<p>Nothing was removed, filled, clamped or resampled.</p>\n" : "<ul>\n" + html + "</ul>\n";
}

}  // namespace

std::string report_html(const Json& numbers, const std::vector<Figure>& figures) {
  const std::string id = escape(numbers.at("case_id"));
  const Json& solve = results_of(numbers, "05_solve");
  std::string html;
  if (const Json description = numbers.at("case").value("description", Json()); description.is_string() && !description.get<std::string>().empty())
    html += "<p>" + printed(description) + "</p>\n";
  html += "<h2>1 Summary</h2>\n" + summary(numbers);
  html += "<h2>2 Imaging and segmentation</h2>\n" + table_of(results_of(numbers, "01_import")) +
          segmentation_tables(results_of(numbers, "02_segment")) + figures_of(figures, "imaging");
  html += "<h2>3 Anatomy and implant</h2>\n" + table_of(results_of(numbers, "03_shape")) + figures_of(figures, "implant");
  html += "<h2>4 Lattice, measured on the final part</h2>\n" + lattice_tables(results_of(numbers, "04_fill")) + figures_of(figures, "lattice");
  html += "<h2>5 Materials, loads and model</h2>\n" + material_table(solve.at("materials")) + table_of(solve.at("loads")) +
          table_of(solve.at("model")) + "<h3>Effective stiffness of the lattice cell</h3>\n" + table_of(solve.at("homogenized_cell")) +
          figures_of(figures, "loads");
  html += "<h2>6 Results under the seven load cases</h2>\n" + load_case_table(solve) + stress_table(solve) + figures_of(figures, "results");
  html += "<h2>7 Checks</h2>\n" + check_table(numbers.at("checks")) + kUnverified + printing(results_of(numbers, "07_export").at("printing")) +
          figures_of(figures, "print") + conversions(results_of(numbers, "07_export").at("conversions"));
  html += "<h2>8 What was changed or assumed on the way</h2>\n" + notes(numbers);
  html += "<h2>9 Limitations</h2>\n<ul>\n";
  for (const Json& sentence : numbers.at("limitations")) html += "<li>" + escape(sentence) + "</li>\n";
  html += "</ul>\n<h2>10 Files and hashes</h2>\n" + provenance(numbers);
  html += "<h2>11 The case</h2>\n" + table_of(printed_case(numbers.at("case")));
  return html_page("Design report: artificial vertebral body", fmt::format("Case {} &middot; Spongiosa {}", id, escape(numbers.at("program").at("version"))), html);
}

}  // namespace spongiosa::workflow
