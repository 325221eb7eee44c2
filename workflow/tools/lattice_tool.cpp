#include "workflow/tools/lattice_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "geometry/io/mesh_file.h"
#include "geometry/levelset/mesh_level_set.h"
#include "workflow/lattice_keys.h"

#include <charconv>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr double kBand_voxels = 4.0;
constexpr double kBeyond_mm = 1.0;  ///< the porous region reaches this far beyond the body, so that the body alone cuts the lattice
constexpr double kLargest_mm = 1000.0;

/// The lengths behind "box:", "cylinder:" or "sphere:".
std::vector<double> lengths(const std::string& shape, std::size_t begin, std::size_t count, const char* form) {
  std::vector<double> values;
  const char* at = shape.data() + begin;
  const char* end = shape.data() + shape.size();
  while (at < end) {
    double value = 0.0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !(value > 0.0 && value <= kLargest_mm)) break;
    values.push_back(value);
    at = next;
    if (at < end && *at == 'x') ++at;
  }
  if (at != end || values.size() != count)
    fail_input("the shape '{}' is not understood; expected {} with lengths in mm from 0 to {:.0f}", shape, form, kLargest_mm);
  return values;
}

struct Shape {
  g::LevelSet body, porous;
};

/// Default voxel of the shape's own level set: two of the lattice's, but no more than 400 along the shape's longest side.
double shape_voxel_mm(const LatticeJob& job, double longest_mm) {
  if (job.shape_voxel_mm > 0.0) return job.shape_voxel_mm;
  const Json& voxel = job.lattice.at("voxel_mm");
  return std::max({0.05, voxel.is_null() ? 0.1 : 2.0 * voxel.get<double>(), longest_mm / 400.0});
}

Shape make_shape(const LatticeJob& job, const Progress& progress) {
  const std::string& s = job.shape;
  const auto sample = [&](const char* name, const Vec3& half, const auto& distance) {
    const double voxel_mm = shape_voxel_mm(job, 2.0 * half.maxCoeff());
    const double margin = kBeyond_mm + 2.0 * kBand_voxels * voxel_mm;
    const g::Box box{-half - Vec3::Constant(margin), half + Vec3::Constant(margin)};
    return g::LevelSet::from_function(name, g::Frame(), box, voxel_mm, kBand_voxels, distance);
  };
  const auto box_distance = [](const Vec3& p, const Vec3& half) {
    const Vec3 d = p.cwiseAbs() - half;
    return d.cwiseMax(0.0).norm() + std::min(d.maxCoeff(), 0.0);
  };
  if (s.starts_with("box:")) {
    const std::vector<double> l = lengths(s, 4, 3, "box:XxYxZ");
    const Vec3 half = 0.5 * Vec3(l[0], l[1], l[2]), beyond = half + Vec3::Constant(kBeyond_mm);
    return {sample("body", half, [=](const Vec3& p) { return box_distance(p, half); }),
            sample("porous", half, [=](const Vec3& p) { return box_distance(p, beyond); })};
  }
  if (s.starts_with("cylinder:")) {
    const std::vector<double> l = lengths(s, 9, 2, "cylinder:DxH");
    const auto distance = [=](const Vec3& p, double beyond) {
      const double side = p.head<2>().norm() - 0.5 * l[0] - beyond, end = std::abs(p[2]) - 0.5 * l[1] - beyond;
      return std::hypot(std::max(side, 0.0), std::max(end, 0.0)) + std::min(std::max(side, end), 0.0);
    };
    const Vec3 half(0.5 * l[0], 0.5 * l[0], 0.5 * l[1]);
    return {sample("body", half, [=](const Vec3& p) { return distance(p, 0.0); }),
            sample("porous", half, [=](const Vec3& p) { return distance(p, kBeyond_mm); })};
  }
  if (s.starts_with("sphere:")) {
    const double radius = 0.5 * lengths(s, 7, 1, "sphere:D")[0];
    return {sample("body", Vec3::Constant(radius), [=](const Vec3& p) { return p.norm() - radius; }),
            sample("porous", Vec3::Constant(radius), [=](const Vec3& p) { return p.norm() - radius - kBeyond_mm; })};
  }
  const std::string extension = fs::path(s).extension().string();
  if (extension != ".stl" && extension != ".ply")
    fail_input("the shape '{}' is not understood; expected box:XxYxZ, cylinder:DxH, sphere:D (mm), or a closed mesh (.stl, .ply)", s);
  const g::TriangleMesh mesh = extension == ".stl" ? g::read_stl(s) : g::read_ply(s);
  const double voxel_mm = mesh.triangles.empty() ? 0.1 : shape_voxel_mm(job, mesh.bounds().size().maxCoeff());
  const g::LevelSet body = g::level_set_of_mesh("body", mesh, g::Frame(), voxel_mm, kBand_voxels, progress);
  const g::Box box = body.solid_bounds();
  const Vec3 centre = 0.5 * (box.min + box.max), half = 0.5 * box.size() + Vec3::Constant(kBeyond_mm);
  return {body, g::LevelSet::from_function("porous", g::Frame(), box.grown(kBeyond_mm + 2.0 * kBand_voxels * voxel_mm), voxel_mm, kBand_voxels,
                                           [=](const Vec3& p) { return box_distance(p - centre, half); })};
}

