#include "workflow/tools/submodel_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "fea/homogenize/homogenize.h"
#include "fea/material/fatigue_strength.h"
#include "fea/micro/driven_box.h"
#include "fea/micro/hot_spots.h"
#include "fea/micro/stress_statistics.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/solid_share.h"
#include "workflow/engine_resources.h"
#include "workflow/level_set_shares.h"
#include "workflow/tools/microfe_input.h"
#include "workflow/tools/microfe_picture.h"
#include "workflow/tools/submodel_input.h"
#include "workflow/tools/stress_json.h"

#include <cmath>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;
namespace micro = fea::micro;

namespace {

constexpr double kCellsCounted = 2.0, kCellsOfMargin = 1.0;
constexpr double kVoxelsPerCell = 32.0;  ///< coarser ones are too stiff by 5 % or more and miss a fifth of the stress (docs/07)
constexpr double kMostVoxelsPerCell = 96.0;
constexpr double kBytesPerUnknown = 125.0;  ///< as microfe
constexpr double kReach = 0.75;             ///< of a voxel: nodes so far from a face are on it

/// The cube that counts and the margin around it, in voxels.
struct Region {
  Vec3 centre_Frame;
  double voxel_mm;
  std::int64_t inner, margin;  ///< voxels

  std::int64_t whole() const { return inner + 2 * margin; }
  Vec3 first_mm() const { return centre_Frame - Vec3::Constant(0.5 * voxel_mm * double(whole())); }
  Region with_margin(std::int64_t other) const { return {centre_Frame, voxel_mm, inner, other}; }
  bool counts(const Index3& voxel) const {
    for (const std::int64_t v : voxel)
      if (v < margin || v >= margin + inner) return false;
    return true;
  }
};

Region region_of(const SubmodelJob& job, const SolvedCase& input) {
  for (const auto& [option, value] : {std::pair{"--size-mm", job.size_mm}, {"--margin-mm", job.margin_mm}, {"--voxel-mm", job.voxel_mm}})
    if (value < 0.0 || !std::isfinite(value)) fail_usage("{} is {}; expected a number above 0", option, value);
  Region region;
  region.voxel_mm = job.voxel_mm > 0.0 ? job.voxel_mm : std::min(input.solid.voxel_mm(), input.cell_size_mm / kVoxelsPerCell);
  if (job.centre_mm) {
    region.centre_Frame = input.frame.from_patient(*job.centre_mm);
  } else {
    const Json& p = input.load_case.at("strut_von_mises_position_mm");
    region.centre_Frame = Vec3(p[0].get<double>(), p[1].get<double>(), p[2].get<double>());
  }
  const auto voxels = [&](double given_mm, double cells) {
    return std::max<std::int64_t>(2, std::llround((given_mm > 0.0 ? given_mm : cells * input.cell_size_mm) / region.voxel_mm));
  };
  region.inner = voxels(job.size_mm, kCellsCounted);
  region.margin = voxels(job.margin_mm, kCellsOfMargin);
  const double cube = std::pow(double(region.whole()), 3), have = available_memory_bytes();
  if (8.0 * cube > have)
    fail_computation("a region of {:.3g} mm with a margin of {:.3g} mm is {:.3g} voxels of {:g} mm: they need {} of memory before anything is solved, {} "
                     "are free: ask for a smaller region or larger voxels",
                     double(region.inner) * region.voxel_mm, double(region.margin) * region.voxel_mm, cube, region.voxel_mm, human_bytes(8.0 * cube),
                     human_bytes(have));
  return region;
}

g::FloatImage shares_of(const SolvedCase& input, const Region& region, const Progress& progress) {
  VoxelBox box;
  box.first_mm = region.first_mm();
  box.voxel_mm = region.voxel_mm;
  box.size = {region.whole(), region.whole(), region.whole()};
  g::FloatImage image;
  image.size = box.size;
  image.spacing_mm = Vec3::Constant(region.voxel_mm);
  image.direction = input.frame.axes_Patient;
  image.origin_Patient = input.frame.to_patient(box.first_mm + Vec3::Constant(0.5 * region.voxel_mm));
  image.data = solid_shares(input.solid, box, progress);
  return image;
}

struct Solved {
  micro::DrivenBox box;
  micro::StressStatistics stress;  ///< MPa, in the cube that counts alone
  std::int64_t contact_nodes = 0;
};

Solved solve(const SolvedCase& input, const Region& region, const std::vector<float>& share, double e_mpa, double nu, double tolerance,
             const Progress& progress) {
  const micro::VoxelBlocks model({{region.whole(), region.whole(), region.whole()}}, share, kSmallestShare);
  const double need = kBytesPerUnknown * double(model.unknown_count()), have = available_memory_bytes();
  if (need > have)
    fail_computation("{:.1f} million unknowns need about {} of memory, {} are free: ask for a smaller region or larger voxels than {:g} mm",
                     1e-6 * double(model.unknown_count()), human_bytes(need), human_bytes(have), region.voxel_mm);
  const double h = region.voxel_mm;
  std::int64_t contact = 0;
  const auto driven = [&](const Index3& node, bool on_face) -> std::optional<Vec3> {
    const Vec3 p = region.first_mm() + h * Vec3(double(node[0]), double(node[1]), double(node[2]));
    if (!on_face) {
      if (!input.touches_bone(p, kReach * h)) return std::nullopt;
      ++contact;
    }
    const auto here = input.displacement.at(input.frame.to_patient(p));
    return here ? std::optional<Vec3>(here->displacement_mm / h) : std::nullopt;
  };
  Solved solved{micro::solve_driven_box(model, nu, driven, {tolerance, 300}, progress.part(0.0, 0.8)), {}, 0};
  solved.contact_nodes = contact;
  progress.report(0.8, "stresses");
  const micro::VoxelBlocks& kept = solved.box.model;
  solved.stress = micro::stress_statistics({kept, nu, solved.box.displacement}, e_mpa,
                                           [&](const Index3& voxel, std::int64_t) { return region.counts(voxel); });
  return solved;
}

Json vector_json(const Vec3& v) { return {v[0], v[1], v[2]}; }
Json voigt_json(const Vec6& v) { return {v[0], v[1], v[2], v[3], v[4], v[5]}; }

/// Of the cube that counts: mean strain of the continuum model (Voigt), and shares of its volume in the implant and in its porous zone.
struct Surroundings {
  Vec6 strain = Vec6::Zero();
  double strain_share = 0.0, in_body = 0.0, in_porous = 0.0;
};
Surroundings look_around(const SolvedCase& input, const Region& region) {
  constexpr int kSamples = 12;
  Surroundings found;
  const double inner_mm = double(region.inner) * region.voxel_mm, weight = 1.0 / std::pow(kSamples, 3);
  for (int s = 0; s < kSamples * kSamples * kSamples; ++s) {
    const Vec3 t((s % kSamples + 0.5) / kSamples, (s / kSamples % kSamples + 0.5) / kSamples, (s / (kSamples * kSamples) + 0.5) / kSamples);
    const Vec3 p = region.centre_Frame + inner_mm * (t - Vec3::Constant(0.5));
    const bool in_body = input.body.value(p) < 0.0;
    found.in_body += in_body ? weight : 0.0;
    found.in_porous += in_body && input.porous.value(p) < 0.0 ? weight : 0.0;
    if (const auto here = input.displacement.at(input.frame.to_patient(p))) {
      found.strain += here->strain;
      found.strain_share += weight;
    }
  }
  if (found.strain_share > 0.0) found.strain *= weight / found.strain_share;
  return found;
}

/// The highest strut stress as a rule lies against the bone, where half the cube would be empty: it is moved along z towards the implant's
/// middle, by less than half its edge, as far as more of it comes to lie in the implant. The place found stays in it.
Region moved_inside(const SolvedCase& input, const Region& region) {
  const double inner_mm = double(region.inner) * region.voxel_mm, towards = region.centre_Frame.z() > 0.0 ? -1.0 : 1.0;
  Region best = region;
  double most = look_around(input, region).in_body;
  for (int step = 1; step <= 9; ++step) {
    Region moved = region;
    moved.centre_Frame.z() += towards * 0.05 * inner_mm * double(step);
    const double in_body = look_around(input, moved).in_body;
    if (in_body > most + 0.005) best = moved, most = in_body;
  }
  return best;
}

Mat6 matrix_of(const Json& rows) {
  Mat6 m;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) m(i, j) = rows[std::size_t(i)][std::size_t(j)].get<double>();
  return m;
}

