/// compare-scan: the printed part, from micro-CT or a scanned mesh, against its design.

#include "cli/print_check.h"
#include "cli/tool.h"
#include "workflow/print_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  const Json &off = document.at("deviation"), &missing = document.at("missing"), &figures = document.at("figures");
  const auto of = [](const Json& from, const char* key) { return from.at(key).get<double>(); };
  std::string text = fmt::format("Laid over each other: RMS {:.4f} mm\n", of(document.at("registration"), "rms_mm"));
  text += fmt::format("Surface as built, from the design (positive: more material): mean {:.4f}, RMS {:.4f}, 5 % {:.4f}, median {:.4f}, 95 % {:.4f}, {:.4f} to {:.4f} mm\n",
                      of(off, "mean_mm"), of(off, "rms_mm"), of(off, "p5_mm"), of(off, "median_mm"), of(off, "p95_mm"), of(off, "least_mm"), of(off, "most_mm"));
  text += fmt::format("Beyond {:.3g} mm: {:.2f} % of the surface; designed surface missing by up to {:.4f} mm\n", of(off, "tolerance_mm"),
                      100.0 * of(off, "beyond_tolerance_fraction"), of(missing, "most_mm"));
  text += fmt::format("{:<10} porosity %  pore chord mm  strut chord mm  mass g   (zone: {})\n", "", figures.at("zone").get<std::string>());
  for (const char* name : {"nominal", "expected", "realised"}) {
    const Json& f = figures.at(name);
    text += fmt::format("{:<10} {:10.3f}  {:13.4f}  {:14.4f}  {:.4g}\n", name, 100.0 * of(f, "porosity_fraction"), of(f, "mean_pore_chord_mm"),
                        of(f, "mean_strut_chord_mm"), of(f, "mass_g"));
  }
  return text;
}

ExitCode compare_scan(const workflow::CompareScanJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "compare-scan", "Compare", [&](const Progress& progress, const auto& announce) { return workflow::compare_scan(job, announce, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_compare_scan(Commands& commands) {
  auto job = std::make_shared<workflow::CompareScanJob>();
  CLI::App* command = commands.app.add_subcommand("compare-scan", "The printed part, from micro-CT or a scanned mesh, against its design");
  command->add_option("DESIGN", job->design, "Level sets (.vdb) or closed mesh (.stl .3mf .ply .obj)")->required();
  command->add_option("SCAN", job->scan, "Closed mesh, or micro-CT (.nrrd .nii .nii.gz .mha)")->required();
  command->add_option("--threshold", job->threshold, "Of an image: metal above this value");
  command->add_flag("--any-orientation", job->any_orientation, "The scan lies in another way: try all 24 ways of its axes");
  command->add_option("--tolerance-mm", job->tolerance_mm, "Deviations beyond it are counted")->capture_default_str();
  command->add_option("--profile", job->profile, "Machine whose growth of struts was expected, as in print-check")->capture_default_str();
  command->add_option("--grid", job->grid, "Name of the grid in a .vdb; default: the first");
  command->add_option("--voxel-mm", job->voxel_mm, "Samples for a design that is a mesh");
  command->add_option("-o,--out", job->out, "Folder for compare-scan.json and a picture of the deviations");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa compare-scan implant.vdb scan.nrrd --threshold 12000 --any-orientation --out compared");
  command->callback([job, &commands] { commands.action = [job, &commands] { return compare_scan(*job, commands); }; });
}

}  // namespace spongiosa::cli
