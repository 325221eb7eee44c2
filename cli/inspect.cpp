/// inspect: is a mesh file fit to be printed, property by property.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const Json& document) {
  const Json& box = document.at("bounds_mm");
  std::string text = fmt::format("{}: {} triangles, {} vertices, {} components; {:.6g} mm3, {:.6g} mm2\n", document.at("file").get<std::string>(),
                                 document.at("triangles").get<std::int64_t>(), document.at("vertices").get<std::int64_t>(),
                                 document.at("component_count").get<std::int64_t>(), document.at("volume_mm3").get<double>(),
                                 document.at("area_mm2").get<double>());
  text += "From";
  for (const Json& x : box.at("min")) text += fmt::format(" {:.4f}", x.get<double>());
  text += " to";
  for (const Json& x : box.at("max")) text += fmt::format(" {:.4f}", x.get<double>());
  text += " mm\n";
  for (const Json& check : document.at("checks"))
    text += fmt::format("  {}  {} {}\n", check.at("verdict") == "pass" ? "pass" : "FAIL", check.at("value").get<std::int64_t>(),
                        check.at("title").get<std::string>());
  for (const Json& contact : document.at("contacts")) {
    const Json &t = contact.at("triangles"), &p = contact.at("place_mm");
    text += fmt::format("  triangles {} and {} intersect near ({:.4f} {:.4f} {:.4f}) mm\n", t[0].get<std::int64_t>(), t[1].get<std::int64_t>(),
                        p[0].get<double>(), p[1].get<double>(), p[2].get<double>());
  }
  return text + (document.at("sound").get<bool>() ? "Sound: closed, two-manifold, oriented outwards, free of self-intersections\n"
                                                  : "Not sound: do not print\n");
}

ExitCode inspect(const std::filesystem::path& file, Commands& commands) {
  apply(commands.common);
  const Json document = run_tool(commands, "inspect", "Inspect", [&](const Progress& progress, const auto&) { return workflow::inspect(file, progress); }, text_of);
  return document.at("sound").get<bool>() ? ExitCode::kDone : ExitCode::kCheckFailed;
}

}  // namespace

void add_inspect(Commands& commands) {
  auto file = std::make_shared<std::filesystem::path>();
  CLI::App* command = commands.app.add_subcommand("inspect", "Is a mesh closed, manifold, oriented, free of self-intersections?");
  command->add_option("FILE", *file, "Mesh: .stl .3mf .ply .obj")->required();
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Exit code 1 when a check fails.\nExample: spongiosa inspect implant.stl --json");
  command->callback([file, &commands] { commands.action = [file, &commands] { return inspect(*file, commands); }; });
}

}  // namespace spongiosa::cli
