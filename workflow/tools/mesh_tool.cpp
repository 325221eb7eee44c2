#include "workflow/tools/mesh_tool.h"

#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"
#include "core/version.h"
#include "geometry/io/mesh_file.h"
#include "geometry/surface/marching_cubes.h"
#include "geometry/surface/surface_stream.h"
#include "geometry/surface/vertex_weld.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/print/mesh_proof.h"

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr std::int64_t kStack = 32;  ///< layers in memory at a time

/// Runs through the field in stacks of layers.
template <class F>
void for_each_stack(const g::LevelSet& level_set, const LevelSetGrid& grid, const g::FloatImage& placed, const Progress& progress, F&& f) {
  const std::int64_t count = grid.image.size[2];
  for (std::int64_t first = 0; first + 1 < count; first += kStack) {
    g::FloatImage stack;
    stack.size = {grid.image.size[0], grid.image.size[1], std::min(kStack + 1, count - first)};
    stack.spacing_mm = placed.spacing_mm;
    stack.origin_Patient = placed.origin_Patient;
    stack.direction = placed.direction;
    stack.allocate();
    level_set.sample_grid(grid.first_Frame, level_set.voxel_mm(), stack.size, stack.data.data(), first);
    f(stack, first, progress.part(double(first) / double(count), double(first + stack.size[2]) / double(count + 1)));
  }
}

struct Written {
  g::SurfaceDeviation deviation;
  double field_mm3 = 0.0;
  std::int64_t triangles = 0;
};

Written surface_into(const g::LevelSet& level_set, const LevelSetGrid& grid, const g::FloatImage& placed, const g::SurfaceStream::Sink& sink,
                     const Progress& progress) {
  g::SurfaceStream surface(placed);
  g::VolumeOfLayers volume(placed);
  for_each_stack(level_set, grid, placed, progress, [&](const g::FloatImage& stack, std::int64_t first, const Progress& part) {
    surface.add(stack, first, sink, part.part(0.0, 0.7));
    volume.add(stack, first, part.part(0.7, 1.0));
  });
  return {surface.deviation(), volume.mm3(), surface.triangles()};
}

/// Welded while it is made, for the formats that share vertices.
g::TriangleMesh whole_mesh(const g::LevelSet& level_set, const LevelSetGrid& grid, const g::FloatImage& placed, Written& written,
                           const Progress& progress) {
  g::TriangleMesh mesh;
  g::VertexWeld weld;
  written = surface_into(
      level_set, grid, placed,
      [&](const Vec3f* corners, std::size_t triangles) {
        for (std::size_t t = 0; t < triangles; ++t)
          mesh.triangles.push_back({weld.number(corners[3 * t]), weld.number(corners[3 * t + 1]), weld.number(corners[3 * t + 2])});
      },
      progress);
  mesh.vertices = weld.take();
  return mesh;
}

