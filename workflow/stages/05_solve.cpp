/// Stage 5: effective stiffness of the actual cell, then stress in bone and implant under the seven load cases.

#include "core/error.h"
#include "fea/continuum/solve.h"
#include "fea/results/principal.h"
#include "geometry/image/image_file.h"
#include "workflow/construct_model.h"
#include "workflow/porous_zones.h"
#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

struct SpineLoad {
  double preload_n, moment_nm;
  std::string source;
};

/// Defaults by region: clinical-regulatory reference 5.1 and 5.3.
SpineLoad spine_load(const Case& design) {
  const std::string region = design.text("anatomy.region");
  SpineLoad load = region == "cervical" ? SpineLoad{73.6, 1.0, "73.6 N + 1.0 N.m, C-ACCF-std (Front Bioeng Biotechnol 2025, 1691524)"}
                   : region == "lumbar" ? SpineLoad{500.0, 7.5, "500 N + 7.5 N.m (JOSR 13018-020-01650-5)"}
                                        : SpineLoad{200.0, 7.5, "200 N + 7.5 N.m, T10-L2 (JOSR 13018-021-02354-0)"};
  // The case holds these defaults as values; only what its author wrote is the case's own.
  const bool preload = design.is_given("loads.preload_n"), moment = design.is_given("loads.moment_nm");
  if (preload && moment) load.source = "case file";
  else if (preload) load.source = "preload: case file; moment: default of the region, " + load.source;
  else if (moment) load.source = "moment: case file; preload: default of the region, " + load.source;
  else load.source = "default of the region: " + load.source;
  load.preload_n = design.number("loads.preload_n");
  load.moment_nm = design.number("loads.moment_nm");
  return load;
}

int label_of(const Case& design, const std::string& level) {
  const auto seeds = seeds_of(design);
  const auto found = std::find_if(seeds.begin(), seeds.end(), [&](const g::VertebraSeed& seed) { return seed.level == level; });
  SPONGIOSA_ASSERT(found != seeds.end());
  return int(found - seeds.begin()) + 1;
}

ImplantContent implant_content(const StageContext& context, const std::vector<PorousZone>& zones, const fea::IsotropicMaterial& metal) {
  ImplantContent implant;
  implant.solid_stiffness_mpa = fea::isotropic_stiffness(metal.youngs_modulus_mpa, metal.poisson_ratio);
  implant.zones = g::read_label_image(context.stage_folder("04_fill") / "zones.nrrd");
  implant.density = g::read_float_image(context.stage_folder("04_fill") / "density.nrrd");
  for (const PorousZone& zone : zones)
    implant.lattices.push_back({zone.part, zone.label, zone.stiffness_mpa(), [&zone](double density) { return zone.factor(density); }});
  return implant;
}

/// The model's part of a zone of lattice.
std::size_t part_of(const fea::VoxelModel& model, const PorousZone& zone) {
  const auto found = std::find_if(model.parts.begin(), model.parts.end(), [&](const fea::Part& part) { return part.name == zone.part; });
  SPONGIOSA_ASSERT(found != model.parts.end());
  return std::size_t(found - model.parts.begin());
}

ConstructOptions construct_options(const Case& design) {
  ConstructOptions options;
  options.cell_mm = design.number("solve.cell_mm");
  options.load_depth_mm = design.number("loads.load_depth_mm");
  options.support_depth_mm = design.number("loads.support_depth_mm");
  options.bone_modulus_min_mpa = design.number("material.bone_modulus_min_mpa");
  options.bone_modulus_max_mpa = design.number("material.bone_modulus_max_mpa");
  return options;
}

fea::HuCalibration calibration_of(const Case& design) {
  return {design.number("material.hu_slope_g_cm3_per_hu"), design.number("material.hu_intercept_g_cm3"),
          design.text("material.hu_calibration_statement")};
}

Json matrix_to_json(const Mat6& m) {
  Json rows = Json::array();
  for (int r = 0; r < 6; ++r) {
    Json row = Json::array();
    for (int c = 0; c < 6; ++c) row.push_back(m(r, c));
    rows.push_back(row);
  }
  return rows;
}

