#include "workflow/tools/study_tool.h"

#include "core/child_process.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "workflow/case.h"
#include "workflow/report/report.h"
#include "workflow/report/study_html.h"
#include "workflow/run_record.h"
#include "workflow/study/grid_convergence.h"
#include "workflow/study/quantities.h"

#include <algorithm>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

/// Largest change from the case's own element size to the finest that passes (convention, from memory).
constexpr double kAllowedChange = 0.05;

struct Variant {
  std::string id, label, setting;           ///< setting: "path=value"
  double cost = 1.0;                        ///< solves of the case's own size that it takes as long as
  bool mesh = false;
};

std::vector<Variant> variants_of(const Case& design, const std::string& level) {
  const double cell = design.number("solve.cell_mm");
  const auto set = [](const char* path, double value) { return fmt::format("{}={:.6g}", path, value); };
  std::vector<Variant> list = {{"coarse", "elements sqrt(2) times as large", set("solve.cell_mm", cell * std::sqrt(2.0)), 0.4, true},
                               {"fine", "elements smaller by sqrt(2)", set("solve.cell_mm", cell / std::sqrt(2.0)), 3.2, true}};
  if (level == "quick") return list;
  const double slope = design.number("material.hu_slope_g_cm3_per_hu");
  list.push_back({"tolerance", "solver tolerance 1000 times as large", set("solve.tolerance", 1000.0 * design.number("solve.tolerance")), 0.8});
  list.push_back({"bone-softer", "bone density per HU -20 %", set("material.hu_slope_g_cm3_per_hu", 0.8 * slope), 1.0});
  list.push_back({"bone-stiffer", "bone density per HU +20 %", set("material.hu_slope_g_cm3_per_hu", 1.2 * slope), 1.0});
  const double preload = design.number("loads.preload_n");
  // Next to none: under no force at all the compression case has no stiffness.
  list.push_back({"preload-less", "preload 2 % of the case's", set("loads.preload_n", 0.02 * preload), 1.0});
  list.push_back({"preload-more", "preload twice the case's", set("loads.preload_n", 2.0 * preload), 1.0});
  if (level == "standard") return list;
  list.push_back({"cell-64", "cell homogenised with 64 voxels", "solve.homogenization_cells=64", 1.3});
  list.push_back({"planes-nearer", "load and support 2 mm nearer", set("loads.load_depth_mm", std::max(1.0, design.number("loads.load_depth_mm") - 2.0)), 1.0});
  if (design.has("lattice.porosity_fraction")) {
    const double porosity = design.number("lattice.porosity_fraction");
    list.push_back({"porosity-less", "porosity 2 points less", set("lattice.porosity_fraction", porosity - 0.02), 3.0});
    list.push_back({"porosity-more", "porosity 2 points more", set("lattice.porosity_fraction", porosity + 0.02), 3.0});
  }
  return list;
}

/// Files are replaced, never rewritten in place: links to them do no harm.
void share_results(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to / "stages", error);
  fs::copy_file(from / kCaseAsRun, to / kCaseAsRun, error);
  for (const char* stage : {"01_import", "02_segment", "03_shape", "04_fill", "05_solve"}) {
    error.clear();
    fs::copy(from / "stages" / stage, to / "stages" / stage, fs::copy_options::recursive | fs::copy_options::create_hard_links, error);
    if (error) {
      error.clear();
      fs::remove_all(to / "stages" / stage, error);
      fs::copy(from / "stages" / stage, to / "stages" / stage, fs::copy_options::recursive, error);
    }
    if (error) fail_io("cannot copy '{}' to '{}': {}", (from / "stages" / stage).string(), to.string(), error.message());
  }
}

Json solve_variant(const StudyJob& job, const fs::path& results, const Variant& variant, const Progress& progress) {
  const fs::path folder = job.out / "variants" / variant.id;
  share_results(results, folder);
  std::vector<std::string> command = {job.program.string(), "run", job.design.string(), "--out", folder.string(), "--to", "solve", "--set", variant.setting, "--quiet"};
  if (!job.data.empty()) command.insert(command.end(), {"--data", job.data.string()});
  progress.report(0.0, variant.label);
  const fs::path log = job.out / "variants" / (variant.id + ".log");
  const ChildEnd end = run_child(command, log, throw_if_cancelled);
  if (end.signalled || end.code > int(ExitCode::kCheckFailed))
    fail_computation("the variant '{}' ({}) could not be solved: {} {}; run it alone to see why: spongiosa run CASE --to solve --set {}", variant.label, variant.setting,
                     end.signalled ? "signal" : "exit code", end.code, variant.setting);
  const Json solve = read_json(folder / "stages" / "05_solve" / "manifest.json").at("results");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::remove(log, ignored);
  return solve;
}

struct Solved {
  Variant variant;
  double cell_mm = 0.0;
  std::int64_t unknowns = 0;
  std::vector<double> values;
  double balance = 0.0, residual = 0.0;
};

Solved solved_of(const Variant& variant, const Json& solve) {
  Solved s{variant, solve.at("model").at("cell_mm"), solve.at("model").at("unknowns"), quantity_values(solve)};
  for (const Json& c : solve.at("cases")) {
    s.balance = std::max(s.balance, c.at("balance_error").get<double>());
    s.residual = std::max(s.residual, c.at("relative_residual").get<double>());
  }
  return s;
}