/// The effective stiffness of the core's cell in voxels of the sub-model's size and, as there, with all shares above kSmallestShare: it differs from
/// the mean stress by what the strain varies and by the driven faces, not by the voxels. Of cells of more than kMostVoxelsPerCell, that of so many.
Json at_these_voxels(const SolvedCase& input, const Region& region, double e_mpa, double nu, const Vec6& strain, const Vec6& mean_mpa, const Progress& progress) {
  const double per_cell = std::min(kMostVoxelsPerCell, input.cell_size_mm / region.voxel_mm);
  const double density = input.solved.at("porous_zones")[0].at("solid_fractions")[0].get<double>();
  const Vec3 aspect = input.plain_core->info().aspect;
  fea::PeriodicCell cell;
  for (int a = 0; a < 3; ++a) cell.size[std::size_t(a)] = std::max<std::int64_t>(4, std::llround(per_cell * aspect[a]));
  cell.solid_share = lattice::solid_share(*input.plain_core, lattice::level_for_density(*input.plain_core, density), cell.size);
  cell.youngs_modulus_mpa = e_mpa;
  cell.poisson_ratio = nu;
  cell.void_share = kSmallestShare;
  const Vec6 stress = fea::homogenize(cell, progress).stiffness_mpa * strain;
  return {{"voxels_per_cell", cell.size[0]}, {"homogenised_stress_mpa", voigt_json(stress)}, {"mean_stress_difference_fraction", (mean_mpa - stress).norm() / stress.norm()}};
}

