#include "workflow/tools/microfe_tool.h"

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "fea/material/fatigue_strength.h"
#include "fea/micro/halved_voxels.h"
#include "fea/micro/hot_spots.h"
#include "fea/micro/platen_test.h"
#include "fea/micro/stress_statistics.h"
#include "fea/micro/voxel_islands.h"
#include "fea/results/percentiles.h"
#include "workflow/engine_resources.h"
#include "workflow/tools/microfe_coarse.h"
#include "workflow/tools/microfe_input.h"
#include "workflow/tools/microfe_picture.h"
#include "workflow/tools/microfe_struts.h"
#include "workflow/tools/stress_json.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <optional>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace micro = fea::micro;

namespace {

constexpr double kLooseShare = 1e-4;       ///< of the solid: pieces of voxels, not of the part
constexpr double kBytesPerUnknown = 125.0; ///< vectors, coarse levels and stresses of a 30 % gyroid (docs/decisions/0006), with a margin
constexpr double kCoarseToo = 1.15;        ///< the same part in voxels of twice the edge
constexpr double kBytesPerUnknownTogether = 360.0; ///< besides, for three loads or more (418 in all at the peak, 66 for one)
constexpr double kPlatenZone = 0.05;       ///< of the height at each end: stresses there are those of the clamp
constexpr std::int64_t kPlatenZoneVoxels = 2;
constexpr double kStrutBytesPerVoxel = 20.0;  ///< of the image's box: labels, distances, lists
constexpr double kHotShare = 0.999;        ///< hot spots are made of the voxels above this share of the solid
constexpr std::size_t kMostStruts = 2000;  ///< in the document

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
  for (const auto motion : micro::kPlatenMotions) {
    if (name == to_string(motion)) return motion;
    known.push_back(to_string(motion));
  }
  fail_usage("unknown load '{}'; known are {}", name, join(known, ", "));
}

/// The solid that is solved, and what was left out of it.
micro::LargestPiece one_piece(const micro::VoxelBlocks& all, const geometry::FloatImage& share, const MicrofeJob& job) {
  micro::LargestPiece piece = micro::largest_piece(all, micro::Islands::kRemove);
  if (piece.removed_solid_fraction <= kLooseShare || job.remove_islands) return piece;
  const micro::SolidPieces found = micro::find_pieces(all);
  const micro::SolidPiece& next = found.pieces[1];
  const Vec3 p = share.to_patient(Vec3(double(next.first_voxel[0]), double(next.first_voxel[1]), double(next.first_voxel[2])));
  fail_input("the part is in {} pieces that are not joined by faces of voxels; {:.3g} % of the solid is apart from the largest, the next of {:.3g} mm3 at "
             "({:.3f}, {:.3f}, {:.3f}) mm: join them, or leave all but the largest out with --remove-islands",
             found.pieces.size(), 100.0 * piece.removed_solid_fraction, next.volume * std::pow(share.spacing_mm[0], 3), p[0], p[1], p[2]);
}

Json vector_json(const Vec3& v) { return {v[0], v[1], v[2]}; }

struct Part {
  const PartVoxels& voxels;
  const micro::VoxelBlocks& model;
  const Metal& metal;
  const fea::FatigueStrength& fatigue;
  double edge_mm, height_mm;
  std::int64_t zone;
  std::optional<lattice::StrutRegions> regions;
  std::vector<std::int32_t> voxel_region;
  std::unique_ptr<CoarsePart> coarse;  ///< none when the platens find too little to hold in voxels of twice the edge

  Vec3 place_mm(const Vec3& voxel_edges) const { return voxels.share.to_patient(voxel_edges - Vec3::Constant(0.5)); }
};

