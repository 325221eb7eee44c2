/// What is counted or looked up in the evidence, so that documents only quote.

#include "workflow/documents/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace spongiosa::workflow {

namespace {

Json at(const Json& from, const char* pointer) {
  const Json::json_pointer place(pointer);
  return from.contains(place) ? from.at(place) : Json();
}

const Json& output_of(const Json& manifest, const std::string& ending) {
  static const Json none;
  for (const Json& output : manifest.at("outputs"))
    if (output.at("path").get<std::string>().ends_with(ending)) return output;
  return none;
}

Json trace(const Json& evidence) {
  Json rows = Json::array();
  const Json& print = output_of(evidence.at("stages").at("07_export"), "implant.stl");
  const Json links = at(evidence, "/record/trace");
  for (const Json& check : evidence.at("checks")) {
    const std::string id = check.at("id");
    const Json link = links.is_object() && links.contains(id) ? links.at(id) : Json::object();
    rows.push_back({{"design_input", id},
                    {"requirement", check.at("title")},
                    {"comparison", check.at("comparison")},
                    {"limit", check.at("limit")},
                    {"unit", check.at("unit")},
                    {"source", check.at("source")},
                    {"design_output", print.is_null() ? Json() : Json(print.at("path").get<std::string>() + " " + print.at("sha256").get<std::string>().substr(0, 12))},
                    {"verification", "computed by the program, stage check"},
                    {"value", check.at("value")},
                    {"margin", check.at("margin")},
                    {"verdict", check.at("verdict")},
                    {"user_need", link.value("user_need", Json())},
                    {"risk", link.value("risk", Json())},
                    {"approver", link.value("approver", Json())}});
  }
  return rows;
}

/// V&V 40's factors (from memory) with what the evidence at hand supports. A rule never claims more than it can show.
Json credibility(const Json& evidence) {
  const Json goals = at(evidence, "/record/credibility_goals");
  const bool validated = at(evidence, "/validation/problems").is_array() && !evidence.at("validation").at("problems").empty();
  const bool exact = validated && at(evidence, "/validation/failed") == 0;
  const bool refined = at(evidence, "/study/gci_fraction").is_number();
  const bool varied = at(evidence, "/study/sensitivities").is_array() && !evidence.at("study").at("sensitivities").empty();
  const bool bench = at(evidence, "/record/bench_test").is_string(), agreed = at(evidence, "/record/bench_agreement").is_string();
  const bool reviewed = !at(evidence, "/record/design_review").is_null();
  const std::string problems = validated ? fmt::format("{} of the validation report's problems passed", at(evidence, "/validation/passed").get<int>()) : "";
  Json rows = Json::array();
  const auto add = [&](const char* activity, const char* factor, const std::string& achieved, const std::string& shown, const char* rule) {
    Json goal = goals.is_object() && goals.contains(factor) ? goals.at(factor) : Json();
    rows.push_back({{"activity", activity}, {"factor", factor}, {"goal", goal}, {"achieved", achieved}, {"evidence", shown.empty() ? Json("none at hand") : Json(shown)}, {"rule", rule}});
  };
  add("Code verification", "Software quality assurance", validated ? "b" : "a", problems, "b with a validation report of this version; c needs the maker's anomaly list and test log");
  add("Code verification", "Numerical code verification", exact ? "b" : "a", problems, "b when the validation report has no failure; c and d need convergence against exact solutions for this element");
  add("Calculation verification", "Discretization error", refined ? "c" : "a", refined ? "convergence study of this case" : "", "c with a grid convergence index of this case");
  const Json residual = at(evidence, "/stages/05_solve/results/model/tolerance");
  add("Calculation verification", "Numerical solver error", varied ? "c" : residual.is_number() ? "b" : "a",
      varied ? "solver tolerance varied in the study of this case" : residual.is_number() ? fmt::format("relative residual at most {:g}", residual.get<double>()) : "",
      "b: tolerance of verified models; c with the tolerance varied for this case");
  add("Calculation verification", "Use error", reviewed ? "c" : "a", reviewed ? "design review in the record" : "", "c with a design review in the record");
  add("Validation, model", "Model form", "a", "", "b needs variants of the model compared for this case");
  add("Validation, model", "Model inputs: sensitivities", varied ? "b" : "a", varied ? "sensitivity study of this case" : "", "b with a sensitivity study of selected inputs");
  add("Validation, model", "Model inputs: uncertainties", "a", "", "b needs uncertainties of selected inputs");
  for (const char* factor : {"Test samples: quantity", "Test samples: range of characteristics", "Test samples: measurements", "Test samples: uncertainty of measurements", "Test conditions: quantity",
                             "Test conditions: range", "Test conditions: measurements", "Test conditions: uncertainty"})
    add("Validation, comparator", factor, "a", bench ? "bench test in the record" : "", "to be graded by the analyst from the bench test");
  for (const char* factor : {"Equivalency of input parameters", "Output comparison: quantity", "Output comparison: equivalency", "Output comparison: rigor", "Output comparison: agreement"})
    add("Validation, assessment", factor, "a", agreed ? "agreement in the record" : "", "to be graded by the analyst from the comparison with the bench test");
  for (const char* factor : {"Relevance of the quantities of interest", "Relevance of the validation activities to the context of use"})
    add("Applicability", factor, "a", "", "to be graded by the analyst");
  return rows;
}

Json evidence_categories(const Json& evidence) {
  Json rows = Json::array();
  const auto add = [&](const char* category, bool there, const std::string& what, const char* who) {
    rows.push_back({{"category", category}, {"evidence", there ? Json(what) : Json("none")}, {"state", there ? "present" : "missing"}, {"who", there ? "-" : who}});
  };
  add("1 Code verification results", at(evidence, "/validation/problems").is_array(), "validation report", "biomechanics analyst: spongiosa validate");
  add("2 Model calibration evidence", false, "", "biomechanics analyst: bone densities are not calibrated to this patient unless the case says so");
  add("3 Bench-test validation", at(evidence, "/record/bench_test").is_string(), "bench test in the record", "test laboratory");
  add("4 In-vivo validation", false, "", "clinical affairs");
  add("5 Population-based validation", false, "", "clinical affairs");
  add("6 Emergent model behaviour", false, "", "biomechanics analyst");
  add("7 Model plausibility", true, "governing equations, materials and limitations stand in the biomechanics report", "");
  add("8 Calculation verification with simulations of the context of use", at(evidence, "/study/gci_fraction").is_number(), "convergence study of this case", "biomechanics analyst");
  return rows;
}

Json nmpa_points(const Json& evidence) {
  const Json& fill = evidence.at("stages").at("04_fill").at("results");
  Json rows = Json::array();
  const auto add = [&](const char* point, const Json& shown, const char* who) {
    rows.push_back({{"point", point}, {"evidence", shown.is_null() ? Json("none") : shown}, {"state", shown.is_null() ? "missing" : "present"}, {"who", shown.is_null() ? who : "-"}});
  };
  add("Powder: composition, size, flow, reuse", at(evidence, "/record/process"), "manufacturer");
  add("Product: composition, microstructure by build direction", at(evidence, "/record/material_certificate"), "manufacturer");
  add("Basis for the choice of the unit cell", at(evidence, "/record/cell_choice"), "manufacturer");
  add("Porosity, pore size, strut size, throats, gradient", fill.contains("measures") ? Json("lattice characterisation") : Json(), "the program");
  add("Broken struts: detection and acceptance", fill.contains("islands") ? Json("loose pieces and separate surfaces are counted; broken struts of the printed part by inspection") : Json(), "manufacturer");
  add("Closed pores", fill.contains("measures") ? Json("closed voids are counted and checked") : Json(), "the program");
  add("Static and dynamic compression, shear, torsion, subsidence", at(evidence, "/record/bench_test"), "test laboratory");
  add("Expulsion, impact during insertion", at(evidence, "/record/expulsion_test"), "test laboratory");
  return rows;
}

Json inspection(const Json& evidence) {
  const Json tolerances = at(evidence, "/record/tolerances");
  Json rows = Json::array();
  const auto add = [&](const char* name, const char* characteristic, const char* pointer, const char* unit, const char* method) {
    rows.push_back({{"characteristic", characteristic}, {"nominal", at(evidence, pointer)}, {"unit", unit}, {"method", method},
                    {"tolerance", tolerances.is_object() && tolerances.contains(name) ? tolerances.at(name) : Json()}});
  };
  add("width_mm", "Width", "/stages/03_shape/results/implant/width_mm", "mm", "calliper or optical scan");
  add("depth_mm", "Depth", "/stages/03_shape/results/implant/depth_mm", "mm", "calliper or optical scan");
  add("height_centre_mm", "Height at the centre", "/stages/03_shape/results/implant/height_centre_mm", "mm", "calliper or optical scan");
  add("porosity_fraction", "Porosity of the porous zone", "/stages/04_fill/results/porosity_fraction", "fraction", "micro-CT");
  add("pore_size_mm", "Pore size, largest inscribed sphere", "/stages/04_fill/results/pore_size_mm", "mm", "micro-CT");
  add("strut_size_mm", "Strut size, largest inscribed sphere", "/stages/04_fill/results/strut_size_mm", "mm", "micro-CT");
  add("volume_mm3", "Solid volume", "/stages/04_fill/results/part_solid_mm3", "mm³", "weight over density");
  return rows;
}

void add_solution(Json& derived, const Json& solve) {
  double residual = 0.0, balance = 0.0, energy = 0.0;
  Json stress = Json::array();
  for (const Json& c : solve.at("cases")) {
    residual = std::max(residual, c.at("relative_residual").get<double>());
    balance = std::max(balance, c.at("balance_error").get<double>());
    const double work = c.at("external_work_nmm"), strain = c.at("strain_energy_nmm");
    if (work != 0.0) energy = std::max(energy, std::abs(2.0 * strain / work - 1.0));
    for (const Json& part : c.at("parts")) {
      Json row = {{"case", c.at("label")}};
      for (const char* key : {"part", "von_mises_max_mpa", "von_mises_p99_mpa", "von_mises_mean_mpa"}) row[key] = part.at(key);
      stress.push_back(row);
    }
  }
  derived["largest_relative_residual"] = residual;
  derived["largest_balance_error"] = balance;
  derived["largest_energy_error"] = energy;
  derived["part_stress"] = stress;
}

void add_checks(Json& derived, const Json& checks) {
  int failed = 0;
  Json least;
  for (const Json& check : checks) {
    failed += check.at("verdict") == "fail" ? 1 : 0;
    if (check.at("id").get<std::string>().starts_with("yield.") && (least.is_null() || check.at("value").get<double>() < least.at("value").get<double>()))
      least = {{"value", check.at("value")}, {"title", check.at("title")}};
  }
  derived["check_count"] = checks.size();
  derived["checks_failed"] = failed;
  derived["least_yield_factor"] = least;
}

}  // namespace

