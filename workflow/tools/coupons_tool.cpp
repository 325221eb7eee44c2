#include "workflow/tools/coupons_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "geometry/io/mesh_file.h"
#include "geometry/picture/picture.h"
#include "workflow/engine_resources.h"
#include "workflow/print/as_built.h"
#include "workflow/print/coupons.h"
#include "workflow/print/level_set_grid.h"
#include "workflow/run_record.h"
#include "workflow/tools/lattice_tool.h"

#include <tbb/parallel_for.h>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

struct FilledZone {
  Json manifest, design;  ///< of the fill stage; of the case
  Json found;             ///< the zone as filled
  CouponLattice lattice;
};

FilledZone read_zone(const CouponsJob& job) {
  FilledZone zone;
  const fs::path manifest = job.results / "stages" / "04_fill" / "manifest.json";
  std::error_code ignored;
  if (!fs::exists(manifest, ignored))
    fail_input("'{}' holds no filled lattice (stages/04_fill/manifest.json): run 'spongiosa fill' on the case and name its results folder", job.results.string());
  try {
    zone.manifest = read_json(manifest);
    zone.design = read_json(job.results / kCaseAsRun);
    const Json &filled = zone.manifest.at("results"), &section = zone.design.at("lattice");
    const std::string name = job.zone.empty() ? filled.at("zones").back().at("name").get<std::string>() : job.zone;
    std::vector<std::string> known;
    for (const Json& one : filled.at("zones"))
      if (one.at("content") == "lattice") {
        known.push_back(one.at("name"));
        if (known.back() == name) zone.found = one;
      }
    if (zone.found.is_null()) fail_input("the part has no zone '{}' with a lattice; it has {}", name, known.empty() ? "none" : join(known, ", "));
    zone.lattice.keys = section;
    for (const Json& one : section.at("zones"))
      if (one.at("name") == name) zone.lattice.keys = one;
    zone.lattice.cell_size_mm = zone.found.at("cell_size_mm");
    zone.lattice.porosity_fraction = zone.found.at("porosity_fraction");
    zone.lattice.voxel_mm = filled.at("voxel_mm");
  } catch (const Json::exception& error) {
    fail_input("the results in '{}' are of another version of the program ({}): run the case again", job.results.string(), error.what());
  }
  return zone;
}

/// The zone of a made coupon that is no plate and no grip.
const Json& lattice_of(const Json& made) {
  for (const Json& zone : made.at("zones"))
    if (zone.at("content") == "lattice") return zone;
  fail_computation("a coupon was made without a lattice");
}

Json figures(const PartFigures& f) {
  return {{"porosity_fraction", f.porosity_fraction}, {"mean_pore_chord_mm", f.pore_mm}, {"mean_strut_chord_mm", f.strut_mm}, {"volume_mm3", f.solid_mm3}, {"mass_g", f.mass_g}};
}

/// The coupon standing on the plate, as designed and as it is expected to come out.
void add_expected(Json& entry, const Coupon& coupon, const fs::path& vdb, const MachineProfile& profile, const Progress& progress) {
  const g::LevelSet part = load_level_set(vdb.string(), "");
  const BuildField build = sample_for_build(part, build_axes(Vec3::UnitZ(), Mat3::Identity()), 4.0 * part.voxel_mm(), progress);
  g::FloatImage zone = build.field.like<float>();
  tbb::parallel_for(std::int64_t(0), zone.size[2], [&](std::int64_t k) {
    for (std::int64_t j = 0; j < zone.size[1]; ++j)
      for (std::int64_t i = 0; i < zone.size[0]; ++i)
        zone.at(i, j, k) = float(coupon.distance_to_lattice_mm(build.to_file(zone.to_patient(Vec3(double(i), double(j), double(k))))));
  });
  const double density = profile.density_g_cm3.value;
  entry["nominal"] = figures(part_figures(build.field, zone, density));
  entry["expected"] = figures(part_figures(grown(build.field, build.distance, Growth(profile), 1.0), zone, density));
}

