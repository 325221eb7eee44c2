/// Stage 4: the lattice in the porous zone, measured on the final part; the print mesh.

#include "geometry/io/mesh_file.h"
#include "core/error.h"
#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Json estimate(const StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillEstimate e = lattice::estimate_fill(shapes.body, shapes.porous, fill_request(context.design));
  return {{"voxels", e.voxels},
          {"memory_bytes", e.memory_bytes},
          {"triangles", e.triangles},
          {"file_bytes", e.stl_bytes},
          {"cell_size_mm", e.cell_size_mm},
          {"voxel_mm", e.voxel_mm}};
}

void run(StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillRequest request = fill_request(context.design);
  const lattice::FilledPart part = lattice::fill_part(shapes.body, shapes.porous, request, context.progress.part(0.0, 0.85));

  context.progress.report(0.85, "writing mesh and level set");
  g::write_ply(context.folder / "mesh.ply", part.mesh, context.progress.part(0.85, 0.92));
  context.manifest.output(context.folder / "mesh.ply", "print mesh, patient frame");
  g::Frame frame = shapes.body.frame();
  const g::LevelSet solid = g::LevelSet::from_dense("implant", frame, frame.from_patient(part.field.origin_Patient), part.voxel_mm,
                                                    part.field.size, part.field.data, 3.0);
  g::write_vdb(context.folder / "implant.vdb", {solid, shapes.body, shapes.porous},
               Json{{"case_id", context.design.id()}, {"unit", "mm"}, {"frame", "LPS"}});
  context.manifest.output(context.folder / "implant.vdb", "final part with lattice, body and porous zone, signed distance in mm");
  if (part.islands_removed > 0)
    context.manifest.note(fmt::format("{} solid pieces that were not joined to the part (cut struts at the zone's border) were removed: "
                                      "{:.4f} mm3 in total.",
                                      part.islands_removed, part.islands_removed_mm3));

  const g::MeshReport& mesh = part.mesh_report;
  Json& results = context.manifest.results();
  results["cell"] = request.cell;
  results["cell_size_mm"] = part.cell_size_mm;
  results["threshold"] = part.threshold;
  results["voxel_mm"] = part.voxel_mm;
  results["grid_size_voxels"] = part.field.size;
  results["requested"] = {{"porosity_fraction", request.porosity_fraction},
                          {"pore_size_mm", request.pore_size_mm ? Json(*request.pore_size_mm) : Json()},
                          {"cell_size_mm", request.cell_size_mm ? Json(*request.cell_size_mm) : Json()}};
  results["definitions"] = {{"porosity", "1 - solid/zone volume in the porous zone of the final part; volumes of the print mesh"},
                            {"pore_size", "diameter of the largest sphere inscribed in the void within the porous zone"},
                            {"strut_size", "diameter of the largest sphere inscribed in the solid of the porous zone, two voxels clear of the zone's edge"}};
  results["porosity_fraction"] = part.porosity_fraction;
  results["pore_size_mm"] = part.pore_size_mm;
  results["strut_size_mm"] = part.strut_size_mm;
  results["porous_zone_mm3"] = part.porous_zone_mm3;
  results["lattice_solid_mm3"] = part.lattice_solid_mm3;
  results["part_solid_mm3"] = part.part_solid_mm3;
  results["calibration_steps"] = part.calibration_steps;
  results["islands_removed"] = part.islands_removed;
  results["islands_removed_mm3"] = part.islands_removed_mm3;
  results["mesh"] = {{"triangles", mesh.triangles},
                     {"vertices", mesh.vertices},
                     {"components", mesh.components},
                     {"open_edges", mesh.open_edges},
                     {"non_manifold_edges", mesh.non_manifold_edges},
                     {"misoriented_edges", mesh.misoriented_edges},
                     {"degenerate_triangles", mesh.degenerate_triangles},
                     {"closed_two_manifold", mesh.closed_two_manifold()},
                     {"volume_mm3", mesh.volume_mm3},
                     {"area_mm2", mesh.area_mm2}};
}

}  // namespace

Stage fill_stage() {
  Stage stage;
  stage.id = "04_fill";
  stage.verb = "fill";
  stage.title = "Fill lattice";
  stage.parameters = {"lattice"};
  stage.upstream = {"03_shape"};
  stage.estimate = estimate;
  stage.run = run;
  stage.precheck = [](const Case& design) { lattice::find_cell(design.text("lattice.cell")); };
  return stage;
}

}  // namespace spongiosa::workflow
