#include "lattice/build/fill.h"

#include "core/error.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/build/calibrate_part.h"
#include "lattice/build/plan.h"
#include "lattice/build/zone_maps.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/inscribed_sphere.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

using geometry::FloatImage;
using geometry::LevelSet;

constexpr std::int64_t kStack = 32;
constexpr double kJoint_voxels = 2.0;

/// Calls visit(first, layers) for all layers of a grid, in ascending order.
template <class Visit>
void for_each_stack(const PartGrid& grid, const Progress& progress, const char* message, const Visit& visit) {
  for (std::int64_t first = 0; first < grid.size[2]; first += kStack) {
    progress.report(double(first) / double(grid.size[2]), message);
    visit(first, std::min(kStack, grid.size[2] - first));
  }
}

FloatImage whole_field(const PartField& part, const Progress& progress) {
  FloatImage field = part.grid().image();
  field.data.resize(std::size_t(product(field.size)));
  for_each_stack(part.grid(), progress, "sampling the part", [&](std::int64_t first, std::int64_t layers) {
    part.evaluate(first, layers, &field.data[field.offset(0, 0, first)]);
  });
  return field;
}

FloatImage whole_envelope(const PartField& part) {
  FloatImage zone = part.grid().image();
  zone.data.resize(std::size_t(product(zone.size)));
  for_each_stack(part.grid(), Progress(), "", [&](std::int64_t first, std::int64_t layers) {
    part.envelope(first, layers, &zone.data[zone.offset(0, 0, first)]);
  });
  return zone;
}

const LatticeRequest& request_of(const FillRequest& request, std::size_t zone) {
  return zone < request.zones.size() ? request.zones[zone].lattice : request.core;
}

/// Calibrates and finds what is loose; fills in everything of `result` that needs neither mesh nor balls.
PartField make_part(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const FieldSources& sources,
                    FilledPart& result, const Progress& progress) {
  progress.report(0.0, "planning the lattice");
  Plan plan = plan_fill(body, porous, request, sources, progress.part(0.0, 0.1));
  PartField part(body, porous, plan.zones, plan.voxel_mm);
  const PartGrid& grid = part.grid();
  result.cell_size_mm = plan.core.cell_size_mm;
  result.cell_sizes_mm = plan.core.sizes_mm;
  result.voxel_mm = plan.voxel_mm;
  result.grid_size = grid.size;
  result.thinnest_wall_mm = plan.thinnest_wall_mm;
  result.notes = plan.notes;

  const EnvelopeVolumes envelope = measure_envelope(part, progress.part(0.1, 0.2));
  result.porous_zone_mm3 = envelope.porous_zone_mm3;
  if (!(envelope.porous_zone_mm3 > std::pow(plan.smallest_cell_mm, 3)))
    fail_input("lattice: the porous zone holds {:.2f} mm3, less than one cell of {:.2f} mm; ask for a smaller cell or pore",
               envelope.porous_zone_mm3, plan.smallest_cell_mm);
  PartPorosity porosity = calibrate_part(part, envelope, progress.part(0.2, 0.8));
  SolidPieces::Islands islands = std::move(porosity.islands);
  const double voxel_mm3 = grid.voxel_mm * grid.voxel_mm * grid.voxel_mm;
  for (const SolidPiece& piece : islands.pieces)
    result.islands.push_back({double(piece.samples) * voxel_mm3,
                              grid.frame.to_patient(grid.first_Frame + grid.voxel_mm * piece.centre_Index)});
  if (request.remove_islands && !islands.pieces.empty()) {
    part.remove(std::move(islands.samples));
    result.islands_removed = true;
    // Loose pieces are mostly dust; where they are not, what is left is brought to the request again.
    const int steps = porosity.steps;
    porosity = calibrate_part(part, envelope, progress.part(0.8, 1.0));
    porosity.steps += steps;
  }

  result.part_solid_mm3 = porosity.solid_mm3;
  result.lattice_solid_mm3 = porosity.solid_mm3 - envelope.solid_zone_mm3;
  result.porosity_fraction = porosity.porosity_fraction;
  result.requested_fraction = porosity.wanted_fraction;
  result.calibration_steps = porosity.steps;
  for (std::size_t n = 0; n < part.zones().size(); ++n) {
    const Zone& zone = part.zones()[n];
    ZoneResult of;
    of.name = zone.name;
    of.content = zone.fill == ZoneFill::kLattice ? "lattice" : zone.fill == ZoneFill::kSolid ? "solid" : "void";
    of.volume_mm3 = envelope.zones[n].volume_mm3;
    of.porosity_fraction = porosity.zone_fraction[n];
    of.requested_fraction = porosity.zone_wanted[n];
    if (zone.fill == ZoneFill::kLattice) {
      of.cell = zone.blend ? request_of(request, n).cell.name + " to " + request_of(request, n).blend_cell : zone.cell->name();
      of.cell_size_mm = plan.sizes_mm[n];
      if (!std::isnan(of.requested_fraction) && !zone.blend) of.level = zone.level->level(1.0 - of.requested_fraction + zone.density_shift);
    }
    result.zones.push_back(of);
  }
  result.threshold = result.zones.back().level;
  return part;
}

}  // namespace

