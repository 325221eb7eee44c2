/// lattice: a lattice in any closed shape, without a patient. Its options are the rows lattice.* of the schema.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "core/file.h"
#include "workflow/case_lattice.h"
#include "workflow/engine_resources.h"
#include "workflow/schema.h"
#include "workflow/tool_module.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

namespace fs = std::filesystem;

namespace spongiosa::cli {

namespace {

constexpr const char* kPrefix = "lattice.";

struct LatticeCommand {
  std::string shape, out, spec;
  double shape_voxel_mm = 0.0;
  std::map<std::string, std::string> values;  // by the last part of the path
  bool mesh = false, dry_run = false, json = false;
};

std::string option_name(const std::string& key) {
  std::string name = "--" + key;
  std::replace(name.begin() + 2, name.end(), '_', '-');
  return name;
}

/// Numbers and points come as text; the schema's check says what is wrong with them.
Json parsed(const workflow::Field& field, const std::string& text) {
  if (field.type == workflow::FieldType::kText || field.type == workflow::FieldType::kChoice) return text;
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    return text;
  }
}

workflow::LatticeJob job_of(const LatticeCommand& given) {
  std::map<std::string, Json> values;
  workflow::LatticeJob job;
  job.base = fs::current_path();
  if (!given.spec.empty()) {
    const Json spec = read_json(given.spec);
    if (!spec.is_object()) fail_input("'{}': expected an object with the keys of a case's lattice section", given.spec);
    for (const auto& [key, value] : spec.items()) values[key] = value;
    job.base = fs::absolute(given.spec).parent_path();
  }
  for (const auto& [key, text] : given.values) values[key] = parsed(*workflow::find_field(kPrefix + key), text);
  job.shape = given.shape;
  job.lattice = workflow::lattice_section(values, given.spec.empty() ? "spongiosa lattice" : "'" + given.spec + "'");
  job.folder = given.out;
  job.mesh = given.mesh;
  job.shape_voxel_mm = given.shape_voxel_mm;
  return job;
}

std::string summary(const Json& e) {
  return fmt::format("cell {:.3f} mm, voxel {:.3f} mm, {:.1f} million voxels, about {:.2f} GiB of memory, {:.1f} million triangles",
                     e.at("cell_size_mm").get<double>(), e.at("voxel_mm").get<double>(), 1e-6 * e.at("voxels").get<double>(),
                     e.at("memory_bytes").get<double>() / 1073741824.0, 1e-6 * e.at("triangles").get<double>());
}

ExitCode make_lattice(const LatticeCommand& given, const CommonOptions& common) {
  apply(common);
  const workflow::LatticeJob job = job_of(given);
  const Json estimate = workflow::estimate_lattice(job);
  if (!common.quiet || given.dry_run) std::cerr << "Lattice: " << summary(estimate) << "\n";
  if (given.dry_run) {
    if (given.json) std::cout << canonical_text(estimate);
    return ExitCode::kDone;
  }
  const double need = estimate.at("memory_bytes").get<double>(), have = workflow::available_memory_bytes();
  if (need > have)
    fail_input("the lattice needs about {:.1f} GiB of memory but {:.1f} GiB are free: ask for a larger voxel_mm{}", need / 1073741824.0,
               have / 1073741824.0, given.mesh ? ", or leave --mesh out" : "");
  make_writable_folder(job.folder);
  ProgressDisplay display(progress_mode(common.progress, common.quiet));
  display.stage_begins("lattice", "Lattice", "", 0, 0);
  const Progress progress([&](double fraction, const std::string& message) { display.update("lattice", fraction, message); });
  const Json results = workflow::run_lattice(job, progress);
  display.clear_bar();
  if (given.json) {
    std::cout << canonical_text(results);
    return ExitCode::kDone;
  }
  std::cout << fmt::format("Porosity {:.3f} % ({:.3f} % asked for), cell {:.4f} mm, {} loose pieces{}\n",
                           100 * results.at("porosity_fraction").get<double>(), 100 * results.at("requested").at("porosity_fraction").get<double>(),
                           results.at("cell_size_mm").get<double>(), results.at("islands").at("count").get<int>(),
                           results.at("islands").at("count").get<int>() > 0 ? (results.at("islands").at("removed").get<bool>() ? " (removed)" : " (kept)") : "");
  for (const Json& note : results.at("notes")) std::cout << note.get<std::string>() << "\n";
  for (const Json& file : results.at("files")) std::cout << "  " << (job.folder / file.at("path").get<std::string>()).string() << "\n";
  return ExitCode::kDone;
}

}  // namespace

void add_lattice(Commands& commands) {
  auto given = std::make_shared<LatticeCommand>();
  CLI::App* command = commands.app.add_subcommand("lattice", "Fill any closed shape with a lattice");
  command->add_option("SHAPE", given->shape, "box:XxYxZ, cylinder:DxH, sphere:D (mm), or a closed mesh (.stl, .ply)")->required();
  command->add_option("-o,--out", given->out, "Folder for lattice.vdb, lattice.json and lattice.stl");
  command->add_option("--spec", given->spec, "JSON file with the keys of a case's lattice section: zones, images and all");
  command->add_option("--shape-voxel-mm", given->shape_voxel_mm, "Voxel of the shape's own level set");
  command->add_flag("--mesh", given->mesh, "Also the print mesh, and the largest pore and strut measured on it");
  command->add_flag("--dry-run", given->dry_run, "Say what it would take");
  command->add_flag("--json", given->json, "One JSON document on stdout");
  for (const workflow::Field& field : workflow::schema()) {
    if (!field.path.starts_with(kPrefix) || field.type == workflow::FieldType::kList) continue;
    const std::string key = field.path.substr(std::string(kPrefix).size());
    command->add_option_function<std::string>(option_name(key), [given, key](const std::string& value) { given->values[key] = value; }, field.help)
        ->group("Lattice");
  }
  add_common_options(*command, commands.common);
  command->footer(
      "Examples:\n"
      "  spongiosa lattice box:20x20x20 --cell gyroid-sheet --porosity-fraction 0.7 --cell-size-mm 2 --mesh -o gyroid\n"
      "  spongiosa lattice cage.stl --cell octet --porosity-expression \"ramp(depth,0,2,0.8,0.6)\" --pore-size-mm 0.6 -o cage");
  command->callback([given, &commands] {
    if (given->out.empty() && !given->dry_run) fail_usage("lattice: --out is missing: name the folder for the results, or ask for --dry-run");
    commands.json = given->json;
    commands.action = [given, &commands] { return make_lattice(*given, commands.common); };
  });
}

}  // namespace spongiosa::cli
