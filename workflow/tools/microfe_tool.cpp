#include "workflow/tools/microfe_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "fea/material/fatigue_strength.h"
#include "fea/micro/hot_spots.h"
#include "fea/micro/platen_test.h"
#include "fea/micro/stress_recovery.h"
#include "fea/micro/voxel_islands.h"
#include "fea/results/percentiles.h"
#include "workflow/engine_resources.h"
#include "workflow/tools/microfe_input.h"
#include "workflow/tools/microfe_picture.h"

#include <cmath>
#include <numbers>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace micro = fea::micro;

namespace {

constexpr double kLooseShare = 1e-4;       ///< of the solid: pieces of voxels, not of the part
constexpr double kBytesPerUnknown = 125.0; ///< vectors, coarse levels and stresses of a 30 % gyroid (docs/decisions/0006), with a margin
constexpr double kPlatenZone = 0.05;       ///< of the height at each end: stresses there are those of the clamp
constexpr std::int64_t kPlatenZoneVoxels = 2;

struct Metal {
  std::string name;
  double youngs_modulus_mpa, poisson_ratio, yield_stress_mpa;
  std::string source;
};
Metal metal_of(const MicrofeJob& job) {
  const fea::IsotropicMaterial& known = fea::find_implant_material(job.material);
  Metal metal{known.name, known.youngs_modulus_mpa, known.poisson_ratio, known.yield_stress_mpa,
              known.source + "; yield: " + known.yield_source + " (" + fea::to_string(known.yield_status) + ")"};
  const auto given = [&](double value, double& target) {
    target = value;
    metal.source = "command line; what is not given there: " + known.source;
  };
  if (job.youngs_modulus_mpa != 0.0) given(job.youngs_modulus_mpa, metal.youngs_modulus_mpa);
  if (job.poisson_ratio != -1.0) given(job.poisson_ratio, metal.poisson_ratio);
  if (job.yield_stress_mpa != 0.0) given(job.yield_stress_mpa, metal.yield_stress_mpa);
  fea::isotropic_stiffness(metal.youngs_modulus_mpa, metal.poisson_ratio);  // refuses what makes no sense
  if (!(metal.yield_stress_mpa > 0.0)) fail_usage("--yield-mpa is {}; expected a number above 0", metal.yield_stress_mpa);
  return metal;
}

micro::PlatenMotion motion_of(const std::string& name) {
  std::vector<std::string> known;
  for (const auto motion : {micro::PlatenMotion::kCompression, micro::PlatenMotion::kShearX, micro::PlatenMotion::kShearY, micro::PlatenMotion::kTorsion}) {
    if (name == to_string(motion)) return motion;
    known.push_back(to_string(motion));
  }
  fail_usage("unknown load '{}'; known are {}", name, join(known, ", "));
}

/// The solid that is solved, and what was left out of it.
micro::LargestPiece one_piece(const micro::VoxelBlocks& all, const MicrofeJob& job) {
  micro::LargestPiece piece = micro::largest_piece(all, micro::Islands::kRemove);
  if (piece.removed_solid_fraction > kLooseShare && !job.remove_islands) micro::largest_piece(all, micro::Islands::kRefuse);
  return piece;
}

/// Weights without the zones next to the platens.
std::vector<float> away_from_platens(const micro::VoxelBlocks& model, std::vector<float> weights, std::int64_t zone) {
  for (const micro::VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      if (voxel[2] < zone || voxel[2] >= model.grid().size[2] - zone) weights[std::size_t(index)] = 0.0f;
    });
  return weights;
}

Json percentiles_json(const fea::StressPercentiles& p) {
  return {{"p50", p.p50}, {"p95", p.p95}, {"p99", p.p99}, {"p99_9", p.p999}, {"peak", p.peak}};
}
Json vector_json(const Vec3& v) { return {v[0], v[1], v[2]}; }

struct Part {
  const PartVoxels& voxels;
  const micro::VoxelBlocks& model;
  const Metal& metal;
  const fea::FatigueStrength& fatigue;
  double edge_mm, height_mm;
  std::int64_t zone;
  std::vector<float> volume;  ///< weights of percentiles

  Vec3 place_mm(const Vec3& voxel_edges) const { return voxels.share.to_patient(voxel_edges - Vec3::Constant(0.5)); }
};

