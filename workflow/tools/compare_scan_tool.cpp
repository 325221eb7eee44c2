#include "workflow/tools/compare_scan_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "geometry/picture/picture.h"
#include "geometry/levelset/mesh_level_set.h"
#include "geometry/surface/marching_cubes.h"
#include "workflow/print/as_built.h"
#include "workflow/print/part_file.h"
#include "workflow/print/registration.h"

#include <tbb/parallel_for.h>

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

constexpr std::size_t kPoints = 20000;  ///< of the scan's surface that are laid over the design

g::TriangleMesh load_scan(const CompareScanJob& job, const Progress& progress) {
  if (g::is_mesh_file(job.scan)) {
    if (job.threshold) fail_input("--threshold is for images; '{}' is a mesh", job.scan.string());
    return g::read_mesh(job.scan);
  }
  if (!job.threshold) fail_input("'{}' is an image: say with --threshold above which value it is metal", job.scan.string());
  g::FloatImage image = g::read_float_image(job.scan);
  for (float& v : image.data) v = float(*job.threshold) - v;
  const g::TriangleMesh mesh = g::extract_surface(image, progress);
  if (mesh.triangles.empty()) fail_input("'{}' has no value above {}: nothing is metal", job.scan.string(), *job.threshold);
  return mesh;
}

/// Every n-th vertex.
std::vector<Vec3> spread_points(const g::TriangleMesh& mesh) {
  const std::size_t every = std::max<std::size_t>(1, mesh.vertices.size() / kPoints);
  std::vector<Vec3> points;
  for (std::size_t n = 0; n < mesh.vertices.size(); n += every) points.push_back(mesh.vertices[n].cast<double>());
  return points;
}

std::vector<double> distances(const BuildField& field, const g::TriangleMesh& mesh) {
  std::vector<double> result(mesh.vertices.size());
  tbb::parallel_for(std::size_t(0), result.size(), [&](std::size_t n) { result[n] = design_distance_mm(field, mesh.vertices[n].cast<double>()); });
  return result;
}

/// Weight of each vertex: a third of the area around it.
std::vector<double> vertex_areas(const g::TriangleMesh& mesh) {
  std::vector<double> area(mesh.vertices.size(), 0.0);
  for (const auto& t : mesh.triangles) {
    const Vec3 a = mesh.vertices[t[0]].cast<double>(), b = mesh.vertices[t[1]].cast<double>(), c = mesh.vertices[t[2]].cast<double>();
    for (const std::uint32_t v : t) area[v] += (b - a).cross(c - a).norm() / 6.0;
  }
  return area;
}

struct Spread {
  double mean = 0.0, rms = 0.0, p5 = 0.0, median = 0.0, p95 = 0.0, least = 0.0, most = 0.0, beyond = 0.0;
  std::size_t most_at = 0;
};

Spread spread_of(const std::vector<double>& values, const std::vector<double>& weights, double tolerance) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
  Spread s;
  double total = 0.0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    total += weights[n];
    s.mean += weights[n] * values[n];
    s.rms += weights[n] * values[n] * values[n];
    if (std::abs(values[n]) > tolerance) s.beyond += weights[n];
  }
  s.mean /= total;
  s.rms = std::sqrt(s.rms / total);
  s.beyond /= total;
  double sum = 0.0;
  for (const std::size_t n : order) {
    if (sum <= 0.05 * total) s.p5 = values[n];
    if (sum <= 0.50 * total) s.median = values[n];
    if (sum <= 0.95 * total) s.p95 = values[n];
    sum += weights[n];
  }
  s.least = values[order.front()];
  s.most = values[order.back()];
  s.most_at = order.back();
  return s;
}

g::Picture deviation_picture(const g::TriangleMesh& mesh, const std::vector<double>& deviation, double limit_mm) {
  g::SceneMesh part;
  part.mesh = &mesh;
  part.vertex_colours.resize(mesh.vertices.size());
  for (std::size_t n = 0; n < deviation.size(); ++n) part.vertex_colours[n] = g::coolwarm(0.5 + 0.5 * deviation[n] / limit_mm);
  g::View view;
  view.look_direction = Vec3(-0.5, 0.68, -0.54).normalized();
  return g::render({part}, view).picture;
}

Json figures(const PartFigures& f) {
  return {{"porosity_fraction", f.porosity_fraction}, {"mean_pore_chord_mm", f.pore_mm}, {"mean_strut_chord_mm", f.strut_mm}, {"volume_mm3", f.solid_mm3}, {"mass_g", f.mass_g}};
}

Json point(const Vec3& p) { return {p[0], p[1], p[2]}; }

}  // namespace

