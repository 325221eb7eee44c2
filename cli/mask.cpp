/// mask: masks of bone outside of cases.

#include "cli/anatomy.h"

#include "cli/tool.h"
#include "workflow/anatomy_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text;
  for (const Json& edit : document.at("edits"))
    text += fmt::format("{}: {:.0f} mm3, {:.0f} mm3 added, {:.0f} mm3 removed\n", edit.at("op").get<std::string>(),
                        edit.at("volume_after_mm3").get<double>(), edit.at("added_mm3").get<double>(), edit.at("removed_mm3").get<double>());
  text += fmt::format("mask: {:.6g} mm3\n", document.at("volume_mm3").get<double>());
  if (document.contains("surface")) {
    const Json& surface = document.at("surface");
    text += fmt::format("surface: {} triangles, {:.6g} mm2, {:.6g} mm3\n", surface.at("triangles").get<std::int64_t>(),
                        surface.at("area_mm2").get<double>(), surface.at("volume_mm3").get<double>());
  }
  for (const Json& note : document.at("notes")) text += "  " + note.get<std::string>() + "\n";
  for (const Json& file : document.at("out")) text += "  " + file.at("file").get<std::string>() + "\n";
  return text;
}

ExitCode mask(const workflow::MaskJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "mask", "Mask", [&](const Progress& progress, const auto& announce) { return workflow::edit_mask(job, announce, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_mask(Commands& commands) {
  auto job = std::make_shared<workflow::MaskJob>();
  CLI::App* command = commands.app.add_subcommand("mask", "Masks of bone: recorded edits, conversion, surfaces");
  command->add_option("SCAN", job->scan, "CT: DICOM folder or image file")->required();
  command->add_option("--series-uid", job->series_uid, "Which series, where the folder holds several");
  command->add_option("--mask", job->mask, "Mask to begin with: .nrrd, .nii, .nii.gz or .mha");
  command->add_option("--label", job->label, "Value of the mask that counts; default: all that is not 0")->check(CLI::Range(1, 255));
  command->add_option("--edits", job->edits, "JSON list of operations, as segmentation.edits of a case, without levels (docs/11-anatomy.md)");
  command->add_option("-o,--out", job->out, "Mask to write: .nrrd, .nii, .nii.gz or .mha");
  command->add_option("--surface", job->surface, "Surface to write: .stl, .ply or .obj");
  command->add_option("--surface-threshold-hu", job->surface_threshold_hu,
                      "The surface follows this grey value within a voxel of the mask's border; default: the smoothed border");
  command->add_option("--surface-smoothing-mm", job->surface_smoothing_mm, "Smoothing of the border, without a threshold")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 5.0));
  command->add_flag("--json", commands.json, "One JSON document on stdout, with volumes before and after every edit");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa mask dicom --edits edits.json -o femur.nii.gz --surface femur.stl --surface-threshold-hu 250\n"
                  "         with edits.json: [{\"op\": \"grow\", \"low_hu\": 250, \"point_mm\": [10, -20, 300]}, {\"op\": \"fill-holes\"}]");
  command->callback([job, &commands] { commands.action = [job, &commands] { return mask(*job, commands); }; });
}

}  // namespace spongiosa::cli