Json derive_evidence(const Json& evidence) {
  Json derived;
  derived["device"] = "Artificial vertebral body, patient-matched, porous, made by powder bed fusion";
  const Json& print = output_of(evidence.at("stages").at("07_export"), "implant.stl");
  derived["print_file"] = print;
  derived["design_version"] = print.is_null() ? Json() : Json(print.at("sha256").get<std::string>().substr(0, 12));
  const std::string images = evidence.at("stages").at("01_import").at("external");
  derived["image_hash"] = images;
  add_checks(derived, evidence.at("checks"));
  add_solution(derived, evidence.at("stages").at("05_solve").at("results"));
  derived["notes"] = Json::array();
  derived["chain"] = Json::array();
  derived["outputs"] = Json::array();
  std::set<std::string> sources;
  for (const auto& [id, manifest] : evidence.at("stages").items()) {
    for (const Json& note : manifest.at("notes")) derived["notes"].push_back(id + ": " + note.get<std::string>());
    for (const Json& output : manifest.at("outputs")) derived["outputs"].push_back(output);
    for (const Json& state : evidence.at("verification").at("stages"))
      if (state.at("stage") == id)
        derived["chain"].push_back({{"stage", id}, {"state", state.at("state")}, {"program_version", manifest.at("program_version")}, {"manifest_sha256", manifest.at("sha256")}});
  }
  for (const Json& check : evidence.at("checks")) sources.insert(check.at("source").get<std::string>());
  for (const char* pointer : {"/stages/05_solve/results/materials/implant/source", "/stages/05_solve/results/materials/implant/yield_source",
                              "/stages/05_solve/results/materials/bone/source", "/stages/05_solve/results/loads/source"})
    if (const Json source = at(evidence, pointer); source.is_string()) sources.insert(source.get<std::string>());
  derived["sources"] = sources;
  derived["package_count"] = evidence.at("sbom").at("packages").is_array() && !evidence.at("sbom").at("packages").empty() ? Json(evidence.at("sbom").at("packages").size()) : Json();
  derived["trace"] = trace(evidence);
  derived["credibility"] = credibility(evidence);
  derived["evidence_categories"] = evidence_categories(evidence);
  derived["nmpa_points"] = nmpa_points(evidence);
  derived["inspection"] = inspection(evidence);
  return derived;
}

}  // namespace spongiosa::workflow