/// Largest strut stress in the porous zones: the worst continuum cells' strain, localised into the unit cell.
struct StrutStress {
  double p99_mpa = 0.0;
  Vec3 position_mm = Vec3::Zero();
  std::string part;
};
StrutStress worst_strut_stress(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                               const PorousZone& zone) {
  const fea::Part& porous = model.parts[part_of(model, zone)];
  // Only the cells with the highest macroscopic von Mises stress can hold the worst strut; a generous share of them is localised.
  std::vector<std::pair<double, std::size_t>> ranking;
  for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
    const std::size_t cell = std::size_t(result.active_cells[a]);
    if (porous.share[cell] < 0.5f) continue;
    const Vec6 stress = porous.stiffness_mpa * load_case.cell_strain[a];
    const double energy = porous.cell_stiffness_scale(cell) * stress.dot(load_case.cell_strain[a]);
    ranking.push_back({-energy, a});
  }
  const std::size_t candidates = std::min<std::size_t>(ranking.size(), 40);
  std::partial_sort(ranking.begin(), ranking.begin() + std::ptrdiff_t(candidates), ranking.end());
  StrutStress worst;
  worst.part = zone.part;
  for (std::size_t c = 0; c < candidates; ++c) {
    const std::size_t a = ranking[c].second;
    const std::int64_t cell = result.active_cells[a];
    const double stress = zone.strut_von_mises_mpa(load_case.cell_strain[a], porous.cell_stiffness_scale(std::size_t(cell)));
    if (stress <= worst.p99_mpa) continue;
    worst.p99_mpa = stress;
    const Vec3 index(double(cell % model.size[0]), double(cell / model.size[0] % model.size[1]),
                     double(cell / model.size[0] / model.size[1]));
    worst.position_mm = model.first_mm + model.cell_mm * (index + Vec3::Constant(0.5));
  }
  return worst;
}

StrutStress worst_strut_stress(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                               const std::vector<PorousZone>& zones) {
  StrutStress worst;
  for (const PorousZone& zone : zones) {
    const StrutStress of = worst_strut_stress(model, result, load_case, zone);
    if (of.p99_mpa > worst.p99_mpa || worst.part.empty()) worst = of;
  }
  return worst;
}

/// Share of the bone's volume beyond the yield strain, in the bone within `reach_mm` of the implant; the layers next to the
/// loaded and fixed planes carry boundary artefacts and are left out.
double yielded_bone_share(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                          std::size_t part, double compression_strain, double tension_strain) {
  double yielded = 0.0, total = 0.0;
  for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
    const std::int64_t cell = result.active_cells[a];
    const std::int64_t k = cell / model.size[0] / model.size[1];
    const double share = model.parts[part].share[std::size_t(cell)];
    if (share < 0.5 || k < 2 || k >= model.size[2] - 2) continue;
    const auto [smallest, largest] = fea::extreme_principal_strains(load_case.cell_strain[a]);
    total += share;
    if (smallest < -compression_strain || largest > tension_strain) yielded += share;
  }
  return total > 0.0 ? yielded / total : 0.0;
}

/// Cell-centred images for the report's pictures: which part dominates a cell (1 + index, 0: void), and its von Mises stress.
struct CellImages {
  g::LabelImage part;
  std::vector<g::FloatImage> von_mises_mpa;  ///< per load case
};
CellImages cell_images(const fea::VoxelModel& model, const fea::ContinuumResult& result) {
  CellImages images;
  images.part.size = model.size;
  images.part.spacing_mm = Vec3::Constant(model.cell_mm);
  images.part.direction = model.frame.axes_Patient;
  images.part.origin_Patient = model.frame.to_patient(model.first_mm + Vec3::Constant(0.5 * model.cell_mm));
  images.part.allocate(0);
  for (const std::int64_t active : result.active_cells) {
    const std::size_t cell = std::size_t(active);
    std::size_t dominant = 0;
    for (std::size_t p = 1; p < model.parts.size(); ++p)
      if (model.parts[p].share[cell] > model.parts[dominant].share[cell]) dominant = p;
    images.part.data[cell] = std::uint8_t(dominant + 1);
  }
  for (const fea::CaseResult& load_case : result.cases) {
    g::FloatImage image = images.part.like<float>(0.0f);
    for (std::size_t a = 0; a < result.active_cells.size(); ++a) {
      const std::size_t cell = std::size_t(result.active_cells[a]);
      const fea::Part& part = model.parts[std::size_t(images.part.data[cell] - 1)];
      const Vec6 stress = part.cell_stiffness_scale(cell) * (part.stiffness_mpa * load_case.cell_strain[a]);
      image.data[cell] = float(fea::von_mises(stress));
    }
    images.von_mises_mpa.push_back(std::move(image));
  }
  return images;
}

