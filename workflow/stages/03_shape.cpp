/// Stage 3: endplates, frame and sizes; the implant between them; how well it fits.

#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

#include <algorithm>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Json endplate_summary(const g::Endplate& plate) {
  return {{"width_mm", plate.width_mm},         {"depth_mm", plate.depth_mm},
          {"concavity_mm", plate.concavity_mm}, {"surface_roughness_mm", plate.roughness_mm},
          {"centre_mm", to_json(plate.centre)}, {"normal", to_json(plate.normal)}};
}

Json face_summary(const g::FaceFit& face) {
  return {{"mean_gap_mm", face.mean_gap_mm},
          {"least_gap_mm", face.least_gap_mm},
          {"area_share_fitting", face.area_share_fitting},
          {"mean_abs_gap_mm", face.mean_abs_gap_mm},
          {"p95_abs_gap_mm", face.p95_abs_gap_mm},
          {"max_abs_gap_mm", face.max_abs_gap_mm},
          {"projected_area_mm2", face.area_mm2},
          {"area_share_under_0p5_mm", face.area_share_under_0p5_mm}};
}

/// A hole from the front at mid-height, for the surgeon's inserter; none when the case asks for none.
std::vector<g::CylinderCut> inserter_hole(const Case& design, const g::VertebralBodyImplant& implant) {
  const double diameter_mm = design.number("implant.inserter_diameter_mm");
  if (diameter_mm == 0.0) return {};
  double front = 1e300, x = 0.0;
  for (const Vec2& p : implant.footprint) {
    front = std::min(front, p[1]);
    x += p[0] / double(implant.footprint.size());
  }
  g::CylinderCut hole;
  hole.point = Vec3(x, front, 0.0);
  hole.axis = Vec3::UnitY();
  hole.radius_mm = 0.5 * diameter_mm;
  hole.to_mm = design.number("implant.inserter_depth_mm");
  hole.wall_mm = 1.0;
  return {hole};
}

void run(StageContext& context) {
  const g::Segmentation segmentation = load_segmentation(context);
  g::CorpectomyOptions options;
  options.smoothing_mm = context.design.number("anatomy.endplate_smoothing_mm");
  const g::CorpectomyAnatomy anatomy =
      g::measure_resection(segmentation, seeds_of(context.design), resection_plan(context.design), options, context.progress.part(0.0, 0.4));
  const g::VertebralBodyParameters parameters = implant_parameters(context.design);
  g::VertebralBodyImplant implant = g::shape_vertebral_body(anatomy, parameters, context.progress.part(0.4, 0.7));
  if (const auto cuts = inserter_hole(context.design, implant); !cuts.empty())
    implant = g::shape_vertebral_body(anatomy, parameters, cuts, context.progress.part(0.7, 0.9));
  const g::ImplantFit fit = g::measure_fit(implant, anatomy);

  write_json(context.folder / "anatomy.json", g::to_json(anatomy));
  context.manifest.output(context.folder / "anatomy.json", "endplates, frame and measurements");
  std::vector<g::LevelSet> shapes{implant.body, implant.porous};
  shapes.insert(shapes.end(), implant.faces.begin(), implant.faces.end());
  g::write_vdb(context.folder / "shape.vdb", shapes, Json{{"case_id", context.design.id()}});
  context.manifest.output(context.folder / "shape.vdb", "implant shape: body, porous zone and the faces of the body; signed distance in mm");
  write_json(context.folder / "fit.json", Json{{"cranial", to_json(fit.cranial.gap)}, {"caudal", to_json(fit.caudal.gap)}});
  context.manifest.output(context.folder / "fit.json", "gap between implant faces and endplates");
  for (const std::string& note : anatomy.notes) context.manifest.note(note);
  for (const std::string& note : implant.notes) context.manifest.note(note);

  Json outline = Json::array();
  for (const Vec2& p : implant.footprint) outline.push_back({p.x(), p.y()});
  Json& results = context.manifest.results();
  results["anatomy"] = {{"cranial_level", anatomy.cranial_level},
                        {"replaced_level", anatomy.replaced_level},
                        {"caudal_level", anatomy.caudal_level},
                        {"resection", context.design.text("anatomy.resection")},
                        {"gap_height_mm", anatomy.gap_height_mm},
                        {"body_height_mm", anatomy.body_height_mm},
                        {"lordosis_deg", anatomy.lordosis_deg},
                        {"coronal_angle_deg", anatomy.coronal_angle_deg},
                        {"canal_y_mm", anatomy.canal_y_mm},
                        {"cranial_endplate", endplate_summary(anatomy.cranial)},
                        {"caudal_endplate", endplate_summary(anatomy.caudal)},
                        {"replaced_superior_endplate", endplate_summary(anatomy.replaced_superior)},
                        {"replaced_inferior_endplate", endplate_summary(anatomy.replaced_inferior)}};
  results["frame"] = {{"definition", "implant frame in LPS: x left, y posterior, z cranial; origin midway between the endplate centres"},
                      {"origin_mm", to_json(anatomy.frame.origin_Patient)},
                      {"x_axis", to_json(anatomy.frame.axes_Patient.col(0))},
                      {"y_axis", to_json(anatomy.frame.axes_Patient.col(1))},
                      {"z_axis", to_json(anatomy.frame.axes_Patient.col(2))}};
  results["implant"] = {{"width_mm", implant.width_mm},
                        {"depth_mm", implant.depth_mm},
                        {"height_anterior_mm", implant.height_anterior_mm},
                        {"height_centre_mm", implant.height_centre_mm},
                        {"height_posterior_mm", implant.height_posterior_mm},
                        {"footprint_scale", implant.footprint_scale},
                        {"body_volume_mm3", implant.body_volume_mm3},
                        {"porous_volume_mm3", implant.porous_volume_mm3},
                        {"footprint_mm", outline}};
  results["fit"] = {{"definition", "gap along z between implant face (normal within 60 degrees of z) and measured endplate over the projected face area"},
                    {"cranial", face_summary(fit.cranial)},
                    {"caudal", face_summary(fit.caudal)}};
}

}  // namespace

Stage shape_stage() {
  Stage stage;
  stage.id = "03_shape";
  stage.version = 3;
  stage.verb = "shape";
  stage.title = "Shape implant";
  stage.parameters = {"anatomy.replace",           "anatomy.replace_last",      "anatomy.resection",
                      "anatomy.kept_cranial_fraction", "anatomy.kept_caudal_fraction", "anatomy.cut_cranial_deg",
                      "anatomy.cut_caudal_deg",    "anatomy.endplate_smoothing_mm", "anatomy.seeds_mm",
                      "implant"};
  stage.upstream = {"02_segment"};
  stage.run = run;
  return stage;
}

}  // namespace spongiosa::workflow