Vec6 mean_stress_mpa(const Solved& solved, const Region& region, double e_mpa, double nu) {
  const std::int64_t first = region.margin, last = region.margin + region.inner - 1;
  return e_mpa * micro::mean_stress(solved.box, nu, {first, first, first}, {last, last, last});
}

}  // namespace

Json run_submodel_job(const SubmodelJob& job, const Progress& progress) {
  const fea::FatigueStrength& fatigue = fea::find_fatigue_strength(job.surface);
  const SolvedCase input = read_solved_case(job);
  const Region region = job.centre_mm ? region_of(job, input) : moved_inside(input, region_of(job, input));
  if (!job.folder.empty()) make_writable_folder(job.folder);
  const Json& metal = input.solved.at("materials").at("implant");
  const double e = metal.at("youngs_modulus_mpa").get<double>(), nu = metal.at("poisson_ratio").get<double>(),
               yield = metal.at("yield_stress_mpa").get<double>();

  const Surroundings around = look_around(input, region);
  if (around.in_body == 0.0) {
    const Vec3 p = input.frame.to_patient(region.centre_Frame);
    fail_input("the region of {:.3g} mm around ({:.2f}, {:.2f}, {:.2f}) mm lies outside of the implant; give --centre-mm in the patient's coordinates (LPS)",
               double(region.inner) * region.voxel_mm, p[0], p[1], p[2]);
  }
  g::FloatImage share = shares_of(input, region, progress.part(0.0, 0.1));
  const Solved solved = solve(input, region, share.data, e, nu, job.tolerance, progress.part(0.1, 0.65));
  const fea::StressHistogram &volume = solved.stress.volume, &surface = solved.stress.surface;
  if (!(volume.percentile(0.999) > 0.0)) fail_input("the region holds no lattice that carries load; move it or make it larger");
  const Vec6 mean_mpa = mean_stress_mpa(solved, region, e, nu);

  // Half the margin: what the driven faces do to the result.
  const Region narrow = region.with_margin(std::max<std::int64_t>(1, region.margin / 2));
  const std::int64_t cut = region.margin - narrow.margin, last = region.whole() - 1 - cut;
  const Solved nearer = solve(input, narrow, g::crop(share, {cut, cut, cut}, {last, last, last}).data, e, nu, job.tolerance, progress.part(0.65, 0.9));
  const fea::StressHistogram& with_half = nearer.stress.volume;
  const Vec6 half_mean_mpa = mean_stress_mpa(nearer, narrow, e, nu);

  const double h = region.voxel_mm;
  const auto place_mm = [&](const Vec3& voxels) { return share.to_patient(voxels - Vec3::Constant(0.5)); };
  std::vector<float> counted = solved.stress.middle;
  for (const micro::VoxelBlock& block : solved.box.model.blocks())
    solved.box.model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      if (!region.counts(voxel)) counted[std::size_t(index)] = 0.0f;
    });
  std::vector<micro::HotSpot> spots = micro::find_hot_spots(solved.box.model, counted, volume.percentile(0.999));
  const std::size_t found = spots.size();
  spots.resize(std::min<std::size_t>(found, std::size_t(std::max(0, job.hot_spots))));

  const micro::DrivenBox& box = solved.box;
  Json document = {
      {"format", "spongiosa-submodel"},
      {"version", 1},
      {"load_case", {{"name", job.load_case}, {"force_n", input.load_case.at("force_n")}, {"moment_nmm", input.load_case.at("moment_nmm")}}},
      {"region", {{"centre_mm", vector_json(input.frame.to_patient(region.centre_Frame))},
                  {"size_mm", double(region.inner) * h},
                  {"margin_mm", double(region.margin) * h},
                  {"voxel_mm", h},
                  {"cell_size_mm", input.cell_size_mm},
                  {"inside_implant_fraction", around.in_body},
                  {"inside_porous_zone_fraction", around.in_porous}}},
      {"unknowns", box.model.unknown_count()},
      {"iterations", box.solve.iterations},
      {"relative_residual", box.solve.relative_residual},
      {"driven_nodes", {{"faces", box.driven_nodes - solved.contact_nodes}, {"bone_contact", solved.contact_nodes}, {"faces_left_free", box.free_face_nodes}}},
      {"removed_pieces", box.removed_pieces},
      {"removed_solid_fraction", box.removed_solid_fraction},
      {"material", metal},
      {"fatigue_strength", {{"name", fatigue.name}, {"label", fatigue.label}, {"strength_mpa", fatigue.strength_mpa}, {"source", fatigue.source},
                            {"status", fea::to_string(fatigue.status)}}},
      {"stress_measure", "von Mises by patch recovery in the middle of each voxel's solid, in the cube of size_mm alone; mean stress over the whole cube, "
                         "void without stress; tensors xx yy zz yz xz xy along the implant's axes, engineering shear"},
      {"mean_stress_mpa", voigt_json(mean_mpa)},
      {"von_mises_mpa", {{"by_volume", percentiles_json(volume)}, {"by_surface_area", percentiles_json(surface)}}},
      {"yield_factor", yield / volume.percentile(0.999)},
      {"fatigue_factor", fatigue.strength_mpa / volume.percentile(0.999)}};
  Json continuum = {{"mean_strain", voigt_json(around.strain)}};
  if (!job.centre_mm) continuum["strut_von_mises_p99_mpa"] = input.load_case.at("strut_von_mises_p99_mpa");
  if (input.plain_core && around.in_porous > 0.999) {
    const Vec6 stress = matrix_of(input.solved.at("homogenized_cell").at("stiffness_mpa")) * around.strain;
    continuum["homogenised_stress_mpa"] = voigt_json(stress);
    continuum["mean_stress_difference_fraction"] = (mean_mpa - stress).norm() / stress.norm();
    continuum["at_these_voxels"] = at_these_voxels(input, region, e, nu, around.strain, mean_mpa, progress.part(0.9, 0.92));
  }
  document["continuum"] = continuum;
  document["half_margin"] = {{"margin_mm", double(narrow.margin) * h},
                             {"von_mises_mpa", percentiles_json(with_half)},
                             {"p99_change_fraction", with_half.percentile(0.99) / volume.percentile(0.99) - 1.0},
                             {"p99_9_change_fraction", with_half.percentile(0.999) / volume.percentile(0.999) - 1.0},
                             {"mean_stress_change_fraction", (half_mean_mpa - mean_mpa).norm() / mean_mpa.norm()}};
  document["hot_spots_found"] = found;
  document["hot_spots"] = Json::array();
  std::string table = "spot,x_mm,y_mm,z_mm,mean_mpa,peak_mpa,volume_mm3,yield_factor,fatigue_factor\n";
  for (std::size_t s = 0; s < spots.size(); ++s) {
    const micro::HotSpot& spot = spots[s];
    const Vec3 p = place_mm(spot.centre);
    document["hot_spots"].push_back({{"position_mm", vector_json(p)}, {"mean_mpa", spot.mean}, {"peak_mpa", spot.peak},
                                     {"volume_mm3", spot.volume * h * h * h}, {"yield_factor", yield / spot.mean},
                                     {"fatigue_factor", fatigue.strength_mpa / spot.mean}});
    table += fmt::format("{},{:.4f},{:.4f},{:.4f},{:.3f},{:.3f},{:.6f},{:.4f},{:.4f}\n", s + 1, p[0], p[1], p[2], spot.mean, spot.peak,
                         spot.volume * h * h * h, yield / spot.mean, fatigue.strength_mpa / spot.mean);
  }
  if (!job.folder.empty()) {
    g::write_png(job.folder / "von_mises.png", stress_picture(share, box.model, counted, volume.percentile(0.999), spots, progress.part(0.92, 1.0)));
    document["picture"] = "von_mises.png";
    write_text_file(job.folder / "hot_spots.csv", table);
    write_json(job.folder / "submodel.json", document);
  }
  progress.report(1.0, "done");
  return document;
}

}  // namespace spongiosa::workflow