/// The part of the solid that is stressed most: a thousandth of it, and the volume asked for.
Json highest_json(const Part& part, const MicrofeJob& job, const fea::StressHistogram& volume) {
  const double voxel_mm3 = part.edge_mm * part.edge_mm * part.edge_mm;
  Json list = Json::array();
  for (const double wanted : {1e-3 * volume.total(), job.critical_volume_mm3 / voxel_mm3}) {
    if (!(wanted > 0.0)) continue;
    const fea::StressHistogram::Highest part_of_it = volume.highest(wanted);
    list.push_back({{"volume_mm3", part_of_it.weight * voxel_mm3}, {"solid_fraction", part_of_it.weight / volume.total()}, {"least_mpa", part_of_it.least},
                    {"mean_mpa", part_of_it.mean}, {"yield_factor", part.metal.yield_stress_mpa / part_of_it.mean},
                    {"fatigue_factor", part.fatigue.strength_mpa / part_of_it.mean}});
  }
  return list;
}

/// Struts and nodes, the weakest first: at most kMostStruts in the document, all in the table.
Json struts_json(const Part& part, const MicrofeLoad& load, const StrutStresses& stresses, std::string& table) {
  const lattice::StrutRegions& regions = *part.regions;
  struct Row {
    const StrutStress* stress;
    std::size_t number;
    bool strut;
  };
  std::vector<Row> rows;
  for (std::size_t n = 0; n < stresses.struts.size(); ++n)
    if (stresses.struts[n].volume_mm3 > 0.0) rows.push_back({&stresses.struts[n], n, true});
  for (std::size_t n = 0; n < stresses.nodes.size(); ++n)
    if (stresses.nodes[n].volume_mm3 > 0.0) rows.push_back({&stresses.nodes[n], n, false});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.stress->p99_mpa > b.stress->p99_mpa; });
  Json document = {{"struts", regions.struts.size()}, {"nodes", regions.nodes.size()}, {"assessed", rows.size()}, {"below_yield_factor_1", 0},
                   {"below_fatigue_factor_1", 0}, {"weakest", Json::array()}};
  int below_yield = 0, below_fatigue = 0;
  for (const Row& row : rows) {
    const StrutStress& s = *row.stress;
    const double yield = part.metal.yield_stress_mpa / s.p99_mpa, fatigue = part.fatigue.strength_mpa / s.p99_mpa;
    below_yield += yield < 1.0;
    below_fatigue += fatigue < 1.0;
    const Vec3 p = part.place_mm(s.centre_index + Vec3::Constant(0.5));
    const lattice::Strut* strut = row.strut ? &regions.struts[row.number] : nullptr;
    const double diameter_mm = 2.0 * part.edge_mm * (strut ? strut->radius : regions.nodes[row.number].radius);
    const double inclination_deg = strut ? regions.inclination_deg(*strut) : 0.0, length_mm = strut ? strut->length * part.edge_mm : 0.0;
    table += fmt::format("{},{},{},{:.4f},{:.4f},{:.4f},{:.6f},{:.4f},{:.4f},{},{:.3f},{:.3f},{:.3f},{:.4f},{:.4f}\n", load.motion, row.strut ? "strut" : "node",
                         row.number + 1, p[0], p[1], p[2], s.volume_mm3, diameter_mm, length_mm, strut ? fmt::format("{:.2f}", inclination_deg) : "", s.mean_mpa,
                         s.p99_mpa, s.peak_mpa, yield, fatigue);
    if (document["weakest"].size() >= kMostStruts) continue;
    Json entry = {{"kind", row.strut ? "strut" : "node"}, {"number", row.number + 1}, {"position_mm", vector_json(p)}, {"volume_mm3", s.volume_mm3},
                  {"diameter_mm", diameter_mm}, {"mean_mpa", s.mean_mpa}, {"p99_mpa", s.p99_mpa}, {"peak_mpa", s.peak_mpa}, {"yield_factor", yield},
                  {"fatigue_factor", fatigue}};
    if (strut) {
      entry["length_mm"] = length_mm;
      entry["inclination_deg"] = inclination_deg;
    }
    document["weakest"].push_back(std::move(entry));
  }
  document["below_yield_factor_1"] = below_yield;
  document["below_fatigue_factor_1"] = below_fatigue;
  return document;
}

