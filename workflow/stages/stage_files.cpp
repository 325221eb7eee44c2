#include "workflow/stages/stage_files.h"

#include "geometry/image/image_file.h"
#include "workflow/lattice_keys.h"

#include <algorithm>
#include <iterator>

namespace spongiosa::workflow {

namespace g = geometry;

std::vector<g::VertebraSeed> seeds_of(const Case& design) {
  std::vector<g::VertebraSeed> seeds;
  for (const auto& [level, point] : design.at("anatomy.seeds_mm").items()) seeds.push_back({level, vec3_from_json(point)});
  return seeds;
}

g::HuImage load_ct(const StageContext& context) { return g::read_hu_image(context.stage_folder("01_import") / "ct.nrrd"); }

g::Segmentation load_segmentation(const StageContext& context) {
  const auto folder = context.stage_folder("02_segment");
  const Json results = context.results_of("02_segment");
  g::Segmentation segmentation;
  segmentation.labels = g::read_label_image(folder / "labels.nrrd");
  segmentation.hu_denoised = g::read_float_image(folder / "denoised.nrrd");
  segmentation.threshold_hu = results.at("threshold_hu").get<double>();
  segmentation.noise_sd_hu = results.at("noise_sd_hu").get<double>();
  for (const auto& vertebra : results.at("vertebrae")) segmentation.volume_mm3.push_back(vertebra.at("volume_mm3").get<double>());
  return segmentation;
}

g::CorpectomyAnatomy load_anatomy(const StageContext& context) {
  return g::corpectomy_from_json(read_json(context.stage_folder("03_shape") / "anatomy.json"));
}

ShapeLevelSets load_shape(const StageContext& context) {
  ShapeLevelSets shapes;
  for (const g::LevelSet& level_set : g::read_vdb(context.stage_folder("03_shape") / "shape.vdb")) {
    if (level_set.name() == "body")
      shapes.body = level_set;
    else if (level_set.name() == "porous")
      shapes.porous = level_set;
    else
      shapes.faces.push_back(level_set);
  }
  return shapes;
}

FitMaps load_fit(const StageContext& context) {
  const Json document = read_json(context.stage_folder("03_shape") / "fit.json");
  return {height_field_from_json(document.at("cranial")), height_field_from_json(document.at("caudal"))};
}

g::VertebralBodyParameters implant_parameters(const Case& design) {
  g::VertebralBodyParameters p;
  p.footprint_fraction = design.number("implant.footprint_fraction");
  p.footprint_exponent = design.number("implant.footprint_exponent");
  p.footprint_shift_posterior_mm = design.number("implant.footprint_shift_posterior_mm");
  p.outline_inset_mm = design.number("implant.outline_inset_mm");
  p.posterior_setback_mm = design.number("implant.posterior_setback_mm");
  p.clearance_mm = design.number("implant.clearance_mm");
  p.face_smoothing_mm = design.number("implant.face_smoothing_mm");
  p.edge_radius_mm = design.number("implant.edge_radius_mm");
  p.rim_thickness_mm = design.number("implant.rim_thickness_mm");
  p.graft_channel_diameter_mm = design.number("implant.graft_channel_diameter_mm");
  p.channel_wall_mm = design.number("implant.channel_wall_mm");
  p.tooth_height_mm = design.number("implant.tooth_height_mm");
  p.tooth_pitch_mm = design.number("implant.tooth_pitch_mm");
  p.voxel_mm = design.number("implant.voxel_mm");
  return p;
}

g::ResectionPlan resection_plan(const Case& design) {
  g::ResectionPlan plan;
  const auto* name = std::find(std::begin(g::kResectionNames), std::end(g::kResectionNames), design.text("anatomy.resection"));
  plan.kind = g::Resection(name - std::begin(g::kResectionNames));
  plan.first_level = design.text("anatomy.replace");
  plan.last_level = design.has("anatomy.replace_last") ? design.text("anatomy.replace_last") : plan.first_level;
  plan.cranial_cut = {design.number("anatomy.kept_cranial_fraction"), design.number("anatomy.cut_cranial_deg")};
  plan.caudal_cut = {design.number("anatomy.kept_caudal_fraction"), design.number("anatomy.cut_caudal_deg")};
  return plan;
}

lattice::FieldSources field_sources(const StageContext& context, const ShapeLevelSets& shapes) {
  const Json& keys = context.design.at("lattice");
  lattice::FieldSources sources(shapes.body);
  for (const g::LevelSet& face : shapes.faces) sources.add_surface(face.name(), face);
  if (uses_variable(keys, "hu")) sources.set_hu(std::make_shared<g::HuImage>(load_ct(context)));
  add_images(sources, keys, context.design.folder());
  return sources;
}

Json to_json(const Vec3& v) { return Json::array({v.x(), v.y(), v.z()}); }

Vec3 vec3_from_json(const Json& value) { return Vec3(value.at(0).get<double>(), value.at(1).get<double>(), value.at(2).get<double>()); }

Json to_json(const g::HeightField& field) {
  return Json{{"x0_mm", field.x0_mm}, {"y0_mm", field.y0_mm}, {"step_mm", field.step_mm}, {"nx", field.nx},
              {"ny", field.ny},       {"z_mm", field.z_mm},   {"measured", field.measured}};
}

g::HeightField height_field_from_json(const Json& document) {
  g::HeightField field;
  field.x0_mm = document.at("x0_mm").get<double>();
  field.y0_mm = document.at("y0_mm").get<double>();
  field.step_mm = document.at("step_mm").get<double>();
  field.nx = document.at("nx").get<int>();
  field.ny = document.at("ny").get<int>();
  field.z_mm = document.at("z_mm").get<std::vector<float>>();
  field.measured = document.at("measured").get<std::vector<std::uint8_t>>();
  return field;
}

}  // namespace spongiosa::workflow
