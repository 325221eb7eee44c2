/// submodel: a region of a solved case's real lattice, voxel by voxel.

#include "cli/tool.h"
#include "core/json.h"
#include "workflow/tool_module.h"

#include <charconv>
#include <memory>

namespace spongiosa::cli {

namespace {

struct SubmodelCommand {
  workflow::SubmodelJob job;
  std::string results, out, centre;
};

Vec3 point(const std::string& text) {
  Vec3 p = Vec3::Zero();
  const char* at = text.data();
  const char* end = at + text.size();
  for (int a = 0; a < 3; ++a) {
    const auto [next, error] = std::from_chars(at, end, p[a]);
    if (error != std::errc() || (a < 2 ? next == end || *next != ',' : next != end)) fail_usage("--centre-mm is '{}'; expected X,Y,Z", text);
    at = next + 1;
  }
  return p;
}

std::string tensor(const Json& values) {
  std::string text;
  for (const Json& v : values) text += fmt::format(" {:10.4g}", v.get<double>());
  return text;
}

std::string text_of(const Json& document) {
  const auto number = [](const Json& object, const char* key) { return object.at(key).get<double>(); };
  const Json& region = document.at("region");
  const Json& centre = region.at("centre_mm");
  std::string text = fmt::format(
      "{}: a cube of {:.3g} mm around ({:.2f}, {:.2f}, {:.2f}) mm and {:.3g} mm of lattice around it, voxels of {:g} mm, {} unknowns\n",
      document.at("load_case").at("name").get<std::string>(), number(region, "size_mm"), centre[0].get<double>(), centre[1].get<double>(),
      centre[2].get<double>(), number(region, "margin_mm"), number(region, "voxel_mm"), document.at("unknowns").get<std::int64_t>());
  const Json& driven = document.at("driven_nodes");
  text += fmt::format("Displacements of the continuum model at {} nodes of the outer faces and {} nodes against bone; {} nodes of the faces left free\n",
                      driven.at("faces").get<std::int64_t>(), driven.at("bone_contact").get<std::int64_t>(),
                      driven.at("faces_left_free").get<std::int64_t>());
  if (number(region, "inside_implant_fraction") < 0.999)
    text += fmt::format("{:.1f} % of the cube lies outside of the implant\n", 100.0 * (1.0 - number(region, "inside_implant_fraction")));
  if (document.at("removed_pieces").get<int>() > 0)
    text += fmt::format("{} pieces that the box cuts off left out, {:.2g} of the solid\n", document.at("removed_pieces").get<int>(),
                        number(document, "removed_solid_fraction"));
  text += fmt::format("Mean stress (xx yy zz yz xz xy), MPa:          {}\n", tensor(document.at("mean_stress_mpa")));
  const Json& continuum = document.at("continuum");
  if (continuum.contains("homogenised_stress_mpa"))
    text += fmt::format("Homogenised stiffness times the strain there:  {}  ({:.1f} % apart)\n", tensor(continuum.at("homogenised_stress_mpa")),
                        100.0 * number(continuum, "mean_stress_difference_fraction"));
  if (continuum.contains("at_these_voxels")) {
    const Json& same = continuum.at("at_these_voxels");
    text += fmt::format("The same with the cell in such voxels ({:3}):     {}  ({:.1f} % apart)\n", same.at("voxels_per_cell").get<int>(),
                        tensor(same.at("homogenised_stress_mpa")), 100.0 * number(same, "mean_stress_difference_fraction"));
  }
  for (const auto& [key, name] : {std::pair{"by_volume", "volume"}, std::pair{"by_surface_area", "surface"}}) {
    const Json& p = document.at("von_mises_mpa").at(key);
    text += fmt::format("von Mises by {:7}, MPa: median {:.4g}, 95 % {:.4g}, 99 % {:.4g}, 99.9 % {:.4g}, peak {:.4g}\n", name, number(p, "p50"),
                        number(p, "p95"), number(p, "p99"), number(p, "p99_9"), number(p, "peak"));
  }
  if (continuum.contains("strut_von_mises_p99_mpa"))
    text += fmt::format("The continuum model expects 99 % at {:.4g} MPa in its worst element\n", number(continuum, "strut_von_mises_p99_mpa"));
  const Json& half = document.at("half_margin");
  text += fmt::format("With half the margin: 99 % {:+.1f} %, 99.9 % {:+.1f} %, mean stress {:.1f} % apart\n", 100.0 * number(half, "p99_change_fraction"),
                      100.0 * number(half, "p99_9_change_fraction"), 100.0 * number(half, "mean_stress_change_fraction"));
  text += fmt::format("Yield factor {:.3f}, fatigue factor {:.3f} (99.9 % by volume); {} hot spots\n", number(document, "yield_factor"),
                      number(document, "fatigue_factor"), document.at("hot_spots_found").get<int>());
  for (const Json& spot : document.at("hot_spots")) {
    const Json& p = spot.at("position_mm");
    text += fmt::format("  ({:.3f}, {:.3f}, {:.3f}) mm: mean {:.4g}, peak {:.4g} MPa, {:.3g} mm3\n", p[0].get<double>(), p[1].get<double>(),
                        p[2].get<double>(), number(spot, "mean_mpa"), number(spot, "peak_mpa"), number(spot, "volume_mm3"));
  }
  return text;
}

ExitCode submodel(const SubmodelCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::SubmodelJob job = given.job;
  job.results = given.results;
  job.folder = given.out;
  if (!given.centre.empty()) job.centre_mm = point(given.centre);
  run_tool(commands, "submodel", "Sub-model", [&](const Progress& progress, const auto&) { return workflow::run_submodel(job, progress); }, text_of);
  return ExitCode::kDone;
}

}  // namespace

void add_submodel(Commands& commands) {
  auto given = std::make_shared<SubmodelCommand>();
  CLI::App* command = commands.app.add_subcommand("submodel", "Stress in the real lattice of a region of a solved case");
  workflow::SubmodelJob& job = given->job;
  command->add_option("RESULTS", given->results, "Results folder of a case that has been solved, or the case's folder")->required();
  command->add_option("--load-case", job.load_case, "Load case of the case; default compression");
  command->add_option("--centre-mm", given->centre, "Centre X,Y,Z in the patient (LPS); default: round the highest strut stress of the continuum model");
  command->add_option("--size-mm", job.size_mm, "Edge of the cube whose stress counts; default two cells");
  command->add_option("--margin-mm", job.margin_mm, "Lattice around it up to the driven faces; default one cell");
  command->add_option("--voxel-mm", job.voxel_mm, "Edge of the voxels; default: that of the lattice's level set, a 32nd of the cell at most");
  command->add_option("--surface", job.surface, "Surface and process for the fatigue factor; default ti-as-built");
  command->add_option("--tolerance", job.tolerance, "Relative residual of the solution; default 1e-6");
  command->add_option("--hot-spots", job.hot_spots, "Hot spots listed; default 10");
  command->add_option("-o,--out", given->out, "Folder for submodel.json, hot_spots.csv and von_mises.png");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer(
      "Examples:\n"
      "  spongiosa submodel results/phantom-c5 --load-case flexion -o flexion\n"
      "  spongiosa submodel results/phantom-c5 --load-case compression --centre-mm 1.5,-2,30 --size-mm 4 --json");
  command->callback([given, &commands] { commands.action = [given, &commands] { return submodel(*given, commands); }; });
}

}  // namespace spongiosa::cli