struct Tables {
  std::string hot_spots = "load,spot,x_mm,y_mm,z_mm,mean_mpa,peak_mpa,volume_mm3,yield_factor,fatigue_factor\n";
  std::string struts = "load,kind,number,x_mm,y_mm,z_mm,volume_mm3,diameter_mm,length_mm,inclination_deg,mean_mpa,p99_mpa,peak_mpa,yield_factor,fatigue_factor\n";
};

/// What one load does to the part. Adds the table rows of its hot spots and struts.
Json load_json(const Part& part, const MicrofeJob& job, const MicrofeLoad& load, const micro::PlatenResult& result,
               const micro::NodalVector<double>& displacement, Tables& tables, const Progress& progress) {
  const micro::PlatenMotion motion = result.motion;
  const bool turns = is_rotation(motion);
  const double e = part.metal.youngs_modulus_mpa, h = part.edge_mm;
  const double stiffness = result.stiffness * e * (turns ? h * h * h : h);  // N mm per radian, N per mm
  if (!(stiffness > 0.0)) fail_computation("the part has no stiffness against {}", load.motion);
  const double motion_amount = load.value != 0.0 ? load.value / stiffness : turns ? std::numbers::pi / 180.0 : 0.01 * part.height_mm;  // mm or radian
  // Stress for unit modulus and displacements in edges, to MPa at this motion.
  const double to_mpa = std::abs(turns ? motion_amount * e : motion_amount / h * e);

  progress.report(0.0, "stresses");
  const micro::StressField field(part.model, part.metal.poisson_ratio, displacement);
  const micro::StressStatistics stress = micro::stress_statistics(field, to_mpa, micro::between_ends(part.model, part.zone));
  const double at_voxels = stress.volume.percentile(0.999);
  double high = at_voxels;
  Json extrapolated;  // null when there is no coarse part
  if (part.coarse) {
    const micro::StressStatistics coarse =
        part.coarse->stress(motion, stiffness * motion_amount, e, h, job.tolerance, progress.part(0.3, 0.6));
    const double surface = stress.surface.percentile(0.999), coarse_surface = coarse.surface.percentile(0.999), coarse_volume = coarse.volume.percentile(0.999);
    // Never below what was computed: a stress that falls with the voxel size has not converged.
    high = std::max(at_voxels, micro::extrapolated_stress(at_voxels, coarse_volume));
    extrapolated = {{"p99_9_by_volume", high}, {"p99_9_by_surface_area", std::max(surface, micro::extrapolated_stress(surface, coarse_surface))},
                    {"coarse_voxel_mm", 2.0 * h}, {"coarse_p99_9_by_volume", coarse_volume}, {"coarse_p99_9_by_surface_area", coarse_surface}};
  }
  std::vector<float> candidates = stress.middle;
  for (const micro::VoxelBlock& block : part.model.blocks())
    part.model.visit_voxels(block, [&](const Index3& voxel, std::int64_t v) {
      if (voxel[2] < part.zone || voxel[2] >= part.model.grid().size[2] - part.zone) candidates[std::size_t(v)] = 0.0f;
    });
  const double hot = fea::weighted_percentiles(candidates, std::vector<float>(part.model.scale().begin(), part.model.scale().begin() + part.model.voxel_count()), {kHotShare})[0];
  std::vector<micro::HotSpot> spots = micro::find_hot_spots(part.model, candidates, std::max(hot, 1e-30));
  const std::size_t found = spots.size();
  spots.resize(std::min<std::size_t>(spots.size(), std::size_t(std::max(0, job.hot_spots))));

  Json document = {{"load", load.motion},
                   {"stiffness", stiffness},
                   {"stiffness_unit", turns ? "N mm per radian" : "N/mm"},
                   {turns ? "moment_nmm" : "force_n", stiffness * motion_amount},
                   {turns ? "rotation_deg" : "displacement_mm", turns ? motion_amount * 180.0 / std::numbers::pi : motion_amount},
                   {"iterations", result.solve.iterations},
                   {"relative_residual", result.solve.relative_residual},
                   {"balance_error", result.balance_error}};
  if (motion == micro::PlatenMotion::kCompression)
    document["apparent_modulus_mpa"] = stiffness * part.height_mm / (h * h * double(part.model.grid().size[0] * part.model.grid().size[1]));
  document["von_mises_mpa"] = {{"by_volume", percentiles_json(stress.volume)}, {"by_surface_area", percentiles_json(stress.surface)}};
  document["von_mises_mpa"]["extrapolated"] = extrapolated;
  document["highest_stressed"] = highest_json(part, job, stress.volume);
  document["yield_factor"] = part.metal.yield_stress_mpa / high;
  document["fatigue_factor"] = part.fatigue.strength_mpa / high;
  document["hot_spots_found"] = found;
  document["hot_spots"] = Json::array();
  for (std::size_t s = 0; s < spots.size(); ++s) {
    const micro::HotSpot& spot = spots[s];
    const Vec3 p = part.place_mm(spot.centre);
    document["hot_spots"].push_back({{"position_mm", vector_json(p)}, {"mean_mpa", spot.mean}, {"peak_mpa", spot.peak},
                                     {"volume_mm3", spot.volume * h * h * h}, {"yield_factor", part.metal.yield_stress_mpa / spot.mean},
                                     {"fatigue_factor", part.fatigue.strength_mpa / spot.mean}});
    tables.hot_spots += fmt::format("{},{},{:.4f},{:.4f},{:.4f},{:.3f},{:.3f},{:.6f},{:.4f},{:.4f}\n", load.motion, s + 1, p[0], p[1], p[2], spot.mean, spot.peak,
                         spot.volume * h * h * h, part.metal.yield_stress_mpa / spot.mean, part.fatigue.strength_mpa / spot.mean);
  }
  std::vector<float> of_strut;  // the 99th percentile of the region that a voxel belongs to
  if (part.regions) {
    const StrutStresses stresses = strut_stresses(*part.regions, part.voxel_region, field, h, to_mpa, part.zone);
    document["struts"] = struts_json(part, load, stresses, tables.struts);
    of_strut.reserve(part.voxel_region.size());
    for (const std::int32_t r : part.voxel_region)
      of_strut.push_back(float(r > 0 ? stresses.struts[std::size_t(r - 1)].p99_mpa : r < 0 ? stresses.nodes[std::size_t(-r - 1)].p99_mpa : 0.0));
  }
  if (!job.folder.empty()) {
    const auto draw = [&](const std::string& name, const std::vector<float>& values, const Progress& drawing) {
      geometry::write_png(job.folder / name, stress_picture(part.voxels.share, part.model, values, at_voxels, spots, drawing));
      return name;
    };
    document["picture"] = draw("von_mises_" + load.motion + ".png", stress.middle, progress.part(0.9, 0.95));
    if (part.regions) document["struts"]["picture"] = draw("struts_" + load.motion + ".png", of_strut, progress.part(0.95, 1.0));
  }
  return document;
}

}  // namespace