/// Small-displacement theory holds for small rotations and strains; says where it does not.
void note_large_deformation(const fea::ContinuumResult& result, Manifest& manifest) {
  constexpr double kRotation_deg = 5.0, kStrain = 0.03;
  for (const fea::CaseResult& c : result.cases) {
    const double rotation_deg = c.top_rotation_deg.norm();
    double strain = 0.0;
    for (const fea::PartResult& part : c.parts) strain = std::max({strain, part.principal_strain_max, -part.principal_strain_min});
    if (rotation_deg <= kRotation_deg && strain <= kStrain) continue;
    manifest.note(fmt::format("{}: the loaded face turns by {:.1f} degrees and the largest principal strain is {:.1f} %. Beyond {:g} degrees or "
                              "{:g} % the linear small-displacement result is out of its range.",
                              c.load.label, rotation_deg, 100.0 * strain, kRotation_deg, 100.0 * kStrain));
  }
}

Json part_to_json(const fea::PartResult& part) {
  return {{"part", part.part},
          {"von_mises_max_mpa", part.von_mises_max_mpa},
          {"von_mises_p99_mpa", part.von_mises_p99_mpa},
          {"von_mises_mean_mpa", part.von_mises_mean_mpa},
          {"principal_stress_max_mpa", part.principal_stress_max_mpa},
          {"principal_stress_min_mpa", part.principal_stress_min_mpa},
          {"principal_strain_max", part.principal_strain_max},
          {"principal_strain_min", part.principal_strain_min},
          {"principal_strain_max_p99", part.principal_strain_max_p99},
          {"principal_strain_min_p01", part.principal_strain_min_p01},
          {"von_mises_max_position_mm", to_json(part.von_mises_max_position_mm)}};
}

