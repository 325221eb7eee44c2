#include "workflow/tools/submodel_input.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/image/image_file.h"
#include "workflow/lattice_keys.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr const char* kSolveStage = "05_solve";

fs::path results_folder(const fs::path& given) {
  std::error_code ignored;
  for (const fs::path& folder : {given, given / "results"})
    if (fs::exists(folder / "stages" / kSolveStage / "manifest.json", ignored)) return folder;
  fail_input("'{}' holds no solved case (stages/{}/manifest.json): run 'spongiosa solve' on the case and name its results folder", given.string(),
             kSolveStage);
}

Json results_of(const fs::path& stage_folder) {
  try {
    return read_json(stage_folder / "manifest.json").at("results");
  } catch (const Json::exception&) {
    fail_input("'{}' is damaged: run the stage again", (stage_folder / "manifest.json").string());
  }
}

const g::LevelSet& named(const std::vector<g::LevelSet>& level_sets, const std::string& name, const fs::path& file) {
  for (const g::LevelSet& level_set : level_sets)
    if (level_set.name() == name) return level_set;
  fail_input("'{}' has no level set '{}': run the stage again", file.string(), name);
}

bool is_plain_core(const Json& lattice, const Json& solved) {
  const Json& zones = solved.at("porous_zones");
  return zones.size() == 1 && zones[0].at("solid_fractions").size() == 1 && lattice.at("rotation_deg").is_null() &&
         lattice.at("frame") == "cartesian" && lattice.at("zones").empty() && lattice.at("turn_x_expression").is_null() &&
         lattice.at("turn_y_expression").is_null() && lattice.at("turn_z_expression").is_null();
}

}  // namespace

bool SolvedCase::touches_bone(const Vec3& p_Frame, double reach_mm) const {
  // Behind the gap that the continuum model bridges, and half an element more.
  const double behind_mm = 1.0 + 0.6 * parts.spacing_mm[0];
  for (const bool above : {true, false}) {
    if (std::abs(faces[above ? 0 : 1].value(p_Frame)) > reach_mm) continue;
    const Vec3 x = parts.to_index(frame.to_patient(p_Frame + Vec3(0.0, 0.0, above ? behind_mm : -behind_mm)));
    const Index3 at{std::llround(x[0]), std::llround(x[1]), std::llround(x[2])};
    if (parts.contains(at[0], at[1], at[2]) && parts.at(at[0], at[1], at[2]) == (above ? 1 : 4)) return true;
  }
  return false;
}

Json case_of(const Json& solved, const std::string& load_case) {
  std::vector<std::string> known;
  for (const Json& entry : solved.at("cases")) {
    if (entry.at("name") == load_case) return entry;
    known.push_back(entry.at("name").get<std::string>());
  }
  fail_input("there is no load case '{}'; the case was solved for {}", load_case, join(known, ", "));
}

SolvedConstructFiles read_solved_construct(const fs::path& folder) {
  SolvedConstructFiles files;
  files.results = results_folder(folder);
  const fs::path stages = files.results / "stages", lattice = stages / "04_fill" / "implant.vdb";
  files.solved = results_of(stages / kSolveStage);
  files.parts = g::read_label_image(stages / kSolveStage / "parts.nrrd");
  const std::vector<g::LevelSet> filled = g::read_vdb(lattice);
  files.solid = named(filled, "implant", lattice);
  files.body = named(filled, "body", lattice);
  files.porous = named(filled, "porous", lattice);
  files.frame = files.solid.frame();
  return files;
}

SolvedCase read_solved_case(const SubmodelJob& job) {
  const fs::path stages = results_folder(job.results) / "stages";
  SolvedCase input;
  try {
    input.load_case = case_of(results_of(stages / kSolveStage), job.load_case);
    input.cell_size_mm = results_of(stages / "04_fill").at("cell_size_mm").get<double>();
    static_cast<SolvedConstructFiles&>(input) = read_solved_construct(job.results);
    const Json lattice = read_json(stages.parent_path() / "case-as-run.json").at("lattice");
    if (is_plain_core(lattice, input.solved)) input.plain_core = lattice::make_cell(cell_spec(lattice));
  } catch (const Json::exception& error) {
    fail_input("the results in '{}' are of another version of the program ({}): run the case again", stages.string(), error.what());
  }
  input.displacement = read_displacement(stages / kSolveStage, job.load_case);
  const fs::path shape = stages / "03_shape" / "shape.vdb";
  const std::vector<g::LevelSet> shaped = g::read_vdb(shape);
  input.faces = {named(shaped, "cranial", shape), named(shaped, "caudal", shape)};
  if ((input.displacement.component[0].direction - input.frame.axes_Patient).norm() > 1e-6)
    fail_input("the lattice and the displacements in '{}' are not of the same run: run the case again", stages.string());
  return input;
}

}  // namespace spongiosa::workflow