Json quantity_rows(const std::vector<Solved>& solved, double& largest) {
  std::vector<const Solved*> meshes;
  for (const Solved& s : solved)
    if (s.variant.mesh) meshes.push_back(&s);
  std::sort(meshes.begin(), meshes.end(), [](const Solved* a, const Solved* b) { return a->cell_mm < b->cell_mm; });
  Json rows = Json::array();
  largest = 0.0;
  for (std::size_t q = 0; q < study_quantities().size(); ++q) {
    const Quantity& quantity = study_quantities()[q];
    Json row = {{"id", quantity.id}, {"label", quantity.label}, {"unit", quantity.unit}, {"value", solved.front().values[q]}, {"meshes", Json::array()}};
    for (const Solved* s : meshes) row["meshes"].push_back({{"cell_mm", s->cell_mm}, {"unknowns", s->unknowns}, {"value", s->values[q]}});
    const GridConvergence g = grid_convergence(meshes[0]->cell_mm, meshes[1]->cell_mm, meshes[2]->cell_mm, meshes[0]->values[q], meshes[1]->values[q], meshes[2]->values[q]);
    row["monotone"] = g.monotone;
    row["order"] = g.monotone ? Json(g.order) : Json();
    row["order_text"] = g.monotone ? fmt::format("{:.2f}", g.order) : "none";
    row["extrapolated"] = g.monotone ? Json(g.extrapolated) : Json();
    row["safety"] = g.safety;
    row["gci_fraction"] = g.index_fraction;
    const double finest = meshes[0]->values[q], change = finest != 0.0 ? std::abs(solved.front().values[q] / finest - 1.0) : 0.0;
    row["change_to_finest_fraction"] = change;
    row["verdict"] = change <= kAllowedChange ? "pass" : "fail";
    largest = std::max(largest, g.index_fraction);
    rows.push_back(row);
  }
  return rows;
}

Json sensitivity_rows(const std::vector<Solved>& solved) {
  Json rows = Json::array();
  for (const Solved& s : solved) {
    if (s.variant.mesh) continue;
    Json row = {{"id", s.variant.id}, {"label", s.variant.label}, {"setting", s.variant.setting}, {"values", s.values}, {"changes_fraction", Json::array()}};
    for (std::size_t q = 0; q < s.values.size(); ++q) {
      const double base = solved.front().values[q];
      row["changes_fraction"].push_back(base != 0.0 ? s.values[q] / base - 1.0 : 0.0);
    }
    rows.push_back(row);
  }
  return rows;
}

Json not_studied(const std::string& level) {
  Json rows = Json::array();
  const auto add = [&](const char* what, const char* why) { rows.push_back({{"what", what}, {"why", why}}); };
  if (level == "quick") add("Solver tolerance, bone density, preload", "level quick: choose standard");
  if (level != "full") add("Porosity, voxels of the cell, planes of load and support", "choose the level full");
  add("Friction at the interface", "the model is tied");
  add("Strut growth of the printed part", "the model takes the nominal lattice");
  add("Direction of the load by 5 degrees", "the load cases have no such parameter");
  return rows;
}

}  // namespace

Json run_study_job(const StudyJob& given, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  const std::vector<std::string> levels = {"quick", "standard", "full"};
  if (std::find(levels.begin(), levels.end(), given.level) == levels.end()) fail_usage("--level {}: expected quick, standard or full", given.level);
  StudyJob job = given;
  const Case design = Case::load(job.design);
  if (job.results.empty()) job.results = design.folder() / "results";
  const fs::path stage = job.results / "stages" / "05_solve";
  std::error_code ignored;
  if (!fs::exists(stage / "manifest.json", ignored))
    fail_input("'{}' holds no solved case (stages/05_solve/manifest.json): run 'spongiosa solve' on the case first", job.results.string());
  if (job.out.empty()) job.out = (fs::absolute(job.results) / "").parent_path().parent_path() / "study";
  make_writable_folder(job.out / "variants");
  const std::vector<Variant> variants = variants_of(design, job.level);
  double cost = 0.0;
  for (const Variant& v : variants) cost += v.cost;
  const double solve_s = fs::exists(stage / "timing.json", ignored) ? read_json(stage / "timing.json").value("wall_s", 0.0) : 0.0;
  announce(fmt::format("{} solves, about {:.0f} s at the speed of the case's own ({:.0f} s)", variants.size(), cost * solve_s, solve_s));

  std::vector<Solved> solved = {solved_of({"case", "the case as it is", "", 1.0, true}, read_json(stage / "manifest.json").at("results"))};
  double done = 0.0;
  for (const Variant& variant : variants) {
    solved.push_back(solved_of(variant, solve_variant(job, job.results, variant, progress.part(done / cost, (done + variant.cost) / cost))));
    done += variant.cost;
  }
  fs::remove(job.out / "variants", ignored);

  Json document = {{"format", "spongiosa-study"}, {"version", 1}, {"case_id", design.id()}, {"level", job.level}, {"solve_manifest_sha256", read_json(stage / "manifest.json").at("sha256")}};
  double largest = 0.0;
  document["quantities"] = quantity_rows(solved, largest);
  document["gci_fraction"] = largest;
  document["sensitivities"] = sensitivity_rows(solved);
  document["not_studied"] = not_studied(job.level);
  document["variants"] = Json::array();
  for (const Solved& s : solved)
    document["variants"].push_back({{"id", s.variant.id}, {"label", s.variant.label}, {"cell_mm", s.cell_mm}, {"unknowns", s.unknowns}, {"balance_error", s.balance}, {"relative_residual", s.residual}});
  write_json(job.out / "study.json", document);
  write_text_file(job.out / "study.html", study_html(document));
  if (job.pdf) write_pdf(job.out / "study.html", job.out / "study.pdf");
  return document;
}

}  // namespace spongiosa::workflow