void run(StageContext& context) {
  const Case& design = context.design;
  const fea::IsotropicMaterial& metal = fea::find_implant_material(design.text("material.implant"));
  const fea::BoneLaw& law = fea::find_bone_law(design.text("material.bone_law"));
  const fea::HuCalibration calibration = calibration_of(design);
  const SpineLoad load = spine_load(design);
  const auto cases = fea::seven_load_cases(load.preload_n, load.moment_nm);

  const std::vector<PorousZone> porous = porous_zones(context, metal, context.progress.part(0.0, 0.25));
  const fea::HomogenizedCell& homogenized = porous.front().cells[porous.front().reference];
  context.progress.report(0.25, "building the model of bone and implant");
  const g::CorpectomyAnatomy anatomy = load_anatomy(context);
  const g::Segmentation segmentation = load_segmentation(context);
  const ShapeLevelSets shapes = load_shape(context);
  const Construct construct =
      build_construct(segmentation, label_of(design, anatomy.cranial_level), label_of(design, anatomy.caudal_level), anatomy, shapes.body,
                      shapes.porous, implant_content(context, porous, metal), law, calibration, construct_options(design));

  fea::ContinuumOptions options;
  options.tolerance = design.number("solve.tolerance");
  options.max_iterations = int(design.number("solve.max_iterations"));
  const fs::path fields = context.folder / "fields";
  const fea::ContinuumResult result = fea::solve_continuum(construct.model, cases, options, fields, context.progress.part(0.3, 0.97));

  for (const auto& load_case : cases) {
    context.manifest.output(fields / (load_case.name + ".vtu"), "finite element fields, " + load_case.label);
    context.manifest.output(fields / (load_case.name + ".pvd"), "finite element fields, " + load_case.label);
  }
  context.progress.report(0.97, "writing cell images and the CalculiX deck");
  const CellImages images = cell_images(construct.model, result);
  g::write_image(context.folder / "parts.nrrd", images.part);
  context.manifest.output(context.folder / "parts.nrrd", "part that dominates each finite element");
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const fs::path file = context.folder / ("von_mises_" + cases[c].name + ".nrrd");
    g::write_image(file, images.von_mises_mpa[c]);
    context.manifest.output(file, "von Mises stress per finite element, MPa, " + cases[c].label);
  }
  fea::write_calculix(context.folder / "compression.inp", construct.model, cases.front());
  context.manifest.output(context.folder / "compression.inp", "CalculiX deck of the compression case, for an independent solver");

  if (const std::string unresolved = unresolved_arrangement(design.at("lattice")); !unresolved.empty())
    context.manifest.note("The effective stiffness of the lattice leaves out " + unresolved + ".");
  const ConstructSummary& summary = construct.summary;
  if (summary.cells_removed > 0)
    context.manifest.note(fmt::format("{} cells of bone or implant not joined to both the loaded and the fixed face were left out.",
                                      summary.cells_removed));
  if (summary.tied_gap_volume_mm3 > 0.0)
    context.manifest.note(fmt::format("{:.1f} mm3 of gap between implant faces and endplates were bridged with the porous zone's stiffness "
                                      "(tied interface).",
                                      summary.tied_gap_volume_mm3));
  if (summary.modulus_at_max_share + summary.modulus_at_min_share > 0.0)
    context.manifest.note(fmt::format("Bone stiffness was clamped: {:.2f} % of the samples at the lower, {:.2f} % at the upper limit.",
                                      100.0 * summary.modulus_at_min_share, 100.0 * summary.modulus_at_max_share));

  if (homogenized.dropped_solid_fraction > 0.0)
    context.manifest.note(fmt::format("{:.3f} % of the unit cell's solid does not touch the rest and was left out of its effective stiffness.",
                                      100.0 * homogenized.dropped_solid_fraction));

  note_large_deformation(result, context.manifest);
  Json& results = context.manifest.results();
  results["materials"] = {
      {"implant", {{"name", metal.name}, {"label", metal.label}, {"youngs_modulus_mpa", metal.youngs_modulus_mpa},
                   {"poisson_ratio", metal.poisson_ratio}, {"yield_stress_mpa", metal.yield_stress_mpa}, {"source", metal.source},
                   {"status", fea::to_string(metal.status)}, {"yield_source", metal.yield_source},
                   {"yield_status", fea::to_string(metal.yield_status)}}},
      {"bone", {{"law", law.name}, {"label", law.label}, {"poisson_ratio", law.poisson_ratio}, {"source", law.source},
                {"status", fea::to_string(law.status)},
                {"calibration", {{"slope_g_cm3_per_hu", calibration.slope_g_cm3_per_hu}, {"intercept_g_cm3", calibration.intercept_g_cm3},
                                 {"statement", calibration.statement}}},
                {"mean_modulus_cranial_mpa", summary.bone_modulus_mean_cranial_mpa},
                {"mean_modulus_caudal_mpa", summary.bone_modulus_mean_caudal_mpa},
                {"mean_density_cranial_g_cm3", summary.bone_density_mean_cranial_g_cm3},
                {"mean_density_caudal_g_cm3", summary.bone_density_mean_caudal_g_cm3}}}};
  results["homogenized_cell"] = {{"method", "periodic unit cell, trilinear hexahedra, six unit strains"},
                                 {"cells_per_edge", homogenized.size[0]},
                                 {"solid_fraction", homogenized.solid_fraction},
                                 {"youngs_modulus_x_mpa", homogenized.elastic.youngs_modulus_mpa[0]},
                                 {"youngs_modulus_y_mpa", homogenized.elastic.youngs_modulus_mpa[1]},
                                 {"youngs_modulus_z_mpa", homogenized.elastic.youngs_modulus_mpa[2]},
                                 {"shear_modulus_yz_mpa", homogenized.elastic.shear_modulus_mpa[0]},
                                 {"poisson_ratio_xy", homogenized.elastic.poisson_ratio(0, 1)},
                                 {"zener_ratio", homogenized.elastic.zener_ratio},
                                 {"relative_residual", homogenized.relative_residual},
                                 {"stiffness_mpa", matrix_to_json(homogenized.stiffness_mpa)}};
  results["porous_zones"] = Json::array();
  for (const PorousZone& zone : porous) {
    Json entry = {{"part", zone.part}, {"cell", zone.cell_name}, {"solid_fractions", zone.densities}, {"shape_error_fraction", zone.shape_error()}};
    for (const fea::HomogenizedCell& cell : zone.cells) {
      entry["youngs_modulus_x_mpa"].push_back(cell.elastic.youngs_modulus_mpa[0]);
      entry["youngs_modulus_y_mpa"].push_back(cell.elastic.youngs_modulus_mpa[1]);
      entry["youngs_modulus_z_mpa"].push_back(cell.elastic.youngs_modulus_mpa[2]);
    }
    results["porous_zones"].push_back(entry);
  }
  results["model"] = {{"element", "trilinear hexahedron, stiffness from the volume shares of the parts in the cell"},
                      {"cell_mm", construct.model.cell_mm},
                      {"cells", result.cells},
                      {"unknowns", result.unknowns},
                      {"tolerance", options.tolerance},
                      {"interface", "tied"},
                      {"load_plane_z_mm", summary.load_plane_z_mm},
                      {"support_plane_z_mm", summary.support_plane_z_mm},
                      {"loaded_y_mm", summary.loaded_y_mm},
                      {"fixed_y_mm", summary.fixed_y_mm},
                      {"loaded_area_mm2", result.loaded_area_mm2},
                      {"loaded_centroid_mm", to_json(result.loaded_centroid_mm)}};
  results["loads"] = {{"preload_n", load.preload_n},
                      {"moment_nm", load.moment_nm},
                      {"source", load.source},
                      {"application", "traction on the vertebral body's section in the upper cut plane (within the endplate's outline and "
                                      "2 mm around it), in proportion to the local stiffness, statically equivalent to force and moment "
                                      "about its stiffness-weighted centroid; nodes of the body's section in the lower cut plane fixed"}};
  results["definitions"] = {
      {"von_mises", "at element centres, over elements that hold at least half of the part; p99 is the volume-weighted 99th percentile"},
      {"strut_von_mises", "99th volume percentile in the unit cell under the strain of the worst porous element"},
      {"bone_yield", "share of bone volume beyond the yield strains, without two element layers at the loaded and fixed planes"}};
  results["cases"] = Json::array();
  for (const fea::CaseResult& c : result.cases) {
    const StrutStress strut = worst_strut_stress(construct.model, result, c, porous);
    Json parts = Json::array();
    for (const auto& part : c.parts) parts.push_back(part_to_json(part));
    const double compression_strain = design.number("check.bone_strain_yield_compression");
    const double tension_strain = design.number("check.bone_strain_yield_tension");
    Json entry = {{"name", c.load.name},
                  {"label", c.load.label},
                  {"force_n", to_json(c.load.force_n)},
                  {"moment_nmm", to_json(c.load.moment_nmm)},
                  {"iterations", c.iterations},
                  {"relative_residual", c.relative_residual},
                  {"reaction_force_n", to_json(c.reaction_force_n)},
                  {"reaction_moment_nmm", to_json(c.reaction_moment_nmm)},
                  {"balance_error", c.balance_error},
                  {"strain_energy_nmm", c.strain_energy_nmm},
                  {"external_work_nmm", c.external_work_nmm},
                  {"top_displacement_mm", to_json(c.top_displacement_mm)},
                  {"top_rotation_deg", to_json(c.top_rotation_deg)},
                  {"max_displacement_mm", c.max_displacement_mm},
                  {"strut_von_mises_p99_mpa", strut.p99_mpa},
                  {"strut_von_mises_position_mm", to_json(strut.position_mm)},
                  {"strut_von_mises_part", strut.part},
                  {"bone_yield_share_cranial",
                   yielded_bone_share(construct.model, result, c, 0, compression_strain, tension_strain)},
                  {"bone_yield_share_caudal",
                   yielded_bone_share(construct.model, result, c, 3, compression_strain, tension_strain)},
                  {"parts", parts}};
    if (std::abs(c.top_displacement_mm.z()) > 0.0 && c.load.moment_nmm.isZero())
      entry["axial_stiffness_n_per_mm"] = std::abs(c.load.force_n.z() / c.top_displacement_mm.z());
    results["cases"].push_back(entry);
  }
}