FillEstimate estimate_fill(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const FieldSources& sources) {
  const Plan plan = plan_fill(body, porous, request, sources, Progress());
  FillEstimate estimate{};
  estimate.cell_size_mm = plan.core.cell_size_mm;
  estimate.voxel_mm = plan.voxel_mm;
  estimate.pore_size_mm = plan.core.pore_size_mm;
  estimate.strut_size_mm = plan.core.strut_size_mm;
  const PartGrid grid(body, plan.voxel_mm);
  estimate.voxels = product(grid.size);
  const Vec3 size = body.solid_bounds().size();
  const PartField coarse(body, porous, plan.zones, 1.5 * body.voxel_mm());
  const double zone_mm3 = porous_zone_mm3(coarse, Progress());
  // Each grid edge that crosses the surface is a vertex, and a closed surface has twice as many triangles. The skin of the
  // body is about that of its box.
  const double h2 = plan.voxel_mm * plan.voxel_mm;
  const double vertices = 3.0 * plan.core.crossings_per_mm * zone_mm3 / h2 +
                          2.0 * (size[0] * size[1] + size[1] * size[2] + size[2] * size[0]) / h2;
  estimate.triangles = 2.0 * vertices;
  estimate.stl_bytes = 84.0 + 50.0 * estimate.triangles;
  // The part's field, the zone and its helper, and the distance transform with its mask; or the field with the mesh and the
  // index tables of building and checking it.
  const double mesh_bytes = vertices * sizeof(Vec3f) + estimate.triangles * 12.0;
  estimate.memory_bytes = std::max(double(estimate.voxels) * 13.0, 4.0 * double(estimate.voxels) + 3.0 * mesh_bytes);
  return estimate;
}

FilledPart fill_part(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const FieldSources& sources,
                     const Progress& progress) {
  FilledPart part;
  const PartField field = make_part(body, porous, request, sources, part, progress.part(0.0, 0.5));
  part.field = whole_field(field, progress.part(0.5, 0.55));
  part.maps = zone_maps(field, kMapSpacing_mm);
  part.mesh = geometry::extract_surface(part.field, progress.part(0.55, 0.65));
  progress.report(0.65, "checking the mesh");
  part.mesh_report = geometry::check_mesh(part.mesh);
  const double solid_zone_mm3 = part.part_solid_mm3 - part.lattice_solid_mm3;
  part.part_solid_mm3 = part.mesh_report.volume_mm3;
  part.lattice_solid_mm3 = part.part_solid_mm3 - solid_zone_mm3;
  part.porosity_fraction = 1.0 - part.lattice_solid_mm3 / part.porous_zone_mm3;

  progress.report(0.7, "measuring pores and struts");
  FloatImage zone = whole_envelope(field);
  const InscribedSphere pore = largest_void_sphere(part.field, zone, progress.part(0.7, 0.85));
  part.pore_size_mm = pore.diameter_mm;
  part.pore_held_by_walls = pore.held_by_walls;
  // Where a strut meets the rim at an acute angle, the mesh rounds the corner by about a voxel: a joint, not a strut.
  for (float& z : zone.data) z += float(kJoint_voxels * part.voxel_mm);
  const InscribedSphere strut = largest_solid_sphere(part.field, zone, progress.part(0.85, 1.0));
  part.strut_size_mm = strut.diameter_mm;
  part.strut_held_by_walls = strut.held_by_walls;
  return part;
}

FilledLevelSet fill_level_set(const LevelSet& body, const LevelSet& porous, const FillRequest& request, const FieldSources& sources,
                              const Progress& progress) {
  FilledLevelSet result;
  const PartField field = make_part(body, porous, request, sources, result.part, progress.part(0.0, 0.7));
  const PartGrid& grid = field.grid();
  const Progress writing = progress.part(0.7, 1.0);
  result.solid = LevelSet::from_layers("lattice", grid.frame, grid.first_Frame, grid.voxel_mm, grid.size, 3.0,
                                       [&](std::int64_t first, std::int64_t layers, float* values) {
                                         writing.report(double(first) / double(grid.size[2]), "building the level set");
                                         field.evaluate(first, layers, values);
                                       });
  return result;
}

}  // namespace spongiosa::lattice