lattice::FieldSources sources_of(const LatticeJob& job, const Shape& shape) {
  lattice::FieldSources sources(shape.body);
  add_images(sources, job.lattice, job.base);
  return sources;
}

}  // namespace

Json estimate_lattice_job(const LatticeJob& job) {
  const Shape shape = make_shape(job, Progress());
  const lattice::FillEstimate e = lattice::estimate_fill(shape.body, shape.porous, fill_request(job.lattice), sources_of(job, shape));
  // Without a mesh only some layers, the runs of the search for loose pieces and the level set are held: about 12 bytes per voxel
  // of its band.
  const double band_voxels = 3.0 * e.triangles;
  return {{"cell_size_mm", e.cell_size_mm},
          {"voxel_mm", e.voxel_mm},
          {"voxels", e.voxels},
          {"memory_bytes", job.mesh ? e.memory_bytes : 12.0 * std::min(band_voxels, double(e.voxels)) + 2.0e8},
          {"triangles", e.triangles},
          {"file_bytes", e.stl_bytes}};
}

Json run_lattice_job(const LatticeJob& job, const Progress& progress) {
  const Shape shape = make_shape(job, progress.part(0.0, 0.05));
  const lattice::FillRequest request = fill_request(job.lattice);
  const lattice::FieldSources sources = sources_of(job, shape);
  lattice::FilledPart part;
  g::LevelSet solid;
  if (job.mesh) {
    part = lattice::fill_part(shape.body, shape.porous, request, sources, progress.part(0.05, 0.8));
    solid = g::LevelSet::from_dense("lattice", shape.body.frame(), shape.body.frame().from_patient(part.field.origin_Patient), part.voxel_mm,
                                    part.field.size, part.field.data, 3.0);
    g::write_stl(job.folder / "lattice.stl", part.mesh, "Spongiosa lattice", progress.part(0.8, 0.9));
  } else {
    lattice::FilledLevelSet filled = lattice::fill_level_set(shape.body, shape.porous, request, sources, progress.part(0.05, 0.9));
    part = std::move(filled.part);
    solid = filled.solid;
  }
  progress.report(0.9, "writing the level set");
  g::write_vdb(job.folder / "lattice.vdb", {solid}, Json{{"unit", "mm"}});
  Json results = fill_results(part, job.lattice);
  results["shape"] = job.shape;
  results["active_voxels"] = solid.active_voxels();
  results["notes"] = fill_notes(part);
  results["request"] = job.lattice;
  results["files"] = Json::array();
  write_text_file(job.folder / "islands.csv", islands_table(part));
  for (const std::string name : {"lattice.vdb", "lattice.stl", "islands.csv"}) {
    if (!job.mesh && name == "lattice.stl") continue;
    results["files"].push_back({{"path", name}, {"bytes", fs::file_size(job.folder / name)}, {"sha256", sha256_file(job.folder / name)}});
  }
  write_json(job.folder / "lattice.json", results);
  return results;
}

}  // namespace spongiosa::workflow
