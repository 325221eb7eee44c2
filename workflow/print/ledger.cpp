#include "workflow/print/ledger.h"

#include "core/error.h"
#include "core/hash.h"
#include "geometry/surface/marching_cubes.h"
#include "geometry/surface/surface_stream.h"
#include "workflow/print/level_set_grid.h"

#include <algorithm>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Json entry(const fs::path& from, const fs::path& to, std::size_t triangles, double max_mm, double rms_mm, double volume_change) {
  const auto named = [](const fs::path& file) { return Json{{"file", file.filename().string()}, {"sha256", sha256_file(file)}}; };
  return {{"from", named(from)},
          {"to", named(to)},
          {"triangles", triangles},
          {"max_deviation_mm", max_mm},
          {"rms_deviation_mm", rms_mm},
          {"volume_change_fraction", volume_change}};
}

void require_count(const fs::path& to, std::size_t found, std::size_t expected) {
  if (found != expected) fail_computation("'{}' has {} triangles, the form it was made from {}", to.string(), found, expected);
}

}  // namespace

Json level_set_to_mesh(const g::LevelSet& level_set, const fs::path& from, const g::TriangleMesh& mesh, const fs::path& to, const Progress& progress) {
  constexpr std::int64_t kStack = 32;
  const LevelSetGrid grid(level_set);
  g::SurfaceStream surface(grid.image);
  g::VolumeOfLayers volume(grid.image);
  for (std::int64_t first = 0; first + 1 < grid.image.size[2]; first += kStack) {
    progress.report(double(first) / double(grid.image.size[2]), "measuring what became of the level set");
    g::FloatImage stack = grid.image;
    stack.size[2] = std::min(kStack + 1, grid.image.size[2] - first);
    stack.allocate();
    level_set.sample_grid(grid.first_Frame, level_set.voxel_mm(), stack.size, stack.data.data(), first);
    surface.add(stack, first, [](const Vec3f*, std::size_t) {}, Progress());
    volume.add(stack, first, Progress());
  }
  require_count(to, mesh.triangles.size(), std::size_t(surface.triangles()));
  return entry(from, to, mesh.triangles.size(), surface.deviation().max_mm, surface.deviation().rms_mm, mesh.volume_mm3() / volume.mm3() - 1.0);
}

Json mesh_to_file(const g::TriangleMesh& mesh, const fs::path& from, const g::TriangleMesh& read_back, const fs::path& to) {
  require_count(to, read_back.triangles.size(), mesh.triangles.size());
  double most = 0.0, squares = 0.0;
  for (std::size_t n = 0; n < mesh.triangles.size(); ++n)
    for (std::size_t c = 0; c < 3; ++c) {
      const double off = double((mesh.vertices[mesh.triangles[n][c]] - read_back.vertices[read_back.triangles[n][c]]).norm());
      most = std::max(most, off);
      squares += off * off;
    }
  return entry(from, to, mesh.triangles.size(), most, std::sqrt(squares / (3.0 * double(mesh.triangles.size()))), read_back.volume_mm3() / mesh.volume_mm3() - 1.0);
}

}  // namespace spongiosa::workflow
