/// microfe: a part between platens, voxel by voxel.

#include "cli/tool.h"
#include "core/json.h"
#include "core/processes.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

struct MicrofeCommand {
  workflow::MicrofeJob job;
  std::string source, out, axis = "z";
  std::vector<std::pair<std::string, double>> loads;
};

constexpr int kStrutsShown = 5;

std::string struts_text(const Json& struts) {
  std::string text = fmt::format("  {} struts, {} nodes: {} below yield factor 1, {} below fatigue factor 1 (99 % of each); the weakest:\n", struts.at("struts").get<int>(),
                                 struts.at("nodes").get<int>(), struts.at("below_yield_factor_1").get<int>(), struts.at("below_fatigue_factor_1").get<int>());
  int shown = 0;
  for (const Json& entry : struts.at("weakest")) {
    if (++shown > kStrutsShown) break;
    const Json& p = entry.at("position_mm");
    text += fmt::format("    {} {} at ({:.3f}, {:.3f}, {:.3f}) mm: {:.3g} mm thick, {}99 % {:.4g} MPa, yield factor {:.3f}, fatigue factor {:.3f}\n",
                        entry.at("kind").get<std::string>(), entry.at("number").get<int>(), p[0].get<double>(), p[1].get<double>(), p[2].get<double>(),
                        entry.at("diameter_mm").get<double>(),
                        entry.contains("inclination_deg") ? fmt::format("{:.0f} degrees from the platen, ", entry.at("inclination_deg").get<double>()) : "",
                        entry.at("p99_mpa").get<double>(), entry.at("yield_factor").get<double>(), entry.at("fatigue_factor").get<double>());
  }
  return text;
}

std::string text_of(const Json& document) {
  const auto number = [](const Json& object, const char* key) { return object.at(key).get<double>(); };
  const Json& n = document.at("voxels");
  std::string text = fmt::format("{}: {} x {} x {} voxels of {:g} mm, {} unknowns, solid fraction {:.4f}\n", document.at("source").get<std::string>(),
                                 n[0].get<int>(), n[1].get<int>(), n[2].get<int>(), number(document, "voxel_mm"),
                                 document.at("unknowns").get<std::int64_t>(), number(document, "solid_fraction"));
  if (document.at("removed_pieces").get<int>() > 0)
    text += fmt::format("{} loose pieces left out, {:.2g} of the solid\n", document.at("removed_pieces").get<int>(), number(document, "removed_solid_fraction"));
  const Json& platens = document.at("platens");
  text += fmt::format("Platens {}: they touch {:.4g} mm2 below and {:.4g} mm2 above\n", platens.at("contact").get<std::string>(),
                      number(platens.at("lower"), "area_mm2"), number(platens.at("upper"), "area_mm2"));
  for (const Json& load : document.at("loads")) {
    const bool turns = load.contains("moment_nmm");
    text += turns ? fmt::format("{}: {:.5g} N mm at {:.5g} degrees, stiffness {:.6g} N mm per radian\n", load.at("load").get<std::string>(),
                                  number(load, "moment_nmm"), number(load, "rotation_deg"), number(load, "stiffness"))
                    : fmt::format("{}: {:.5g} N at {:.5g} mm, stiffness {:.6g} N/mm\n", load.at("load").get<std::string>(), number(load, "force_n"),
                                  number(load, "displacement_mm"), number(load, "stiffness"));
    for (const auto& [key, name] : {std::pair{"by_volume", "volume"}, std::pair{"by_surface_area", "surface"}}) {
      const Json& p = load.at("von_mises_mpa").at(key);
      text += fmt::format("  von Mises by {:7}, MPa: median {:.4g}, 95 % {:.4g}, 99 % {:.4g}, 99.9 % {:.4g}, peak {:.4g}\n", name, number(p, "p50"),
                          number(p, "p95"), number(p, "p99"), number(p, "p99_9"), number(p, "peak"));
    }
    if (const Json& limit = load.at("von_mises_mpa").at("extrapolated"); !limit.is_null())
      text += fmt::format("  99.9 % extrapolated to no voxel size, MPa: by volume {:.4g}, by surface {:.4g}\n", number(limit, "p99_9_by_volume"),
                          number(limit, "p99_9_by_surface_area"));
    text += fmt::format("  yield factor {:.3f}, fatigue factor {:.3f} (99.9 % by volume); {} hot spots\n", number(load, "yield_factor"),
                        number(load, "fatigue_factor"), load.at("hot_spots_found").get<int>());
    for (const Json& highest : load.at("highest_stressed"))
      text += fmt::format("  highest stressed {:.3g} mm3 ({:.3g} of the solid): above {:.4g} MPa, mean {:.4g} MPa, yield factor {:.3f}, fatigue factor {:.3f}\n",
                          number(highest, "volume_mm3"), number(highest, "solid_fraction"), number(highest, "least_mpa"), number(highest, "mean_mpa"),
                          number(highest, "yield_factor"), number(highest, "fatigue_factor"));
    if (load.contains("struts")) text += struts_text(load.at("struts"));
    for (const Json& spot : load.at("hot_spots")) {
      const Json& p = spot.at("position_mm");
      text += fmt::format("    ({:.3f}, {:.3f}, {:.3f}) mm: mean {:.4g}, peak {:.4g} MPa, {:.3g} mm3\n", p[0].get<double>(), p[1].get<double>(),
                          p[2].get<double>(), number(spot, "mean_mpa"), number(spot, "peak_mpa"), number(spot, "volume_mm3"));
    }
  }
  return text;
}

