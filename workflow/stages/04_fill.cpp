/// Stage 4: the lattice in the porous zone, measured on the final part; the print mesh.

#include "geometry/image/image_file.h"
#include "geometry/io/mesh_file.h"
#include "core/error.h"
#include "core/file.h"
#include "lattice/build/measure_filled.h"
#include "lattice/build/part_field.h"
#include "lattice/cells/cell.h"
#include "workflow/lattice_keys.h"
#include "workflow/pore_map.h"
#include "workflow/stages/stage_files.h"
#include "workflow/stages/stages.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

namespace g = geometry;

namespace {

Json estimate(const StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillEstimate e =
      lattice::estimate_fill(shapes.body, shapes.porous, fill_request(context.design.at("lattice")), field_sources(context, shapes));
  // While the lattice is measured, its mesh is in memory too, and a grid for each zone, the envelope and the depth.
  lattice::MetrologyOptions measures;
  measures.keep_map = true;
  measures.zones.resize(1 + context.design.at("lattice.zones").size());
  const lattice::PartGrid grid(shapes.body, e.voxel_mm);
  const double measuring = lattice::estimate_metrology(grid.size, measures).memory_bytes + 18.0 * e.triangles +
                           4.0 * double(e.voxels) * (3.0 + double(measures.zones.size()));
  return {{"voxels", e.voxels},
          {"memory_bytes", std::max(e.memory_bytes, measuring)},
          {"triangles", e.triangles},
          {"file_bytes", e.stl_bytes},
          {"cell_size_mm", e.cell_size_mm},
          {"voxel_mm", e.voxel_mm}};
}

/// Measures the finished lattice: everything into a file, what reports show into the results, a cut for the picture of pores.
void measure(StageContext& context, const lattice::FilledPart& part, const ShapeLevelSets& shapes, const lattice::FillRequest& request,
             const lattice::FieldSources& sources, const Progress& progress) {
  lattice::MeasureFilledOptions options;
  for (const g::LevelSet& face : shapes.faces)
    if (face.name() == "cranial" || face.name() == "caudal") options.bone_faces.push_back(face);
  const lattice::Metrology measured = lattice::measure_filled(part, shapes.body, shapes.porous, request, sources, options, progress);
  Json measures = to_json(measured);
  write_json(context.folder / "measures.json", measures);
  context.manifest.output(context.folder / "measures.json", "all measures of the lattice, with pieces and definitions");
  measures.erase("solid_pieces");
  measures.erase("closed_voids");
  context.manifest.results()["measures"] = measures;

  const double middle = part.field.to_index(shapes.body.frame().to_patient(Vec3::Zero()))[0];
  const std::int64_t layer = std::clamp<std::int64_t>(std::llround(middle), 0, part.field.size[0] - 1);
  g::write_image(context.folder / "pore_map.nrrd", pore_layer(part.field, measured.thickness_map_mm, 0, layer));
  context.manifest.output(context.folder / "pore_map.nrrd", "mid-sagittal cut: local thickness of the void in mm, -1 in the solid");
}

void run(StageContext& context) {
  const ShapeLevelSets shapes = load_shape(context);
  const lattice::FillRequest request = fill_request(context.design.at("lattice"));
  const lattice::FieldSources sources = field_sources(context, shapes);
  const lattice::FilledPart part = lattice::fill_part(shapes.body, shapes.porous, request, sources, context.progress.part(0.0, 0.55));

  context.progress.report(0.55, "writing mesh and level set");
  g::write_ply(context.folder / "mesh.ply", part.mesh, context.progress.part(0.55, 0.6));
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
  measure(context, part, shapes, request, sources, context.progress.part(0.65, 1.0));
}

}  // namespace

Stage fill_stage() {
  Stage stage;
  stage.id = "04_fill";
  stage.version = 6;
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
