#include "workflow/tools/microfe_input.h"

#include "core/error.h"
#include "core/text.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/levelset/mesh_level_set.h"
#include "workflow/engine_resources.h"
#include "workflow/level_set_shares.h"
#include "workflow/print/level_set_grid.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

/// The file behind a case's folder.
fs::path file_of(const fs::path& source) {
  std::error_code ignored;
  if (!fs::exists(source, ignored)) fail_input("'{}' does not exist", source.string());
  if (!fs::is_directory(source, ignored)) return source;
  for (const fs::path& file : {source / "results" / "implant.vdb", source / "implant.vdb", source / "stages" / "04_fill" / "implant.vdb", source / "lattice.vdb"})
    if (fs::exists(file, ignored)) return file;
  fail_input("'{}' holds no implant.vdb, results/implant.vdb or lattice.vdb: run 'spongiosa export' on the case first, or name a file",
             source.string());
}

bool ends_with(const fs::path& file, const std::string& end) { return file.filename().string().ends_with(end); }

void check_memory(double voxels, double voxel_mm) {
  const double need = 8.0 * voxels, have = available_memory_bytes();
  if (need > have)
    fail_computation("{:.3g} voxels of {:g} mm need {} of memory before anything is solved, {} are free: ask for larger voxels", voxels, voxel_mm,
                     human_bytes(need), human_bytes(have));
}

g::FloatImage shares_of(const g::LevelSet& solid, double voxel_mm, const Progress& progress) {
  const g::Box box = solid.solid_bounds();
  VoxelBox voxels;
  voxels.first_mm = box.min;
  voxels.voxel_mm = voxel_mm;
  for (int a = 0; a < 3; ++a) voxels.size[std::size_t(a)] = std::max<std::int64_t>(1, std::int64_t(std::ceil(box.size()[a] / voxel_mm - 1e-9)));
  check_memory(double(product(voxels.size)), voxel_mm);
  g::FloatImage image;
  image.size = voxels.size;
  image.spacing_mm = Vec3::Constant(voxel_mm);
  image.direction = solid.frame().axes_Patient;
  image.origin_Patient = solid.frame().to_patient(voxels.first_mm + Vec3::Constant(0.5 * voxel_mm));
  image.data = solid_shares(solid, voxels, progress);
  return image;
}

g::FloatImage shares_of(const fs::path& file, int label) {
  const g::LabelImage labels = g::read_label_image(file);
  if ((labels.spacing_mm / labels.spacing_mm[0] - Vec3::Ones()).norm() > 1e-3)
    fail_input("'{}' has voxels of {} x {} x {} mm; expected cubes: resample it first", file.string(), labels.spacing_mm[0], labels.spacing_mm[1],
               labels.spacing_mm[2]);
  check_memory(double(product(labels.size)), labels.spacing_mm[0]);
  g::FloatImage image = labels.like<float>();
  for (std::size_t v = 0; v < labels.data.size(); ++v) image.data[v] = (label == 0 ? labels.data[v] != 0 : labels.data[v] == label) ? 1.0f : 0.0f;
  return image;
}

/// The same voxels with axis `axis` in third place; the order x y z x is kept, so that the frame stays right-handed.
g::FloatImage turned(const g::FloatImage& image, int axis) {
  if (axis == 2) return image;
  const std::size_t from[3] = {std::size_t((axis + 1) % 3), std::size_t((axis + 2) % 3), std::size_t(axis)};
  g::FloatImage out;
  out.origin_Patient = image.origin_Patient;
  for (int a = 0; a < 3; ++a) {
    out.size[std::size_t(a)] = image.size[from[a]];
    out.spacing_mm[a] = image.spacing_mm[Eigen::Index(from[a])];
    out.direction.col(a) = image.direction.col(Eigen::Index(from[a]));
  }
  out.allocate();
  for (std::int64_t k = 0; k < out.size[2]; ++k)
    for (std::int64_t j = 0; j < out.size[1]; ++j)
      for (std::int64_t i = 0; i < out.size[0]; ++i) {
        Index3 at{};
        at[from[0]] = i, at[from[1]] = j, at[from[2]] = k;
        out.at(i, j, k) = image.at(at[0], at[1], at[2]);
      }
  return out;
}

g::FloatImage cropped(const g::FloatImage& image, const std::string& source) {
  Index3 first = image.size, last{-1, -1, -1};
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i) {
        if (image.at(i, j, k) < kSmallestShare) continue;
        const Index3 at{i, j, k};
        for (std::size_t a = 0; a < 3; ++a) {
          first[a] = std::min(first[a], at[a]);
          last[a] = std::max(last[a], at[a]);
        }
      }
  if (last[0] < 0) fail_input("'{}' holds no solid voxel", source);
  return g::crop(image, first, last);
}

}  // namespace

PartVoxels read_part(const MicrofeJob& job, const Progress& progress) {
  if (job.axis < 'x' || job.axis > 'z') fail_usage("--axis is '{}'; expected x, y or z", job.axis);
  if (job.voxel_mm < 0.0 || !std::isfinite(job.voxel_mm)) fail_usage("--voxel-mm is {}; expected a number above 0", job.voxel_mm);
  const fs::path file = file_of(job.source);
  PartVoxels part;
  part.source = file.filename().string();
  g::FloatImage share;
  if (ends_with(file, ".vdb")) {
    const g::LevelSet solid = load_level_set(file.string(), "");
    part.source += ":" + solid.name();
    part.cut_voxels = true;
    share = shares_of(solid, job.voxel_mm > 0.0 ? job.voxel_mm : solid.voxel_mm(), progress);
  } else if (ends_with(file, ".stl") || ends_with(file, ".ply")) {
    if (job.voxel_mm == 0.0) fail_usage("a mesh needs --voxel-mm: the edge of the voxels to cut it into");
    const g::TriangleMesh mesh = ends_with(file, ".stl") ? g::read_stl(file) : g::read_ply(file);
    part.cut_voxels = true;
    share = shares_of(g::level_set_of_mesh("part", mesh, g::Frame(), job.voxel_mm, 3.0, progress), job.voxel_mm, progress);
  } else if (ends_with(file, ".nrrd") || ends_with(file, ".nii") || ends_with(file, ".nii.gz") || ends_with(file, ".mha")) {
    if (job.voxel_mm != 0.0) fail_usage("--voxel-mm is for level sets and meshes; an image has its own voxels");
    share = shares_of(file, job.label);
  } else {
    fail_input("'{}' is not a part; expected a level set (.vdb), a mesh (.stl, .ply), a segmented image (.nrrd, .nii, .nii.gz, .mha) or a case's folder",
               file.string());
  }
  part.share = cropped(turned(share, job.axis - 'x'), part.source);
  return part;
}

}  // namespace spongiosa::workflow