/// What one load does to the part. Adds the table rows of its hot spots.
Json load_json(const Part& part, const MicrofeJob& job, const MicrofeLoad& load, micro::PlatenTest& test, std::string& table, const Progress& progress) {
  const micro::PlatenMotion motion = motion_of(load.motion);
  micro::NodalVector<double> displacement;
  const micro::PlatenResult result = test.run(motion, displacement, {job.tolerance, 300}, progress.part(0.0, 0.8));
  const bool torsion = motion == micro::PlatenMotion::kTorsion;
  const double e = part.metal.youngs_modulus_mpa, h = part.edge_mm;
  const double stiffness = result.stiffness * e * (torsion ? h * h * h : h);  // N mm per radian, N per mm
  if (!(stiffness > 0.0)) fail_computation("the part has no stiffness against {}", load.motion);
  const double motion_amount = load.value != 0.0 ? load.value / stiffness : torsion ? std::numbers::pi / 180.0 : 0.01 * part.height_mm;  // mm or radian
  // Stress for unit modulus and displacements in edges, to MPa at this motion.
  const double to_mpa = std::abs(torsion ? motion_amount * e : motion_amount / h * e);

  progress.report(0.8, "stresses");
  micro::VoxelStress stress = micro::voxel_stress(part.model, part.metal.poisson_ratio, displacement, micro::Recovery::kLinear);
  for (std::vector<float>* values : {&stress.von_mises, &stress.surface_von_mises})
    for (float& s : *values) s = float(to_mpa * double(s));
  const fea::StressPercentiles volume = fea::stress_percentiles(stress.von_mises, part.volume);
  const fea::StressPercentiles surface = 
      fea::stress_percentiles(stress.surface_von_mises, away_from_platens(part.model, std::move(stress.surface_area), part.zone));
  std::vector<float> candidates = stress.von_mises;
  for (std::size_t v = 0; v < candidates.size(); ++v)
    if (part.volume[v] == 0.0f) candidates[v] = 0.0f;
  std::vector<micro::HotSpot> spots = micro::find_hot_spots(part.model, candidates, std::max(volume.p999, 1e-30));
  const std::size_t found = spots.size();
  spots.resize(std::min<std::size_t>(spots.size(), std::size_t(std::max(0, job.hot_spots))));

  Json document = {{"load", load.motion},
                   {"stiffness", stiffness},
                   {"stiffness_unit", torsion ? "N mm per radian" : "N/mm"},
                   {torsion ? "moment_nmm" : "force_n", stiffness * motion_amount},
                   {torsion ? "rotation_deg" : "displacement_mm", torsion ? motion_amount * 180.0 / std::numbers::pi : motion_amount},
                   {"iterations", result.solve.iterations},
                   {"relative_residual", result.solve.relative_residual},
                   {"balance_error", result.balance_error}};
  if (motion == micro::PlatenMotion::kCompression)
    document["apparent_modulus_mpa"] = stiffness * part.height_mm / (h * h * double(part.model.grid().size[0] * part.model.grid().size[1]));
  document["von_mises_mpa"] = {{"by_volume", percentiles_json(volume)}, {"by_surface_area", percentiles_json(surface)}};
  document["yield_factor"] = part.metal.yield_stress_mpa / volume.p999;
  document["fatigue_factor"] = part.fatigue.strength_mpa / volume.p999;
  document["hot_spots_found"] = found;
  document["hot_spots"] = Json::array();
  for (std::size_t s = 0; s < spots.size(); ++s) {
    const micro::HotSpot& spot = spots[s];
    const Vec3 p = part.place_mm(spot.centre);
    document["hot_spots"].push_back({{"position_mm", vector_json(p)}, {"mean_mpa", spot.mean}, {"peak_mpa", spot.peak},
                                     {"volume_mm3", spot.volume * h * h * h}, {"yield_factor", part.metal.yield_stress_mpa / spot.mean},
                                     {"fatigue_factor", part.fatigue.strength_mpa / spot.mean}});
    table += fmt::format("{},{},{:.4f},{:.4f},{:.4f},{:.3f},{:.3f},{:.6f},{:.4f},{:.4f}\n", load.motion, s + 1, p[0], p[1], p[2], spot.mean, spot.peak,
                         spot.volume * h * h * h, part.metal.yield_stress_mpa / spot.mean, part.fatigue.strength_mpa / spot.mean);
  }
  if (!job.folder.empty()) {
    const std::string name = "von_mises_" + load.motion + ".png";
    geometry::write_png(job.folder / name,
                        stress_picture(part.voxels.share, part.model, stress.von_mises, volume.p999, spots, progress.part(0.85, 1.0)));
    document["picture"] = name;
  }
  return document;
}

}  // namespace

