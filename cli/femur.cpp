/// femur: landmarks of a proximal femur, with a picture.

#include "cli/anatomy.h"

#include "cli/tool.h"
#include "workflow/anatomy_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string point_text(const Json& p) { return fmt::format("({:.1f}, {:.1f}, {:.1f}) mm", p[0].get<double>(), p[1].get<double>(), p[2].get<double>()); }

std::string text_of(const Json& document) {
  const Json& f = document.at("landmarks");
  const auto of = [&](const char* key) { return f.at(key).get<double>(); };
  std::string text = fmt::format("head: centre {}, radius {:.2f} mm, RMS {:.2f} mm, seen in {:.0f} % of its directions\n", point_text(f.at("head_centre_mm")), of("head_radius_mm"),
                                 of("head_rms_mm"), 100.0 * of("head_covered_fraction"));
  text += fmt::format("neck: narrowest at {}, {:.0f} mm2\n", point_text(f.at("neck_point_mm")), of("neck_area_mm2"));
  text += fmt::format("shaft: {:.0f} mm of its axis seen; neck-shaft angle {:.1f} deg, offset {:.1f} mm\n", of("shaft_length_mm"), of("neck_shaft_angle_deg"), of("offset_mm"));
  const Json& bump = f.at("lesser_trochanter_mm");
  text += "lesser trochanter: " + (bump.is_null() ? std::string("not found") : point_text(bump)) + "\n";
  if (document.contains("errors")) {
    text += "against the phantom's truth:\n";
    for (const auto& [key, value] : document.at("errors").items()) text += fmt::format("  {} {}\n", key, value.is_null() ? "-" : fmt::format("{:.3f}", value.get<double>()));
  }
  for (const Json* notes : {&document.at("notes"), &f.at("notes")})
    for (const Json& note : *notes) text += "  " + note.get<std::string>() + "\n";
  for (const Json& file : document.at("out")) text += "  " + file.get<std::string>() + "\n";
  return text;
}

struct FemurCommand {
  workflow::FemurJob job;
  std::vector<double> head_centre;
};

ExitCode femur(const FemurCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::FemurJob job = given.job;
  if (!given.head_centre.empty()) job.femur.head_centre_Patient = Vec3(given.head_centre[0], given.head_centre[1], given.head_centre[2]);
  run_tool(commands, "femur", "Femur", [&](const Progress& progress, const auto& announce) { return workflow::measure_femur(job, announce, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_femur(Commands& commands) {
  auto given = std::make_shared<FemurCommand>();
  CLI::App* command = commands.app.add_subcommand("femur", "Landmarks of a proximal femur: head, neck, shaft, canal, cut of the neck");
  workflow::FemurJob& job = given->job;
  command->add_option("SCAN", job.scan, "CT: DICOM folder or image file");
  command->add_option("--series-uid", job.series_uid, "Which series, where the folder holds several");
  command->add_option("--mask", job.mask, "Mask of the femur: .nrrd, .nii, .nii.gz or .mha (spongiosa mask)");
  command->add_option("--label", job.label, "Value of the femur in the mask; default: all that is not 0")->check(CLI::Range(1, 255));
  command->add_option("-o,--out", job.out, "Folder for landmarks.json and landmarks.png")->required();
  command->add_option("--head-centre", given->head_centre, "By hand instead of found: LPS, mm")->delimiter(',')->expected(3)->type_name("X,Y,Z");
  const auto number = [&](const char* name, double& value, const char* help) { command->add_option(name, value, help)->capture_default_str(); };
  number("--canal-threshold-hu", job.femur.canal_threshold_hu, "The marrow canal ends where grey values pass this");
  number("--cut-shift-mm", job.femur.resection_shift_mm, "Of the cut from the narrowest neck towards the head");
  CLI::Option* phantom = command->add_flag("--phantom", job.phantom, "Measure a phantom with exact truth; writes its scan, mask and truth too");
  const auto of_phantom = [&](const char* name, double& value, const char* help) { command->add_option(name, value, help)->capture_default_str()->needs(phantom); };
  of_phantom("--neck-shaft-angle-deg", job.phantom_options.neck_shaft_angle_deg, "Of the phantom");
  of_phantom("--head-radius-mm", job.phantom_options.head_radius_mm, "Of the phantom");
  of_phantom("--anteversion-deg", job.phantom_options.anteversion_deg, "Of the phantom's neck against the scanner's frontal plane");
  of_phantom("--shaft-below-mm", job.phantom_options.shaft_below_mm, "Of the phantom's shaft in the scan");
  of_phantom("--noise-sd-hu", job.phantom_options.noise_sd_hu, "Of the phantom's scan");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa femur dicom --mask femur.nii.gz --out femur\n         spongiosa femur --phantom --out phantom-femur");
  command->callback([given, &commands] { commands.action = [given, &commands] { return femur(*given, commands); }; });
}

}  // namespace spongiosa::cli
