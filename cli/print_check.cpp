/// print-check: can a part be printed on a machine, in which way does it fail, and what comes out?

#include "cli/print_check.h"
#include "cli/tool.h"
#include "workflow/print_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  std::string text = fmt::format("{} on {}, build direction", document.at("source").at("file").get<std::string>(),
                                 document.at("profile").at("label").get<std::string>());
  for (const Json& x : document.at("build_direction")) text += fmt::format(" {:.4g}", x.get<double>());
  text += fmt::format("; voxel {:.4g} mm\n", document.at("voxel_mm").get<double>());
  for (const Json& check : document.at("checks")) {
    text += fmt::format("  {}  {}: {:.4g} {} (limit {} {:.4g})", check.at("verdict") == "pass" ? "pass" : "FAIL", check.at("title").get<std::string>(),
                        check.at("value").get<double>(), check.at("unit").get<std::string>(), check.at("comparison").get<std::string>(),
                        check.at("limit").get<double>());
    if (check.contains("place_mm")) {
      const Json& p = check.at("place_mm");
      text += fmt::format(" at ({:.3f} {:.3f} {:.3f})", p[0].get<double>(), p[1].get<double>(), p[2].get<double>());
    }
    text += check.contains("picture") ? ", " + check.at("picture").get<std::string>() + "\n" : "\n";
  }
  const Json &expected = document.at("expected"), &nominal = expected.at("nominal"), &built = expected.at("as_built");
  const auto of = [](const Json& from, const char* key) { return from.at(key).get<double>(); };
  text += fmt::format("As built (expected): porosity {:.2f} % (designed {:.2f} %), pore {:.3f} mm ({:.3f}), strut {:.3f} mm ({:.3f}), mass {:.4g} g ({:.4g}); zone: {}\n",
                      100.0 * of(built, "porosity_fraction"), 100.0 * of(nominal, "porosity_fraction"), of(built, "mean_pore_chord_mm"),
                      of(nominal, "mean_pore_chord_mm"), of(built, "mean_strut_chord_mm"), of(nominal, "mean_strut_chord_mm"), of(built, "mass_g"),
                      of(nominal, "mass_g"), expected.at("zone").get<std::string>());
  if (document.contains("directions")) {
    const Json& directions = document.at("directions");
    text += fmt::format("Best of {} directions; none is better in height, overhang and islands than these:\n  direction               height mm  overhang mm2  islands  score\n",
                        directions.at("searched").get<int>());
    int shown = 0;
    for (const Json& one : directions.at("front")) {
      if (++shown > 12) break;
      const Json& d = one.at("direction");
      text += fmt::format("  {:7.4f} {:7.4f} {:7.4f} {:9.2f} {:13.2f} {:8} {:6.3f}\n", d[0].get<double>(), d[1].get<double>(), d[2].get<double>(), of(one, "height_mm"),
                          of(one, "overhang_mm2"), one.at("islands").get<std::int64_t>(), of(one, "score"));
    }
  }
  if (document.contains("compensated"))
    text += fmt::format("Compensated: {}, expected porosity as built {:.2f} %\n", document.at("compensated").at("file").get<std::string>(),
                        100.0 * of(document.at("compensated").at("as_built"), "porosity_fraction"));
  return text;
}

ExitCode print_check(const workflow::PrintCheckJob& job, Commands& commands) {
  apply(commands.common);
  const Json document = run_tool(commands, "print-check", "Print check",
                                 [&](const Progress& progress, const auto& announce) { return workflow::print_check(job, announce, progress); }, text_of);
  return document.at("passed").get<bool>() ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_print_check(Commands& commands) {
  auto job = std::make_shared<workflow::PrintCheckJob>();
  CLI::App* command = commands.app.add_subcommand("print-check", "Thin features, overhangs, islands, powder, part as built: can it be printed?");
  command->add_option("FILE", job->file, "Level sets (.vdb) or closed mesh (.stl .3mf .ply .obj)")->required();
  command->add_option("--profile", job->profile, "Machine: laser-ti64, electron-beam-ti64, or a .json file")->capture_default_str();
  command->add_option("--build-direction", job->build_direction, "Away from the plate, in the coordinates of FILE; default: the grid's third axis, z for a mesh")
      ->delimiter(',')
      ->type_name("X,Y,Z");
  command->add_option("--find-direction", job->find_direction, "Search so many directions (200 are usual) and check the best; the JSON has the trade-off");
  command->add_option("--grid", job->grid, "Name of the grid in a .vdb; default: the one named implant or lattice, or the only one");
  command->add_option("--voxel-mm", job->voxel_mm, "Samples for a mesh; default: a quarter of the machine's thinnest strut");
  command->add_option("-o,--out", job->out, "Folder for print-check.json and pictures of where checks failed");
  command->add_option("--compensate", job->compensate, "Write a .vdb with surfaces drawn back by the growth expected of the machine");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when a check fails.\nExample: spongiosa print-check implant.vdb --profile laser-ti64 --build-direction 0,0,1 --out checks");
  command->callback([job, &commands] { commands.action = [job, &commands] { return print_check(*job, commands); }; });
}

}  // namespace spongiosa::cli
