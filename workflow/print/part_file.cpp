#include "workflow/print/part_file.h"

#include "core/error.h"
#include "geometry/io/mesh_file.h"
#include "workflow/print/as_built.h"
#include "workflow/print/level_set_grid.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// The samples of another level set at the points of the build's grid.
g::FloatImage sampled_like(const BuildField& build, const g::LevelSet& other) {
  g::FloatImage result = build.field.like<float>();
  tbb::parallel_for(std::int64_t(0), result.size[2], [&](std::int64_t k) {
    const g::LevelSet::Sampler sampler(other);
    for (std::int64_t j = 0; j < result.size[1]; ++j)
      for (std::int64_t i = 0; i < result.size[0]; ++i)
        result.at(i, j, k) = float(sampler.value(other.frame().from_patient(build.to_file(result.to_patient(Vec3(double(i), double(j), double(k)))))));
  });
  return result;
}

}  // namespace

PartFile::PartFile(const std::filesystem::path& file, const std::string& grid) {
  if (g::is_mesh_file(file)) {
    mesh_ = g::read_mesh(file);
    if (mesh_.triangles.empty()) fail_input("'{}' holds no triangle", file.string());
    return;
  }
  if (file.extension() != ".vdb") fail_input("'{}' cannot be checked: use a level set (.vdb) or a closed mesh (.stl, .3mf, .ply, .obj)", file.string());
  const std::string name = load_level_set(file.string(), grid).name();
  level_sets_ = g::read_vdb(file);
  while (level_sets_[chosen_].name() != name) ++chosen_;
}

g::Box PartFile::bounds() const { return is_mesh() ? mesh_.bounds() : level_set().solid_bounds(); }

Mat3 PartFile::frame() const { return is_mesh() ? Mat3::Identity() : level_set().frame().axes_Patient; }

BuildField PartFile::sample(double voxel_mm, const Mat3& axes, double margin_mm, const Progress& progress) const {
  return is_mesh() ? sample_for_build(mesh_, voxel_mm, axes, margin_mm, progress) : sample_for_build(level_set(), axes, margin_mm, progress);
}

PrintZone PartFile::zone(const BuildField& build) const {
  const auto named = [&](const char* name) {
    return std::find_if(level_sets_.begin(), level_sets_.end(), [&](const g::LevelSet& one) { return one.name() == name && one.name() != grid(); });
  };
  const auto porous = named("porous"), body = named("body");
  if (porous == level_sets_.end()) return {"box of the solid along the build's axes", box_zone(build)};
  PrintZone zone{"porous", sampled_like(build, *porous)};
  if (body == level_sets_.end()) return zone;
  const g::FloatImage within = sampled_like(build, *body);
  for (std::size_t n = 0; n < within.data.size(); ++n) zone.inside.data[n] = std::max(zone.inside.data[n], within.data[n]);
  zone.name = "porous within body";
  return zone;
}

}  // namespace spongiosa::workflow