ExitCode microfe(const MicrofeCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::MicrofeJob job = given.job;
  job.source = given.source;
  job.folder = given.out;
  if (launched_rank() > 0) {  // the first process writes
    job.folder.clear();
    job.struts = false;
  }
  if (given.axis.size() != 1) fail_usage("--axis is '{}'; expected x, y or z", given.axis);
  job.axis = given.axis[0];
  for (const auto& [motion, value] : given.loads) job.loads.push_back({motion, value});
  if (job.loads.empty()) job.loads.push_back({"compression", 0.0});
  run_tool(commands, "microfe", "Micro finite elements", [&](const Progress& progress, const auto&) { return workflow::run_microfe(job, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_microfe(Commands& commands) {
  auto given = std::make_shared<MicrofeCommand>();
  CLI::App* command = commands.app.add_subcommand("microfe", "Stiffness and stress of a part between platens, voxel by voxel");
  workflow::MicrofeJob& job = given->job;
  command->add_option("PART", given->source, "Level set (.vdb), mesh (.stl, .ply), segmented image (.nrrd, .nii.gz, .mha) or a case's folder")->required();
  for (const auto& [option, motion, help] :
       {std::tuple{"--compression-n", "compression", "Force along the axis, N; 0: 1 % of the height (the default load)"},
        std::tuple{"--shear-x-n", "shear-x", "Force across the axis, N; 0: 1 % of the height"},
        std::tuple{"--shear-y-n", "shear-y", "Force across the axis, N; 0: 1 % of the height"},
        std::tuple{"--torsion-nmm", "torsion", "Moment about the axis, N mm; 0: one degree"},
        std::tuple{"--bending-x-nmm", "bending-x", "Moment about the first axis across, N mm; 0: one degree"},
        std::tuple{"--bending-y-nmm", "bending-y", "Moment about the second, N mm; 0: one degree"}})
    command->add_option_function<double>(option, [given, name = std::string(motion)](double value) { given->loads.emplace_back(name, value); }, help);
  command->add_option("--axis", given->axis, "Normal of the platens: x, y or z; default z");
  command->add_option("--voxel-mm", job.voxel_mm, "Edge of the voxels; default: that of the level set");
  command->add_option("--label", job.label, "Label of an image that is solid; default: all but 0");
  command->add_option("--seat-mm", job.seat_mm, "Depth of matched seats in the platens, for faces that are not flat");
  command->add_flag("--frictionless", job.frictionless, "Platens without friction; default: bonded");
  command->add_flag("--remove-islands", job.remove_islands, "Leave loose pieces out instead of refusing them");
  command->add_option("--material", job.material, "Implant material; default ti-6al-4v-eli-pbf");
  command->add_option("--youngs-modulus-mpa", job.youngs_modulus_mpa, "Instead of the material's");
  command->add_option("--poisson", job.poisson_ratio, "Instead of the material's");
  command->add_option("--yield-mpa", job.yield_stress_mpa, "Instead of the material's");
  command->add_option("--surface", job.surface, "Surface and process for the fatigue factor; default ti-as-built");
  command->add_option("--tolerance", job.tolerance, "Relative residual of the solution; default 1e-6");
  command->add_option("--hot-spots", job.hot_spots, "Hot spots listed per load; default 10");
  command->add_option("--critical-volume-mm3", job.critical_volume_mm3, "Report the mean stress of so much of the solid, where it is stressed most");
  command->add_flag("!--no-struts", job.struts, "Do not divide the part into struts");
  command->add_option("-o,--out", given->out, "Folder for microfe.json, hot_spots.csv, struts.csv and two pictures per load");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer(
      "Examples:\n"
      "  spongiosa microfe gyroid/lattice.vdb --compression-n 1000 --torsion-nmm 500 -o gyroid/strength\n"
      "  spongiosa microfe bone.nii.gz --youngs-modulus-mpa 10000 --json");
  command->callback([given, &commands] { commands.action = [given, &commands] { return microfe(*given, commands); }; });
}

}  // namespace spongiosa::cli
