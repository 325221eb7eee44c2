/// slice: layers for the printer, straight from a level set.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const workflow::SliceJob& job, const Json& document) {
  double largest = 0.0;
  for (const Json& layer : document.at("layers")) largest = std::max(largest, layer.at("area_mm2").get<double>());
  std::string text = fmt::format("{} layers of {:.4g} mm; {:.6g} mm3, largest section {:.6g} mm2\n", document.at("layers").size(), job.layer_mm,
                           document.at("volume_mm3").get<double>(), largest);
  if (!job.out.empty()) text += "  " + job.out.string() + "\n";
  return text;
}

ExitCode slice(const workflow::SliceJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "slice", "Slice", [&](const Progress& progress, const auto& announce) { return workflow::make_slices(job, announce, progress); },
           [&](const Json& document) { return text_of(job, document); });
  return ExitCode::kDone;
}

}  // namespace

void add_slice(Commands& commands) {
  auto job = std::make_shared<workflow::SliceJob>();
  CLI::App* command = commands.app.add_subcommand("slice", "Layers for the printer, straight from a level set");
  command->add_option("FILE", job->file, "Level sets: .vdb")->required();
  command->add_option("-o,--out", job->out, "Layers to write: .cli (text), .clib (binary CLI), .slc, .3mf (slice stack) or .svg; default: areas only");
  command->add_option("--grid", job->grid, "Name of the grid; default: the one named implant or lattice, or the only one");
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
