/// Stage 7: the files that leave the program: STL and 3MF of the whole part, level set, finite element fields; and whether the part can be printed.

#include "core/error.h"
#include "core/hash.h"
#include "core/version.h"
#include "geometry/io/mesh_file.h"
#include "geometry/levelset/level_set.h"
#include "workflow/print/ledger.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/print/machine_profile.h"
#include "workflow/print/mesh_proof.h"
#include "workflow/stages/stages.h"
#include "workflow/tools/print_check_tool.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// A hard link where the file system allows it, else a copy; never a half-written file.
void publish(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  fs::path part = to;
  part += ".part";
  fs::remove(part, error);
  fs::create_hard_link(from, part, error);
  if (error) {
    error.clear();
    fs::copy_file(from, part, fs::copy_options::overwrite_existing, error);
  }
  if (!error) fs::rename(part, to, error);
  if (error) fail_io("cannot write '{}': {}", to.string(), error.message());
}

/// From the mesh when it is made. Per triangle 50 bytes of STL and, measured on the examples, 15 of zipped 3MF and 7 of level sets.
Json estimate(const StageContext& context) {
  const double triangles = context.results_of("04_fill").at("mesh").at("triangles").get<double>();
  return {{"triangles", triangles},
          {"file_bytes", 84.0 + (50.0 + 15.0 + 7.0) * triangles},
          {"files", {"implant.stl", "implant.3mf", "implant.vdb", "fields/", "print/"}}};
}

/// The checks of the machine the case names, with pictures of where they fail.
Json check_printing(StageContext& context, const fs::path& level_sets, const g::LevelSet& part, const Progress& progress) {
  const Json& direction = context.design.at("check.build_direction");
  const Vec3 build_Patient = part.frame().axes_Patient * Vec3(direction[0].get<double>(), direction[1].get<double>(), direction[2].get<double>());
  PrintCheckJob job;
  job.file = level_sets;
  job.grid = part.name();
  job.profile = context.design.text("check.machine");
  job.build_direction = {build_Patient[0], build_Patient[1], build_Patient[2]};
  job.out = context.out / "print";
  const Json document = run_print_check_job(job, [](const std::string&) {}, progress);
  context.manifest.output(job.out / "print-check.json", "checks for printing");
  context.manifest.output(job.out / "overhang.png", "the part from below the build plate");
  for (const Json& check : document.at("checks"))
    if (const std::string picture = check.value("picture", ""); picture.starts_with("section-"))
      context.manifest.output(job.out / picture, "where the check '" + check.at("id").get<std::string>() + "' failed");
  return document;
}

void run(StageContext& context) {
  const fs::path fill = context.stage_folder("04_fill");
  const std::string id = context.design.id();
  const g::TriangleMesh mesh = g::read_ply(fill / "mesh.ply");

  const fs::path stl = context.out / "implant.stl";
  g::write_stl(stl, mesh, "Spongiosa " + std::string(kVersion) + " case " + id + ", mm, LPS", context.progress.part(0.0, 0.2));
  // What is printed is what the file says: read it back.
  const g::TriangleMesh back = g::read_stl(stl);
  const g::MeshInspection inspection = g::inspect_mesh(back, kNamedContacts, context.progress.part(0.2, 0.3));
  const g::MeshReport& read_back = inspection.report;
  if (!inspection.sound()) fail_computation("'{}' read back has {}", stl.string(), faults_of(inspection));
  if (read_back.triangles != std::int64_t(mesh.triangles.size()))
    fail_computation("'{}' read back has {} triangles, {} were written", stl.string(), read_back.triangles, mesh.triangles.size());
  context.progress.report(0.3, "writing 3MF");
  g::write_3mf(context.out / "implant.3mf", mesh,
               Json{{"Title", "Artificial vertebral body " + id},
                    {"Application", "Spongiosa " + std::string(kVersion)},
                    {"case_id", id},
                    {"frame", "LPS"},
                    {"unit", "millimeter"},
                    {"stl_sha256", sha256_file(stl)},
                    {"level_set_sha256", sha256_file(fill / "implant.vdb")}},
               context.progress.part(0.3, 0.5));
  publish(fill / "implant.vdb", context.out / "implant.vdb");
  context.manifest.output(stl, "print mesh, binary STL, mm");
  context.manifest.output(context.out / "implant.3mf", "print mesh, 3MF core, mm");
  context.manifest.output(context.out / "implant.vdb", "shape and lattice as level sets, mm");

  const Json solve = context.manifest_of("05_solve");
  for (const Json& output : solve.at("outputs")) {
    const fs::path from = context.out / output.at("path").get<std::string>();
    if (from.parent_path().filename() != "fields") continue;
    const fs::path to = context.out / "fields" / from.filename();
    publish(from, to);
    context.manifest.output(to, output.at("role").get<std::string>());
  }
  const fs::path level_sets = fill / "implant.vdb", threemf = context.out / "implant.3mf";
  const g::LevelSet part = load_level_set(level_sets.string(), "");
  Json conversions = Json::array();
  conversions.push_back(level_set_to_mesh(part, level_sets, mesh, fill / "mesh.ply", context.progress.part(0.5, 0.55)));
  conversions.push_back(mesh_to_file(mesh, fill / "mesh.ply", back, stl));
  conversions.push_back(mesh_to_file(mesh, fill / "mesh.ply", g::read_3mf(threemf), threemf));
  const Json printing = check_printing(context, level_sets, part, context.progress.part(0.55, 1.0));
  Json& results = context.manifest.results();
  results["conversions"] = conversions;
  results["printing"] = printing;
  results["stl_proof"] = proof_of(back, inspection);
  results["stl_read_back"] = {{"triangles", read_back.triangles},
                              {"components", read_back.components},
                              {"open_edges", read_back.open_edges},
                              {"non_manifold_edges", read_back.non_manifold_edges},
                              {"volume_mm3", read_back.volume_mm3},
                              {"closed_two_manifold", read_back.closed_two_manifold()}};
}

}  // namespace

Stage export_stage() {
  Stage stage;
  stage.id = "07_export";
  stage.version = 3;
  stage.verb = "export";
  stage.title = "Export";
  stage.parameters = {"check.machine", "check.build_direction"};
  stage.upstream = {"04_fill", "05_solve"};
  stage.places = {"implant.stl", "implant.3mf", "implant.vdb", "fields", "print"};
  stage.precheck = [](const Case& design) { load_machine_profile(design.text("check.machine")); };
  stage.estimate = estimate;
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
