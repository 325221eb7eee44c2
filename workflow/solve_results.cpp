#include "workflow/solve_results.h"

#include "workflow/construct_stress.h"
#include "workflow/stages/stage_files.h"

#include <cmath>

namespace spongiosa::workflow {
namespace {

Json matrix_to_json(const Mat6& m) {
  Json rows = Json::array();
  for (int r = 0; r < 6; ++r) {
    Json row = Json::array();
    for (int c = 0; c < 6; ++c) row.push_back(m(r, c));
    rows.push_back(row);
  }
  return rows;
}

Json materials(const SolvedConstruct& s) {
  const ConstructSummary& summary = s.construct.summary;
  const fea::IsotropicMaterial& metal = s.metal;
  const fea::BoneLaw& law = s.bone_law;
  return {
      {"implant", {{"name", metal.name}, {"label", metal.label}, {"youngs_modulus_mpa", metal.youngs_modulus_mpa},
                   {"poisson_ratio", metal.poisson_ratio}, {"yield_stress_mpa", metal.yield_stress_mpa}, {"source", metal.source},
                   {"status", fea::to_string(metal.status)}, {"yield_source", metal.yield_source},
                   {"yield_status", fea::to_string(metal.yield_status)}}},
      {"bone", {{"law", law.name}, {"label", law.label}, {"poisson_ratio", law.poisson_ratio}, {"source", law.source},
                {"status", fea::to_string(law.status)},
                {"calibration", {{"slope_g_cm3_per_hu", s.calibration.slope_g_cm3_per_hu}, {"intercept_g_cm3", s.calibration.intercept_g_cm3},
          {"statement", s.calibration.statement}}},
                {"mean_modulus_cranial_mpa", summary.bone_modulus_mean_cranial_mpa},
                {"mean_modulus_caudal_mpa", summary.bone_modulus_mean_caudal_mpa},
                {"mean_density_cranial_g_cm3", summary.bone_density_mean_cranial_g_cm3},
                {"mean_density_caudal_g_cm3", summary.bone_density_mean_caudal_g_cm3}}}};
}

Json homogenized_cell(const fea::HomogenizedCell& cell) {
  return {{"method", "periodic unit cell, trilinear hexahedra, six unit strains"},
          {"cells_per_edge", cell.size[0]},
          {"solid_fraction", cell.solid_fraction},
          {"youngs_modulus_x_mpa", cell.elastic.youngs_modulus_mpa[0]},
          {"youngs_modulus_y_mpa", cell.elastic.youngs_modulus_mpa[1]},
          {"youngs_modulus_z_mpa", cell.elastic.youngs_modulus_mpa[2]},
          {"shear_modulus_yz_mpa", cell.elastic.shear_modulus_mpa[0]},
          {"poisson_ratio_xy", cell.elastic.poisson_ratio(0, 1)},
          {"zener_ratio", cell.elastic.zener_ratio},
          {"relative_residual", cell.relative_residual},
          {"stiffness_mpa", matrix_to_json(cell.stiffness_mpa)}};
}

Json porous_zone_entries(const std::vector<PorousZone>& zones) {
  Json entries = Json::array();
  for (const PorousZone& zone : zones) {
    Json entry = {{"part", zone.part}, {"cell", zone.cell_name}, {"solid_fractions", zone.densities}, {"blend_weights", zone.weights},
                  {"interpolation_error_fraction", zone.interpolation_error()}};
    for (const fea::HomogenizedCell& cell : zone.cells) {
      entry["youngs_modulus_x_mpa"].push_back(cell.elastic.youngs_modulus_mpa[0]);
      entry["youngs_modulus_y_mpa"].push_back(cell.elastic.youngs_modulus_mpa[1]);
      entry["youngs_modulus_z_mpa"].push_back(cell.elastic.youngs_modulus_mpa[2]);
      entry["dropped_solid_fractions"].push_back(cell.dropped_solid_fraction);
    }
    entries.push_back(entry);
  }
  return entries;
}

Json model(const SolvedConstruct& s) {
  const ConstructSummary& summary = s.construct.summary;
  return {{"element", "trilinear hexahedron, stiffness from the volume shares of the parts in the cell"},
          {"cell_mm", s.construct.model.cell_mm},
          {"cells", s.result.cells},
          {"unknowns", s.result.unknowns},
          {"tolerance", s.tolerance},
          {"interface", "tied"},
          {"load_plane_z_mm", summary.load_plane_z_mm},
          {"support_plane_z_mm", summary.support_plane_z_mm},
          {"loaded_y_mm", summary.loaded_y_mm},
          {"fixed_y_mm", summary.fixed_y_mm},
          {"loaded_area_mm2", s.result.loaded_area_mm2},
          {"loaded_centroid_mm", to_json(s.result.loaded_centroid_mm)}};
}

Json loads(const SpineLoad& load) {
  return {{"preload_n", load.preload_n},
          {"moment_nm", load.moment_nm},
          {"source", load.source},
          {"application", "traction on the vertebral body's section in the upper cut plane (within the endplate's outline and "
                          "2 mm around it), in proportion to the local stiffness, statically equivalent to force and moment "
                          "about its stiffness-weighted centroid; nodes of the body's section in the lower cut plane fixed"}};
}

Json definitions() {
  return {
      {"von_mises", "at element centres, over elements that hold at least half of the part; p99 is the volume-weighted 99th percentile"},
      {"strut_von_mises", "99th volume percentile in the unit cell under the strain of the worst porous element; where a zone's density or "
                           "blend changes, linear between those of the cells homogenised"},
      {"porous_zones", "cells homogenised at every pair of solid_fractions (running first) and blend_weights; stiffness is linear between them; "
                       "interpolation_error_fraction: each inner one against the straight line between its neighbours, about four times the error"},
      {"bone_yield", "share of bone volume beyond the yield strains, without two element layers at the loaded and fixed planes"}};
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

Json case_entry(const SolvedConstruct& s, const fea::CaseResult& c) {
  const fea::VoxelModel& model = s.construct.model;
  const StrutStress strut = worst_strut_stress(model, s.result, c, s.porous);
  Json parts = Json::array();
  for (const auto& part : c.parts) parts.push_back(part_to_json(part));
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
                 yielded_bone_share(model, s.result, c, 0, s.bone_yield_compression, s.bone_yield_tension)},
                {"bone_yield_share_caudal",
                 yielded_bone_share(model, s.result, c, 3, s.bone_yield_compression, s.bone_yield_tension)},
                {"parts", parts}};
  if (std::abs(c.top_displacement_mm.z()) > 0.0 && c.load.moment_nmm.isZero())
    entry["axial_stiffness_n_per_mm"] = std::abs(c.load.force_n.z() / c.top_displacement_mm.z());
  return entry;
}

}  // namespace

void write_solve_results(const SolvedConstruct& solved, Json& results) {
  results["materials"] = materials(solved);
  const PorousZone& core = solved.porous.front();
  results["homogenized_cell"] = homogenized_cell(core.cells[core.reference]);
  results["porous_zones"] = porous_zone_entries(solved.porous);
  results["model"] = model(solved);
  results["loads"] = loads(solved.load);
  results["definitions"] = definitions();
  results["cases"] = Json::array();
  for (const fea::CaseResult& c : solved.result.cases) results["cases"].push_back(case_entry(solved, c));
}

}  // namespace spongiosa::workflow
