/// construct: bone and implant with the real lattice, voxel by voxel.

#include "cli/tool.h"
#include "core/json.h"
#include "core/text.h"
#include "workflow/tool_module.h"

#include <cmath>
#include <iostream>
#include <memory>

namespace spongiosa::cli {

namespace {

struct ConstructCommand {
  workflow::ConstructJob job;
  std::string results, out;
};

std::string size_of(const Json& estimate) {
  return fmt::format("voxels of {:g} mm: about {:.1f} million, {:.1f} million unknowns, {} of memory", estimate.at("voxel_mm").get<double>(),
                     1e-6 * estimate.at("voxels").get<double>(), 1e-6 * estimate.at("unknowns").get<double>(),
                     human_bytes(estimate.at("memory_bytes").get<double>()));
}

std::string text_of(const Json& document) {
  std::string text = fmt::format("{} unknowns, {} iterations for four unit loads; {:.4g} mm3 of implant, {:.3g} mm3 of bridged gap\n",
                                 document.at("unknowns").get<std::int64_t>(), document.at("iterations").get<int>(),
                                 document.at("implant_solid_mm3").get<double>(), document.at("bridged_gap_mm3").get<double>());
  text += fmt::format("{:14} {:>16} {:>16} {:>10} {:>9} {:>9} {:>9} {:>12}\n", "", "face moves, mm", "homogenised, mm", "stiffness", "99 %", "99.9 %",
                      "yield", "homog. strut");
  for (const Json& c : document.at("cases")) {
    const auto length = [](const Json& v) { return std::hypot(v[0].get<double>(), v[1].get<double>(), v[2].get<double>()); };
    const Json& p = c.at("von_mises_mpa");
    text += fmt::format("{:14} {:16.5f} {:16.5f} {:10.3f} {:9.4g} {:9.4g} {:9.3f} {:12.4g}\n", c.at("name").get<std::string>(),
                        length(c.at("top_displacement_mm")), length(c.at("homogenised").at("top_displacement_mm")), c.at("stiffness_ratio").get<double>(),
                        p.at("p99").get<double>(), p.at("p99_9").get<double>(), c.at("yield_factor").get<double>(),
                        c.at("homogenised").at("strut_von_mises_p99_mpa").get<double>());
  }
  text += "stiffness: over that of the homogenised construct; 99 and 99.9 %: von Mises in the implant by volume, MPa; yield: factor at 99.9 %;\n"
          "homog. strut: 99 % in the worst element of the homogenised construct, MPa\n";
  return text;
}

ExitCode construct(const ConstructCommand& given, Commands& commands) {
  apply(commands.common);
  workflow::ConstructJob job = given.job;
  job.results = given.results;
  job.folder = given.out;
  if (!commands.common.quiet && !job.estimate_only) {
    workflow::ConstructJob size = job;
    size.estimate_only = true;
    std::cerr << "Construct: " << size_of(workflow::run_construct(size, Progress()).at("estimate")) << "\n";
  }
  run_tool(commands, "construct", "Construct", [&](const Progress& progress, const auto&) { return workflow::run_construct(job, progress); }, [&](const Json& document) { return job.estimate_only ? size_of(document.at("estimate")) + "\n" : text_of(document); });
  return ExitCode::kDone;
}

}  // namespace

void add_construct(Commands& commands) {
  auto given = std::make_shared<ConstructCommand>();
  CLI::App* command = commands.app.add_subcommand("construct", "Bone and implant of a solved case with the real lattice, voxel by voxel");
  workflow::ConstructJob& job = given->job;
  command->add_option("RESULTS", given->results, "Results folder of a case that has been solved, or the case's folder")->required();
  command->add_option("--voxel-mm", job.voxel_mm, "Edge of the voxels; default 0.2");
  command->add_option("--tolerance", job.tolerance, "Relative residual of the solution; default 1e-6");
  command->add_flag("--dry-run", job.estimate_only, "Say what it would take");
  command->add_option("-o,--out", given->out, "Folder for construct.json and a picture per load case");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer(
      "Examples:\n"
      "  spongiosa construct results/phantom-c5 --voxel-mm 0.15 --dry-run\n"
      "  spongiosa construct results/phantom-c5 --voxel-mm 0.2 -o real");
  command->callback([given, &commands] { commands.action = [given, &commands] { return construct(*given, commands); }; });
}

}  // namespace spongiosa::cli
