/// slice: layers for the printer, straight from a level set.

#include "cli/cli.h"
#include "cli/progress_display.h"
#include "core/log.h"
#include "workflow/tool_module.h"

#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

ExitCode slice(const workflow::SliceJob& job, Commands& commands) {
  apply(commands.common);
  ProgressDisplay display(progress_mode(commands.common.progress, commands.common.quiet));
  display.stage_begins("slice", "Slice", "", 0, 0);
  const Progress progress([&](double fraction, const std::string& message) { display.update("slice", fraction, message); });
  const Json document = workflow::make_slices(
      job,
      [&](const std::string& line) {
        display.clear_bar();
        log_info("{}", line);
      },
      progress);
  display.clear_bar();
  commands.json_printed = commands.json;
  if (commands.json) {
    std::cout << canonical_text(document);
    return ExitCode::kDone;
  }
  double largest = 0.0;
  for (const Json& layer : document.at("layers")) largest = std::max(largest, layer.at("area_mm2").get<double>());
  std::cout << fmt::format("{} layers of {:.4g} mm; {:.6g} mm3, largest section {:.6g} mm2\n", document.at("layers").size(), job.layer_mm,
                           document.at("volume_mm3").get<double>(), largest);
  if (!job.out.empty()) std::cout << "  " << job.out.string() << "\n";
  return ExitCode::kDone;
}

}  // namespace

void add_slice(Commands& commands) {
  auto job = std::make_shared<workflow::SliceJob>();
  CLI::App* command = commands.app.add_subcommand("slice", "Layers for the printer, straight from a level set");
  command->add_option("FILE", job->file, "Level sets: .vdb")->required();
  command->add_option("-o,--out", job->out, "Layers to write: .cli (text), .clib (binary CLI), .slc or .svg; default: areas only");
  command->add_option("--grid", job->grid, "Name of the grid; default: the first");
  command->add_option("--layer-mm", job->layer_mm, "Layer height")->capture_default_str();
  command->add_option("--step-mm", job->step_mm, "Distance of the samples in a layer; default: the voxel");
  command->add_option("--only", job->only, "Write this layer alone, counted from 0");
  command->add_flag("--json", commands.json, "One JSON document on stdout, with the area of every layer");
  add_common_options(*command, commands.common);
  command->footer("Layers are stacked along the third axis of the grid; sections are taken half way up a layer.\n"
                  "Example: spongiosa slice lattice.vdb --layer-mm 0.03 -o lattice.cli");
  command->callback([job, &commands] { commands.action = [job, &commands] { return slice(*job, commands); }; });
}

}  // namespace spongiosa::cli
