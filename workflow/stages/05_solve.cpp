/// Stage 5: effective stiffness of the actual cell, then stress in bone and implant under the seven load cases.

#include "core/error.h"
#include "fea/continuum/solve.h"
#include "geometry/image/image_file.h"
#include "workflow/construct_input.h"
#include "workflow/construct_stress.h"
#include "workflow/displacement_field.h"
#include "workflow/porous_zones.h"
#include "workflow/solve_results.h"
#include "workflow/spine_load.h"
#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

ImplantContent implant_content(const StageContext& context, const std::vector<PorousZone>& zones, const fea::IsotropicMaterial& metal) {
  ImplantContent implant;
  implant.solid_stiffness_mpa = fea::isotropic_stiffness(metal.youngs_modulus_mpa, metal.poisson_ratio);
  implant.zones = g::read_label_image(context.stage_folder("04_fill") / "zones.nrrd");
  implant.density = g::read_float_image(context.stage_folder("04_fill") / "density.nrrd");
  for (const PorousZone& zone : zones) {
    std::vector<Mat6> stiffness_mpa;
    for (std::size_t cell = 0; cell < zone.cells.size(); ++cell) stiffness_mpa.push_back(zone.stiffness_mpa(cell));
    implant.lattices.push_back({zone.part, zone.label, std::move(stiffness_mpa), zone.reference,
                                [&zone](double density, const Vec3& p_Implant) { return zone.coefficients(density, p_Implant); }});
  }
  return implant;
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

void note_dropped_solid(const PorousZone& zone, Manifest& manifest) {
  double dropped = 0.0;
  for (const fea::HomogenizedCell& cell : zone.cells) dropped = std::max(dropped, cell.dropped_solid_fraction);
  if (dropped > 0.0)
    manifest.note(fmt::format("{}: {:.3f} % of the unit cell's solid does not touch the rest and was left out of its effective stiffness.",
                              zone.part, 100.0 * dropped));
}

void run(StageContext& context) {
  const Case& design = context.design;
  const fea::IsotropicMaterial& metal = fea::find_implant_material(design.text("material.implant"));
  const fea::BoneLaw& law = fea::find_bone_law(design.text("material.bone_law"));
  const fea::HuCalibration calibration = calibration_of(design);
  const SpineLoad load = spine_load(design);
  const auto cases = fea::seven_load_cases(load.preload_n, load.moment_nm);

  const std::vector<PorousZone> porous = porous_zones(context, metal, context.progress.part(0.0, 0.25));
  context.progress.report(0.25, "building the model of bone and implant");
  const Construct construct = construct_of(context, implant_content(context, porous, metal), construct_options(design));

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
    write_displacement(context.folder, cases[c].name, displacement_field(construct.model, result, result.cases[c]));
    for (const fs::path& component : displacement_files(context.folder, cases[c].name))
      context.manifest.output(component, "displacement of the finite element nodes along one axis of the implant, mm, NaN outside, " + cases[c].label);
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

  for (const PorousZone& zone : porous) note_dropped_solid(zone, context.manifest);
  note_large_deformation(result, context.manifest);
  write_solve_results({metal, law, calibration, load, porous, construct, result, options.tolerance,
                       design.number("check.bone_strain_yield_compression"), design.number("check.bone_strain_yield_tension")},
                      context.manifest.results());
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
  stage.version = 4;
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