std::string lower_ending(const fs::path& file) {
  std::string text = file.extension().string();
  for (char& c : text) c = char(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Json run_mesh_job(const MeshJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  if (!g::is_mesh_file(job.out)) fail_input("'{}' is no mesh file that can be written; expected a name that ends in .stl, .3mf, .ply or .obj", job.out.string());
  if (!(job.max_deviation_mm >= 0.0)) fail_input("--max-deviation-mm is {}; expected a length of 0 or more", job.max_deviation_mm);
  progress.report(0.0, "reading the level set");
  const g::LevelSet level_set = load_level_set(job.file.string(), job.grid);
  const LevelSetGrid grid(level_set);
  const double voxel_mm = level_set.voxel_mm();
  // Marching cubes cuts sharp edges off by up to 0.36 of a voxel.
  const double limit_mm = job.max_deviation_mm > 0.0 ? job.max_deviation_mm : 0.5 * voxel_mm;
  // The band is six voxels wide, and the surface has about two triangles per voxel it passes.
  const double triangles = double(level_set.active_voxels()) / 3.0;
  announce(fmt::format("{} x {} x {} samples of {:.4g} mm; about {:.2g} million triangles, {} as STL, {} of memory", grid.image.size[0], grid.image.size[1],
                       grid.image.size[2], voxel_mm, 1e-6 * triangles, human_bytes(84.0 + 50.0 * triangles), human_bytes(60.0 * triangles + 3e8)));

  g::FloatImage placed = grid.image;
  Vec3 moved_by_mm = Vec3::Zero();
  if (job.local_origin) {
    g::Box box;
    for (int c = 0; c < 8; ++c)
      box.include(placed.to_patient(Vec3(c & 1 ? double(placed.size[0] - 1) : 0.0, c & 2 ? double(placed.size[1] - 1) : 0.0, c & 4 ? double(placed.size[2] - 1) : 0.0)));
    moved_by_mm = -box.min;
    placed.origin_Patient += moved_by_mm;
  }

  // The proof is about the bytes on the disk, under a name that nobody takes for the result until it has passed.
  const std::string ending = lower_ending(job.out);
  Written written;
  fs::path part;
  std::unique_ptr<g::StlStream> stl;
  const auto remove_part = [&] {
    std::error_code ignored;
    if (!stl) fs::remove(part, ignored);
  };
  if (ending == ".stl") {
    stl = std::make_unique<g::StlStream>(job.out, "Spongiosa " + std::string(kVersion) + ", mm");
    written = surface_into(level_set, grid, placed, [&](const Vec3f* corners, std::size_t count) { stl->add(corners, count); }, progress.part(0.05, 0.5));
    part = stl->finish();
  } else {
    const g::TriangleMesh mesh = whole_mesh(level_set, grid, placed, written, progress.part(0.05, 0.4));
    part = job.out.parent_path() / (job.out.stem().string() + ".unproven" + ending);
    if (ending == ".3mf") g::write_3mf(part, mesh, Json{{"Application", "Spongiosa " + std::string(kVersion)}}, progress.part(0.4, 0.5));
    if (ending == ".ply") g::write_ply(part, mesh, progress.part(0.4, 0.5));
    if (ending == ".obj") g::write_obj(part, mesh, progress.part(0.4, 0.5));
  }
  Json proof;
  double mesh_mm3 = 0.0;
  try {
    progress.report(0.5, "reading back what was written");
    const g::TriangleMesh back = ending == ".stl" ? g::read_stl(part) : g::read_mesh(part);
    const g::MeshInspection inspection = g::inspect_mesh(back, kNamedContacts, progress.part(0.6, 1.0));
    if (inspection.report.triangles != written.triangles)
      fail_computation("'{}' read back has {} triangles, {} were written", job.out.string(), inspection.report.triangles, written.triangles);
    if (!inspection.sound()) fail_computation("'{}' is not written, its mesh has {}", job.out.string(), faults_of(inspection));
    if (written.deviation.max_mm > limit_mm)
      fail_computation("'{}' is not written, its mesh is up to {:.4g} mm off the field, more than {:.4g} mm: use smaller voxels or a larger --max-deviation-mm",
                       job.out.string(), written.deviation.max_mm, limit_mm);
    proof = proof_of(back, inspection);
    mesh_mm3 = inspection.report.volume_mm3;
  } catch (...) {
    remove_part();
    throw;
  }
  if (stl) {
    stl->commit();
  } else {
    std::error_code error;
    fs::rename(part, job.out, error);
    if (error) fail_io("cannot rename '{}' to '{}': {}", part.string(), job.out.string(), error.message());
  }
  return {{"format", "spongiosa-mesh"},
          {"version", 1},
          {"source", {{"file", job.file.filename().string()}, {"sha256", sha256_file(job.file)}, {"grid", level_set.name()}, {"voxel_mm", voxel_mm}}},
          {"out", {{"file", job.out.filename().string()}, {"bytes", fs::file_size(job.out)}, {"sha256", sha256_file(job.out)}}},
          {"moved_by_mm", {moved_by_mm[0], moved_by_mm[1], moved_by_mm[2]}},
          {"deviation",
           {{"max_mm", written.deviation.max_mm},
            {"rms_mm", written.deviation.rms_mm},
            {"limit_mm", limit_mm},
            {"max_voxels", written.deviation.max_mm / voxel_mm}}},
          {"field_surface_mm3", written.field_mm3},
          {"volume_change_fraction", mesh_mm3 / written.field_mm3 - 1.0},
          {"proof", proof}};
}

}  // namespace spongiosa::workflow