Json estimate(const StageContext& context) {
  const g::CorpectomyAnatomy anatomy = load_anatomy(context);
  const ConstructOptions options = construct_options(context.design);
  // The implant's own volume, and bone in the ellipses of the endplates; posterior parts within the margin add about 15 %
  // (measured on the examples).
  const double width = std::max(anatomy.cranial.width_mm, anatomy.caudal.width_mm), depth = std::max(anatomy.cranial.depth_mm, anatomy.caudal.depth_mm);
  const double bone_mm3 = 1.15 * std::numbers::pi / 4.0 * width * depth * (options.load_depth_mm + options.support_depth_mm);
  const double implant_mm3 = context.results_of("03_shape").at("implant").at("body_volume_mm3").get<double>();
  const fea::ContinuumEstimate e = fea::estimate_continuum(std::int64_t((bone_mm3 + implant_mm3) / std::pow(options.cell_mm, 3)));
  return {{"cells", e.cells}, {"unknowns", e.unknowns}, {"memory_bytes", e.memory_bytes}};
}

}  // namespace

Stage solve_stage() {
  Stage stage;
  stage.id = "05_solve";
  stage.verb = "solve";
  stage.title = "Solve loads";
  stage.version = 3;
  stage.parameters = {"anatomy.region", "material", "loads", "solve", "check.bone_strain_yield_compression",
                      "check.bone_strain_yield_tension"};
  stage.upstream = {"02_segment", "03_shape", "04_fill"};
  stage.estimate = estimate;
  stage.run = run;
  stage.precheck = [](const Case& design) {
    fea::find_implant_material(design.text("material.implant"));
    fea::find_bone_law(design.text("material.bone_law"));
  };
  return stage;
}

}  // namespace spongiosa::workflow
