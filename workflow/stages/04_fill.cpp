/// Stage 4: the lattice in the porous zone, measured on the final part; the print mesh.

#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "core/error.h"
#include "core/file.h"
#include "lattice/cells/cell.h"
#include "workflow/lattice_keys.h"
#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Json estimate(const StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillEstimate e =
      lattice::estimate_fill(shapes.body, shapes.porous, fill_request(context.design.at("lattice")), field_sources(context, shapes));
  return {{"voxels", e.voxels},
          {"memory_bytes", e.memory_bytes},
          {"triangles", e.triangles},
          {"file_bytes", e.stl_bytes},
          {"cell_size_mm", e.cell_size_mm},
          {"voxel_mm", e.voxel_mm}};
}

void run(StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillRequest request = fill_request(context.design.at("lattice"));
  const lattice::FilledPart part =
      lattice::fill_part(shapes.body, shapes.porous, request, field_sources(context, shapes), context.progress.part(0.0, 0.85));

  context.progress.report(0.85, "writing mesh and level set");
  g::write_ply(context.folder / "mesh.ply", part.mesh, context.progress.part(0.85, 0.92));
  context.manifest.output(context.folder / "mesh.ply", "print mesh, patient frame");
  g::Frame frame = shapes.body.frame();
  const g::LevelSet solid = g::LevelSet::from_dense("implant", frame, frame.from_patient(part.field.origin_Patient), part.voxel_mm,
                                                    part.field.size, part.field.data, 3.0);
  g::write_vdb(context.folder / "implant.vdb", {solid, shapes.body, shapes.porous},
               Json{{"case_id", context.design.id()}, {"unit", "mm"}, {"frame", "LPS"}});
  context.manifest.output(context.folder / "implant.vdb", "final part with lattice, body and porous zone, signed distance in mm");
  g::write_image(context.folder / "zones.nrrd", part.maps.zone);
  context.manifest.output(context.folder / "zones.nrrd", "zones of the lattice, numbered as in the case, the core last");
  g::write_image(context.folder / "density.nrrd", part.maps.density);
  context.manifest.output(context.folder / "density.nrrd", "solid share of the lattice, as asked for and corrected on the part");
  if (!part.islands.empty()) {
    write_text_file(context.folder / "islands.csv", islands_table(part));
    context.manifest.output(context.folder / "islands.csv", "solid pieces joined to nothing: volume and place");
  }
  for (const std::string& note : fill_notes(part)) context.manifest.note(note);
  context.manifest.results().update(fill_results(part, context.design.at("lattice")));
}

}  // namespace

Stage fill_stage() {
  Stage stage;
  stage.id = "04_fill";
  stage.version = 4;
  stage.verb = "fill";
  stage.title = "Fill lattice";
  stage.parameters = {"lattice"};
  stage.upstream = {"01_import", "03_shape"};
  stage.estimate = estimate;
  stage.run = run;
  stage.precheck = [](const Case& design) {
    lattice::make_cell(cell_spec(design.at("lattice")));
    for (const Json& zone : design.at("lattice.zones"))
      if (zone.at("content") == "lattice") lattice::make_cell(cell_spec(zone));
  };
  return stage;
}

}  // namespace spongiosa::workflow