g::Picture picture_of(const fs::path& stl) {
  const g::TriangleMesh mesh = g::read_stl(stl);
  g::SceneMesh part;
  part.mesh = &mesh;
  g::View view;
  view.look_direction = Vec3(-0.6, 0.62, -0.42).normalized();
  return g::render({part}, view).picture;
}

}  // namespace

Json run_coupons_job(const CouponsJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress) {
  const MachineProfile profile = load_machine_profile(job.profile);
  const FilledZone zone = read_zone(job);
  if (job.kinds.empty()) fail_usage("no kind of coupon is named; expected compression, tension or shear");
  std::vector<Coupon> coupons;
  for (const std::string& kind : job.kinds) coupons.push_back(make_coupon(coupon_kind(kind), zone.lattice, profile, job.cells_across));
  std::vector<LatticeJob> jobs;
  for (const Coupon& coupon : coupons) {
    LatticeJob one;
    one.shape = coupon.shape;
    one.lattice = coupon.lattice;
    one.folder = job.out / coupon.name;
    one.mesh = true;
    const Json need = estimate_lattice_job(one);
    const double voxels = need.at("voxels").get<double>(), bytes = std::max(need.at("memory_bytes").get<double>(), kBuildFieldBytes * voxels);
    announce(fmt::format("{}: {:.1f} x {:.1f} x {:.1f} mm, {:.1f} million voxels, {} of memory", coupon.name, coupon.size_mm[0], coupon.size_mm[1], coupon.size_mm[2],
                         1e-6 * voxels, human_bytes(bytes)));
    if (bytes > available_memory_bytes())
      fail_computation("the {} coupon needs about {}, and {} are free: ask for fewer cells", coupon.name, human_bytes(bytes), human_bytes(available_memory_bytes()));
    jobs.push_back(std::move(one));
  }
  Json document = {{"format", "spongiosa-coupons"},
                   {"version", 1},
                   {"case_id", zone.design.at("case_id")},
                   {"fill_manifest_sha256", zone.manifest.at("sha256")},
                   {"zone", zone.found.at("name")},
                   {"profile", profile.name},
                   {"cell", zone.lattice.keys.at("cell")},
                   {"cell_size_mm", zone.lattice.cell_size_mm},
                   {"porosity_fraction", zone.lattice.porosity_fraction},
                   {"left_out", left_out_of_coupons(zone.lattice.keys)},
                   {"coupons", Json::array()}};
  make_writable_folder(job.out);
  for (std::size_t n = 0; n < coupons.size(); ++n) {
    const Coupon& coupon = coupons[n];
    const Progress own = progress.part(double(n) / double(coupons.size()), double(n + 1) / double(coupons.size()));
    make_writable_folder(jobs[n].folder);
    const Json made = run_lattice_job(jobs[n], own.part(0.0, 0.6));
    Json entry = {{"name", coupon.name},
                  {"basis", coupon.basis},
                  {"size_mm", {coupon.size_mm[0], coupon.size_mm[1], coupon.size_mm[2]}},
                  {"lattice_height_mm", coupon.lattice_height_mm},
                  {"section_mm2", coupon.section_mm2},
                  {"folder", coupon.name},
                  {"files", made.at("files")},
                  {"porosity_fraction", lattice_of(made).at("porosity_fraction")},
                  {"islands_removed", made.at("islands").at("count")}};
    add_expected(entry, coupon, jobs[n].folder / "lattice.vdb", profile, own.part(0.6, 0.9));
    own.report(0.9, "drawing the " + coupon.name + " coupon");
    g::write_png(jobs[n].folder / "coupon.png", picture_of(jobs[n].folder / "lattice.stl"));
    document["coupons"].push_back(std::move(entry));
  }
  write_json(job.out / "coupons.json", document);
  return document;
}

}  // namespace spongiosa::workflow