Json run_microfe_job(const MicrofeJob& job, const Progress& progress) {
  if (!(job.critical_volume_mm3 >= 0.0)) fail_usage("--critical-volume-mm3 is {}; expected a volume above 0", job.critical_volume_mm3);
  if (job.loads.empty()) fail_usage("microfe needs a load: --compression-n, --shear-x-n, --shear-y-n, --torsion-nmm, --bending-x-nmm or --bending-y-nmm");
  for (const MicrofeLoad& load : job.loads) motion_of(load.motion);
  const Metal metal = metal_of(job);
  const fea::FatigueStrength& fatigue = fea::find_fatigue_strength(job.surface);
  if (!job.folder.empty()) make_writable_folder(job.folder);

  PartVoxels voxels = read_part(job, progress.part(0.0, 0.1));
  const double edge_mm = voxels.share.spacing_mm[0];
  micro::LargestPiece piece = one_piece(micro::VoxelBlocks({voxels.share.size}, voxels.share.data, kSmallestShare), voxels.share, job);
  const micro::VoxelBlocks& model = piece.model;
  const double dividing = job.struts ? kStrutBytesPerVoxel * double(product(voxels.share.size)) : 0.0;
  // Loads that are solved side by side take more, up to a limit beyond which they are not.
  const double together = job.loads.size() >= 3 ? std::min(kBytesPerUnknownTogether * double(model.unknown_count()), double(micro::VoxelSolver::kBytesTogether)) : 0.0;
  const double need = (kCoarseToo * kBytesPerUnknown + 8.0 * double(job.loads.size())) * double(model.unknown_count()) + together + dividing,
               have = available_memory_bytes();
  if (need > have)
    fail_computation("{:.1f} million unknowns need about {} of memory, {} are free: ask for larger voxels than {:g} mm{}", 1e-6 * double(model.unknown_count()),
                     human_bytes(need), human_bytes(have), edge_mm,
                     job.struts ? fmt::format(", or save {} with --no-struts", human_bytes(dividing)) : std::string());

  const std::int64_t seat = std::llround(job.seat_mm / edge_mm);
  const micro::PlatenContact contact = job.frictionless ? micro::PlatenContact::kFrictionless : micro::PlatenContact::kBonded;
  micro::PlatenTest test(model, metal.poisson_ratio, {contact, seat}, {}, progress.part(0.1, 0.2));
  Part part{voxels, model, metal, fatigue, edge_mm, edge_mm * double(model.grid().size[2]), 0, {}, {}, nullptr};
  part.zone = seat + std::max<std::int64_t>(kPlatenZoneVoxels, std::llround(kPlatenZone * double(model.grid().size[2])));
  try {
    part.coarse = std::make_unique<CoarsePart>(model, metal.poisson_ratio, contact, seat, part.zone, progress.part(0.2, 0.22));
  } catch (const Error& error) {
    if (error.code() != ExitCode::kBadInput) throw;  // else: too coarse for the platens, and the percentiles stay those of the voxels
  }
  if (job.struts) {
    part.regions = lattice::find_strut_regions(voxels.share, progress.part(0.22, 0.3));
    part.voxel_region = voxel_regions(*part.regions, model);
  }

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
                   {"stress_measure", "von Mises by patch recovery in 27 parts of each voxel and on the surface; percentiles by solid volume and by surface area, without "
                                      "the zone next to each platen; factors from the 99.9th percentile by volume extrapolated to no voxel size, of struts and nodes from their 99th, of spots from "
                                      "their mean, of the highest stressed volume from its mean"},
                   {"platen_zone_mm", double(part.zone) * edge_mm},
                   {"loads", Json::array()}};
  Tables tables;
  std::vector<micro::PlatenMotion> motions;
  for (const MicrofeLoad& load : job.loads) motions.push_back(motion_of(load.motion));
  std::vector<micro::NodalVector<double>> displacements(motions.size());
  const std::vector<micro::PlatenResult> results = test.run(motions, displacements, {job.tolerance, 300}, progress.part(0.3, 0.7));
  for (std::size_t l = 0; l < job.loads.size(); ++l) {
    const double from = 0.7 + 0.3 * double(l) / double(job.loads.size()), to = 0.7 + 0.3 * double(l + 1) / double(job.loads.size());
    document["loads"].push_back(load_json(part, job, job.loads[l], results[l], displacements[l], tables, progress.part(from, to)));
    displacements[l] = {};
  }
  if (!job.folder.empty()) {
    write_text_file(job.folder / "hot_spots.csv", tables.hot_spots);
    if (job.struts) write_text_file(job.folder / "struts.csv", tables.struts);
    write_json(job.folder / "microfe.json", document);
  }
  progress.report(1.0, "done");
  return document;
}

}  // namespace spongiosa::workflow