Json run_compare_scan_job(const CompareScanJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  if (!(job.tolerance_mm > 0.0)) fail_input("--tolerance-mm is {}; expected a length above 0", job.tolerance_mm);
  const MachineProfile profile = load_machine_profile(job.profile);
  progress.report(0.0, "reading design and scan");
  const PartFile design(job.design, job.grid);
  const double voxel_mm = design.is_mesh() ? job.voxel_mm.value_or(0.25 * profile.min_strut_mm.value) : design.level_set().voxel_mm();
  g::TriangleMesh scan = load_scan(job, progress.part(0.0, 0.1));
  const Mat3 axes = build_axes(design.frame().col(2), design.frame());
  // Room for material beyond the design.
  const BuildField build = design.sample(voxel_mm, axes, 10.0 * voxel_mm, progress.part(0.1, 0.3));
  announce(fmt::format("{} x {} x {} samples of {:.4g} mm; {} triangles in the scan", build.field.size[0], build.field.size[1], build.field.size[2], voxel_mm,
                       scan.triangles.size()));
  for (Vec3f& v : scan.vertices) v = (axes.transpose() * v.cast<double>()).cast<float>();
  const Registration laid = register_scan(build, spread_points(scan), job.any_orientation, progress.part(0.3, 0.5));
  for (Vec3f& v : scan.vertices) v = laid.apply(v.cast<double>()).cast<float>();

  const std::vector<double> deviation = distances(build, scan);
  const Spread off = spread_of(deviation, vertex_areas(scan), job.tolerance_mm);
  progress.report(0.55, "sampling the scan on the design's grid");
  // The scan's own field on the design's grid; what reaches beyond the grid is more than ten voxels off.
  BuildField realised = build;
  const g::LevelSet scan_set = g::level_set_of_mesh("scan", scan, g::Frame(), voxel_mm, 4.0, progress.part(0.55, 0.65));
  scan_set.sample_grid(build.field.origin_Patient, voxel_mm, build.field.size, realised.field.data.data());
  realised.distance = lattice::surface_distance(realised.field, progress.part(0.65, 0.75));
  const g::TriangleMesh designed = g::extract_surface(build.field, progress.part(0.75, 0.8));
  std::vector<double> missing = distances(realised, designed);
  const Spread gap = spread_of(missing, vertex_areas(designed), job.tolerance_mm);

  const PrintZone zone = design.zone(build);
  const double density = profile.density_g_cm3.value;
  Json rotation = Json::array();
  const Mat3 whole = axes * laid.rotation * axes.transpose();
  for (int r = 0; r < 3; ++r) rotation.push_back({whole(r, 0), whole(r, 1), whole(r, 2)});
  const auto named = [](const fs::path& file) { return Json{{"file", file.filename().string()}, {"sha256", sha256_file(file)}}; };
  Json document = {{"format", "spongiosa-compare-scan"},
                   {"version", 1},
                   {"design", named(job.design)},
                   {"scan", named(job.scan)},
                   {"profile", profile.name},
                   {"voxel_mm", voxel_mm},
                   {"registration", {{"rotation", rotation}, {"shift_mm", point(axes * laid.shift_mm)}, {"rms_mm", laid.rms_mm}}},
                   {"deviation",
                    {{"mean_mm", off.mean},
                     {"rms_mm", off.rms},
                     {"p5_mm", off.p5},
                     {"median_mm", off.median},
                     {"p95_mm", off.p95},
                     {"least_mm", off.least},
                     {"most_mm", off.most},
                     {"most_place_mm", point(axes * scan.vertices[off.most_at].cast<double>())},
                     {"tolerance_mm", job.tolerance_mm},
                     {"beyond_tolerance_fraction", off.beyond}}},
                   {"missing", {{"p95_mm", gap.p95}, {"most_mm", gap.most}, {"place_mm", point(axes * designed.vertices[gap.most_at].cast<double>())}}},
                   {"figures",
                    {{"zone", zone.name},
                     {"nominal", figures(part_figures(build.field, zone.inside, density))},
                     {"expected", figures(part_figures(grown(build.field, build.distance, Growth(profile), 1.0), zone.inside, density))},
                     {"realised", figures(part_figures(realised.field, zone.inside, density))}}}};
  if (!job.out.empty()) {
    progress.report(0.95, "drawing the deviations");
    make_writable_folder(job.out);
    const double limit_mm = std::max(job.tolerance_mm, std::max(std::abs(off.p5), std::abs(off.p95)));
    g::write_png(job.out / "deviation.png", deviation_picture(scan, deviation, limit_mm));
    document["picture"] = {{"file", "deviation.png"}, {"colours", "blue less, red more material"}, {"ends_mm", {-limit_mm, limit_mm}}};
    write_json(job.out / "compare-scan.json", document);
  }
  return document;
}

}  // namespace spongiosa::workflow
