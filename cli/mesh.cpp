/// mesh: a level set as print mesh, proven on the bytes of the file.

#include "cli/tool.h"
#include "workflow/tool_module.h"

#include <memory>

namespace spongiosa::cli {

namespace {

std::string text_of(const workflow::MeshJob& job, const Json& document) {
  const Json &proof = document.at("proof"), &deviation = document.at("deviation");
  return fmt::format("{}: {} triangles, {} components, {:.6g} mm3\nDeviation from the field: at most {:.4g} mm ({:.3f} voxel), RMS {:.3g} mm\n"
                     "Read back: closed, two-manifold, oriented outwards, free of self-intersections\n",
                           job.out.string(), proof.at("triangles").get<std::int64_t>(), proof.at("component_count").get<std::int64_t>(),
                           proof.at("volume_mm3").get<double>(), deviation.at("max_mm").get<double>(), deviation.at("max_voxels").get<double>(),
                           deviation.at("rms_mm").get<double>());
}

ExitCode mesh(const workflow::MeshJob& job, Commands& commands) {
  apply(commands.common);
  run_tool(commands, "mesh", "Mesh", [&](const Progress& progress, const auto& announce) { return workflow::make_mesh(job, announce, progress); },
           [&](const Json& document) { return text_of(job, document); });
  return ExitCode::kDone;
}

}  // namespace

void add_mesh(Commands& commands) {
  auto job = std::make_shared<workflow::MeshJob>();
  CLI::App* command = commands.app.add_subcommand("mesh", "A level set as print mesh, proven on the bytes of the file");
  command->add_option("FILE", job->file, "Level sets: .vdb")->required();
  command->add_option("-o,--out", job->out, "Mesh to write: .stl (streamed), .3mf, .ply or .obj")->required();
  command->add_option("--grid", job->grid, "Name of the grid; default: the one named implant or lattice, or the only one");
  command->add_option("--max-deviation-mm", job->max_deviation_mm, "Largest distance from the field; default: half a voxel");
  command->add_flag("--local-origin", job->local_origin, "Move the part so that its box begins at 0, where floats are finest");
  command->add_flag("--json", commands.json, "One JSON document on stdout");
  add_common_options(*command, commands.common);
  command->footer("Nothing is written when the mesh is not sound.\nExample: spongiosa mesh lattice.vdb -o lattice.stl");
  command->callback([job, &commands] { commands.action = [job, &commands] { return mesh(*job, commands); }; });
}

}  // namespace spongiosa::cli
