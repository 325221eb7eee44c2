/// calibrate: what Hounsfield units of a scan are worth in density.

#include "cli/anatomy.h"

#include "cli/tool.h"
#include "workflow/anatomy_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  const bool tissues = document.at("method") == "tissues";
  std::string text;
  for (const Json& p : document.at("points"))
    text += fmt::format("{}: {:.1f} HU (SD {:.1f}, {} voxels), expected {:.4g}, residual {:.3g}\n", p.at("name").get<std::string>(),
                        p.at("measured_hu").get<double>(), p.at("sd_hu").get<double>(), p.at("voxels").get<std::int64_t>(),
                        p.at(tissues ? "expected_hu" : "expected_g_cm3").get<double>(), p.at(tissues ? "residual_hu" : "residual_g_cm3").get<double>());
  text += "For the case file:\n";
  for (const auto& [key, value] : document.at("case").items()) text += "  " + key + " = " + value.dump() + "\n";
  return text;
}

ExitCode calibrate(const workflow::CalibrateJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "calibrate", "Calibrate", [&](const Progress& progress, const auto&) { return workflow::calibrate(job, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_calibrate(Commands& commands) {
  auto job = std::make_shared<workflow::CalibrateJob>();
  CLI::App* command = commands.app.add_subcommand("calibrate", "Density from HU, by phantom rods or tissues in the scan");
  command->add_option("SCAN", job->scan, "CT: DICOM folder or image file")->required();
  command->add_option("--series-uid", job->series_uid, "Which series, where the folder holds several");
  command->add_option("--rod", job->rods, "x,y,z,radius,density of a rod: LPS mm, mm, g/cm3 K2HPO4; repeat");
  command->add_option("--tissue", job->tissues, "name,x,y,z,radius of a region: air, fat, muscle or blood; repeat");
  command->add_flag("--find-tissues", job->find_tissues, "Air, fat and muscle by the scan's histogram");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa calibrate dicom --find-tissues");
  command->callback([job, &commands] { commands.action = [job, &commands] { return calibrate(*job, commands); }; });
}

}  // namespace spongiosa::cli
