#include "workflow/tools/print_check_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "geometry/surface/marching_cubes.h"
#include "workflow/print/build_direction.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/print/print_check.h"
#include "workflow/print/print_pictures.h"

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Vec3 direction_of(const PrintCheckJob& job, const Vec3& standard) {
  if (job.build_direction.empty()) return standard;
  if (job.build_direction.size() != 3) fail_input("--build-direction has {} numbers; expected three: x,y,z", job.build_direction.size());
  return {job.build_direction[0], job.build_direction[1], job.build_direction[2]};
}

void announce_size(const g::Box& box, double voxel_mm, double margin_mm, const std::function<void(const std::string&)>& announce) {
  double samples = 1.0;
  for (int a = 0; a < 3; ++a) samples *= (box.size()[a] + 2.0 * margin_mm) / voxel_mm;
  announce(fmt::format("about {:.1f} million samples of {:.4g} mm, {} of memory", 1e-6 * samples, voxel_mm, human_bytes(kBuildFieldBytes * samples)));
}

struct Part {
  BuildField build;
  PrintZone zone;
  std::string grid;
  Json directions;   ///< null unless they were searched
};

/// For the search every second sample of a level set is enough where features are thick; the machine's thinnest strut stays two samples thick.
g::TriangleMesh search_mesh(const g::LevelSet& level_set, const MachineProfile& profile, const Progress& progress) {
  const LevelSetGrid grid(level_set);
  const std::int64_t every = std::clamp<std::int64_t>(std::int64_t(0.5 * profile.min_strut_mm.value / level_set.voxel_mm()), 1, 4);
  g::FloatImage field = grid.image;
  for (std::int64_t& count : field.size) count = (count + every - 2) / every + 1;
  field.spacing_mm *= double(every);
  field.allocate();
  level_set.sample_grid(grid.first_Frame, field.spacing_mm[0], field.size, field.data.data());
  return g::extract_surface(field, progress);
}

Vec3 find_direction(const g::TriangleMesh& mesh, const PrintCheckJob& job, const MachineProfile& profile, Json& document, const Progress& progress) {
  DirectionSearch search;
  search.directions = job.find_direction;
  search.critical_angle_deg = profile.critical_angle_deg.value;
  search.layer_mm = profile.layer_mm.value;
  const std::vector<DirectionFigures> found = search_build_directions(mesh, search, progress);
  Json front = Json::array();
  for (const DirectionFigures& one : found)
    if (one.on_front)
      front.push_back({{"direction", {one.direction[0], one.direction[1], one.direction[2]}},
                       {"height_mm", one.height_mm},
                       {"overhang_mm2", one.overhang_mm2},
                       {"islands", one.islands},
                       {"score", one.score}});
  document = {{"searched", found.size()},
              {"triangles", mesh.triangles.size()},
              {"weights", {{"overhang", search.overhang_weight}, {"islands", search.islands_weight}, {"height", search.height_weight}}},
              {"front", front}};
  return found.front().direction;
}

Part load_part(const PrintCheckJob& job, const MachineProfile& profile, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  const PartFile file(job.file, job.grid);
  if (!file.is_mesh() && job.voxel_mm) fail_input("--voxel-mm is for meshes; a level set is checked on its own voxels");
  const double voxel_mm = file.is_mesh() ? job.voxel_mm.value_or(0.25 * profile.min_strut_mm.value) : file.level_set().voxel_mm();
  if (!(voxel_mm > 0.0)) fail_input("--voxel-mm is {}; expected a length above 0", voxel_mm);
  Part part;
  part.grid = file.grid();
  Vec3 direction = direction_of(job, file.frame().col(2));
  if (job.find_direction > 0) {
    const g::TriangleMesh mesh = file.is_mesh() ? file.mesh() : search_mesh(file.level_set(), profile, progress.part(0.0, 0.1));
    direction = find_direction(mesh, job, profile, part.directions, progress.part(0.1, 0.5));
  }
  const double margin_mm = margin_for_checks_mm(profile, voxel_mm);
  announce_size(file.bounds(), voxel_mm, margin_mm, announce);
  part.build = file.sample(voxel_mm, build_axes(direction, file.frame()), margin_mm, progress.part(0.5, 1.0));
  part.zone = file.zone(part.build);
  return part;
}

Json compensate(const PrintCheckJob& job, const Part& part, const MachineProfile& profile, const Progress& progress) {
  const BuildField& build = part.build;
  const Growth growth(profile);
  const Compensated made = compensated(build.field, build.distance, growth, progress);
  const g::FloatImage &drawn_back = made.field, &expected = made.as_built;
  g::Frame frame;
  frame.axes_Patient = build.axes;
  const g::LevelSet level_set =
      g::LevelSet::from_dense("part", frame, build.field.origin_Patient, build.voxel_mm, drawn_back.size, drawn_back.data, 3.0);
  g::write_vdb(job.compensate, {level_set}, Json{{"compensated_for", profile.name}});
  const PartFigures printed = part_figures(expected, part.zone.inside, profile.density_g_cm3.value);
  return {{"file", job.compensate.filename().string()},
          {"sha256", sha256_file(job.compensate)},
          {"as_built", {{"porosity_fraction", printed.porosity_fraction}, {"volume_mm3", printed.solid_mm3}, {"mass_g", printed.mass_g}}}};
}

}  // namespace

Json run_print_check_job(const PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  if (job.find_direction < 0) fail_input("--find-direction is {}; expected a number of directions, 1 or more", job.find_direction);
  if (job.find_direction > 0 && !job.build_direction.empty()) fail_input("--find-direction looks for what --build-direction says: give one of them");
  if (!job.compensate.empty() && job.compensate.extension() != ".vdb")
    fail_input("--compensate writes a level set: '{}' must end in .vdb", job.compensate.string());
  const MachineProfile profile = load_machine_profile(job.profile);
  progress.report(0.0, "reading the part");
  const Part part = load_part(job, profile, announce, progress.part(0.0, 0.2));
  const g::TriangleMesh mesh = build_mesh(part.build, progress.part(0.2, 0.25));
  PrintReport report = check_part(part.build, mesh, part.zone, profile, progress.part(0.25, 0.85));
  if (!job.out.empty()) {
    make_writable_folder(job.out);
    write_print_pictures(job.out, part.build, mesh, report, progress.part(0.85, 0.95));
  }
  Json document = {{"format", "spongiosa-print-check"},
                   {"version", 1},
                   {"source", {{"file", job.file.filename().string()}, {"sha256", sha256_file(job.file)}, {"grid", part.grid}}},
                   {"profile", to_json(profile)},
                   {"build_direction", {part.build.axes(0, 2), part.build.axes(1, 2), part.build.axes(2, 2)}},
                   {"voxel_mm", part.build.voxel_mm}};
  document.update(to_json(report, part.build, profile, part.zone));
  if (!part.directions.is_null()) document["directions"] = part.directions;
  if (!job.compensate.empty()) document["compensated"] = compensate(job, part, profile, progress.part(0.95, 1.0));
  if (!job.out.empty()) write_json(job.out / "print-check.json", document);
  return document;
}

}  // namespace spongiosa::workflow