Json run_microfe_job(const MicrofeJob& job, const Progress& progress) {
  if (job.loads.empty()) fail_usage("microfe needs a load: --compression-n, --shear-x-n, --shear-y-n or --torsion-nmm");
  for (const MicrofeLoad& load : job.loads) motion_of(load.motion);
  const Metal metal = metal_of(job);
  const fea::FatigueStrength& fatigue = fea::find_fatigue_strength(job.surface);
  if (!job.folder.empty()) make_writable_folder(job.folder);

  PartVoxels voxels = read_part(job, progress.part(0.0, 0.1));
  const double edge_mm = voxels.share.spacing_mm[0];
  micro::LargestPiece piece = one_piece(micro::VoxelBlocks({voxels.share.size}, voxels.share.data, kSmallestShare), job);
  const micro::VoxelBlocks& model = piece.model;
  const double need = kBytesPerUnknown * double(model.unknown_count()), have = available_memory_bytes();
  if (need > have)
    fail_computation("{:.1f} million unknowns need about {} of memory, {} are free: ask for larger voxels than {:g} mm", 1e-6 * double(model.unknown_count()),
                     human_bytes(need), human_bytes(have), edge_mm);

  const std::int64_t seat = std::llround(job.seat_mm / edge_mm);
  micro::PlatenTest test(model, metal.poisson_ratio, {job.frictionless ? micro::PlatenContact::kFrictionless : micro::PlatenContact::kBonded, seat}, {},
                         progress.part(0.1, 0.2));
  Part part{voxels, model, metal, fatigue, edge_mm, edge_mm * double(model.grid().size[2]), 0, {}};
  part.zone = seat + std::max<std::int64_t>(kPlatenZoneVoxels, std::llround(kPlatenZone * double(model.grid().size[2])));
  part.volume = away_from_platens(model, std::vector<float>(model.scale().begin(), model.scale().begin() + model.voxel_count()), part.zone);

  double solid = 0.0;
  for (const float s : model.scale()) solid += double(s);
  const auto face_json = [&](const micro::PlatenFace& face) {
    return Json{{"nodes", face.nodes}, {"area_mm2", face.area * edge_mm * edge_mm}, {"centre_mm", vector_json(part.place_mm(face.centre))}};
  };
  Json document = {{"format", "spongiosa-microfe"},
                   {"version", 1},
                   {"source", voxels.source},
                   {"voxel_mm", edge_mm},
                   {"voxels", {model.grid().size[0], model.grid().size[1], model.grid().size[2]}},
                   {"cut_voxels", voxels.cut_voxels},
                   {"axis", std::string(1, job.axis)},
                   {"solid_volume_mm3", solid * edge_mm * edge_mm * edge_mm},
                   {"solid_fraction", solid / double(product(model.grid().size))},
                   {"removed_pieces", piece.removed_pieces},
                   {"removed_solid_fraction", piece.removed_solid_fraction},
                   {"unknowns", model.unknown_count()},
                   {"material", {{"name", metal.name}, {"youngs_modulus_mpa", metal.youngs_modulus_mpa}, {"poisson_ratio", metal.poisson_ratio},
                                 {"yield_stress_mpa", metal.yield_stress_mpa}, {"source", metal.source}}},
                   {"fatigue_strength", {{"name", fatigue.name}, {"label", fatigue.label}, {"strength_mpa", fatigue.strength_mpa},
                                         {"source", fatigue.source}, {"status", fea::to_string(fatigue.status)}}},
                   {"platens", {{"contact", job.frictionless ? "frictionless" : "bonded"}, {"seat_layers", seat},
                                {"lower", face_json(test.lower())}, {"upper", face_json(test.upper())}}},
                   {"stress_measure", "von Mises by patch recovery in the middle of each voxel's solid; percentiles by solid volume and by surface area, "
                                      "without the zone next to each platen; factors from the 99.9th percentile by volume, for spots from their mean"},
                   {"platen_zone_mm", double(part.zone) * edge_mm},
                   {"loads", Json::array()}};
  std::string table = "load,spot,x_mm,y_mm,z_mm,mean_mpa,peak_mpa,volume_mm3,yield_factor,fatigue_factor\n";
  for (std::size_t l = 0; l < job.loads.size(); ++l) {
    const double from = 0.2 + 0.8 * double(l) / double(job.loads.size()), to = 0.2 + 0.8 * double(l + 1) / double(job.loads.size());
    document["loads"].push_back(load_json(part, job, job.loads[l], test, table, progress.part(from, to)));
  }
  if (!job.folder.empty()) {
    write_text_file(job.folder / "hot_spots.csv", table);
    write_json(job.folder / "microfe.json", document);
  }
  progress.report(1.0, "done");
  return document;
}

}  // namespace spongiosa::workflow
