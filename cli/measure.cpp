/// measure: porosity, sizes, surface, pieces and anisotropy of a part from a file.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string size_line(const char* name, const Json& phase) {
  std::string text = fmt::format("  {:<6}", name);
  if (phase.contains("local_thickness")) {
    const Json& d = phase.at("local_thickness");
    text += fmt::format(" thickness mean {:.4f} sd {:.4f} median {:.4f} max {:.4f} mm", d.at("mean_mm").get<double>(), d.at("sd_mm").get<double>(),
                        d.at("p50_mm").get<double>(), d.at("max_mm").get<double>());
  }
  if (phase.contains("inscribed_sphere")) text += fmt::format("; inscribed sphere {:.4f} mm", phase.at("inscribed_sphere").at("diameter_mm").get<double>());
  if (phase.contains("travelling_sphere")) {
    const Json& t = phase.at("travelling_sphere");
    const auto of = [&](const char* way) { return t.at(way).at("diameter_mm").get<double>(); };
    text += fmt::format("; passes x {:.4f} y {:.4f} z {:.4f}, to core {:.4f} mm", of("along_x"), of("along_y"), of("along_z"), of("outside_to_core"));
  }
  return text + "\n";
}

std::string text_of(const Json& document) {
  std::string text = fmt::format("{}: {}, envelope: {}; voxel {:.5g} mm\n", document.at("file").get<std::string>(), document.at("kind").get<std::string>(),
                                 document.at("envelope").get<std::string>(), document.at("voxel_mm").get<double>());
  text += fmt::format("Solid in {} pieces, {} closed voids\n", document.at("solid_piece_count").get<std::int64_t>(), document.at("closed_void_count").get<std::int64_t>());
  for (const Json& zone : document.at("zones")) {
    const auto number = [](const Json& from, const char* key) { return from.at(key).get<double>(); };
    const Json &topology = zone.at("topology"), &lines = zone.at("line_probes");
    text += fmt::format("Zone {}: {:.4f} mm3, porosity {:.3f} %, open {:.2f} % of the void\n", zone.at("name").get<std::string>(), number(zone, "zone_mm3"),
                        100.0 * number(zone, "porosity_fraction"), 100.0 * number(topology, "open_void_fraction"));
    text += size_line("void", zone.at("void")) + size_line("solid", zone.at("solid"));
    text += fmt::format("  surface {:.4f} mm2, {:.4f} 1/mm; intercept void {:.4f} mm, solid {:.4f} mm", number(zone, "surface_area_mm2"),
                        number(zone, "surface_area_per_zone_volume_1_mm"), number(lines, "mean_void_intercept_mm"), number(lines, "mean_solid_intercept_mm"));
    if (lines.contains("fabric")) text += fmt::format("; anisotropy {:.3f}", number(lines.at("fabric"), "degree_of_anisotropy"));
    text += fmt::format("\n  Euler number {}, {} pieces, {} handles\n", topology.at("euler_number").get<std::int64_t>(),
                        topology.at("solid_pieces").get<std::int64_t>(), topology.at("handles").get<std::int64_t>());
    if (!zone.contains("by_depth")) continue;
    text += "  depth mm        porosity %  void intercept mm  mean pore mm  mean strut mm\n";
    for (const Json& layer : zone.at("by_depth"))
      text += fmt::format("  {:5.2f} to {:5.2f}  {:10.3f}  {:17.4f}  {:12.4f}  {:13.4f}\n", number(layer, "from_mm"), number(layer, "to_mm"),
                          100.0 * layer.value("porosity_fraction", 0.0), number(layer, "mean_void_intercept_mm"),
                          number(layer, "mean_void_thickness_mm"), number(layer, "mean_solid_thickness_mm"));
  }
  return text + "Definitions: --json\n";
}

ExitCode measure(const workflow::MeasureRequest& request, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "measure", "Measure", [&](const Progress& progress, const auto& announce) { return workflow::load_and_measure_file(request, announce, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_measure(Commands& commands) {
  auto given = std::make_shared<workflow::MeasureRequest>();
  CLI::App* command = commands.app.add_subcommand("measure", "Porosity, pore and strut sizes, surface and anisotropy of a part");
  command->add_option("FILE", given->file, "Closed mesh (.stl .3mf .ply .obj), .vdb, or image (.nrrd .nii .nii.gz .mha)")->required();
  command->add_option("--voxel-mm", given->voxel_mm, "Grid for a mesh or level set; default: a 400th of the mesh, the level set's own");
  command->add_option("--threshold", given->threshold, "Image: solid above this value, interpolated; default: solid where not 0");
  command->add_option("--zone", given->zones, "Where to measure: a grid's name in a .vdb, else a file; may be repeated")->allow_extra_args(false);
  command->add_option("--envelope", given->envelope, "Without --zone, for meshes and level sets: box (default) or closing");
  command->add_option("--closing-mm", given->closing_mm, "Radius of the ball of --envelope closing");
  command->add_option("--depth-bin-mm", given->depth_bin_mm, "Figures by depth below the zone's surface, in layers of this thickness");
  command->add_flag("--confine", given->confine, "Balls of local thickness stay in the zone; default: they may reach beyond its open faces");
  command->add_option("--map", given->map, "Write local thickness, mm, as an image (.nrrd .nii.gz .mha)");
  command->add_option("--picture", given->picture, "Write a PNG of pore sizes on the middle cut");
  command->add_flag("--json", commands.json, "One JSON document on stdout, with the definition of every figure");
  add_common_options(*command, commands.common);
  command->footer("Example: spongiosa measure implant.stl --voxel-mm 0.05 --zone porous.stl --depth-bin-mm 0.5");
  command->callback([given, &commands] { commands.action = [given, &commands] { return measure(*given, commands); }; });
}

}  // namespace spongiosa::cli
