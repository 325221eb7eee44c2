#include "workflow/tools/cells_tool.h"

#include "core/error.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/cell_catalogue.h"
#include "workflow/tools/cell_picture.h"

namespace spongiosa::workflow {

namespace {

using namespace lattice;

Json properties_of(const CatalogueRow& row) {
  const CellSizes& s = row.sizes;
  return {{"density_fraction", row.density_fraction},
          {"level", row.level},
          {"pore_max_inscribed_sphere_per_cell_size", s.pore_diameter},
          {"pore_throat_per_cell_size", s.throat_diameter},
          {"pore_local_thickness_mean_per_cell_size", s.pore_thickness},
          {"pore_mean_intercept_per_cell_size", s.pore_intercept},
          {"strut_max_inscribed_sphere_per_cell_size", s.strut_diameter},
          {"strut_neck_per_cell_size", s.neck_diameter},
          {"strut_local_thickness_mean_per_cell_size", s.strut_thickness},
          {"strut_mean_intercept_per_cell_size", s.strut_intercept},
          {"area_per_volume_times_cell_size", s.area_per_volume},
          {"solid_networks", row.solid_networks}};
}

Json cell_json(const CatalogueRow& row) {
  Json cell = {{"name", row.name}, {"family", cell_family(row.name)}};
  cell["density_min_fraction"] = row.range ? Json(row.range->least) : Json();
  cell["density_max_fraction"] = row.range ? Json(row.range->most) : Json();
  cell["density_min_because"] = row.range ? row.range->least_because : "no usable density was found";
  cell["density_max_because"] = row.range ? row.range->most_because : "no usable density was found";
  cell["properties"] = properties_of(row);
  return cell;
}

/// The row of one cell, at the density asked for.
CatalogueRow row_for(const CellsJob& job) {
  const CellPtr cell = find_cell(job.name);
  const CatalogueRow* known = find_catalogue_row(job.name);
  if (!known) fail_computation("cell '{}' is not in the list of cells; this is an error of the program", job.name);
  CatalogueRow row = *known;
  if (job.density_fraction > 0.0) {
    row.density_fraction = job.density_fraction;
    row.level = level_for_density(*cell, job.density_fraction);
    row.sizes = measure_unit_cell(*cell, row.level, {.throats = true, .thickness = true});
    row.solid_networks = measure_connectivity(*cell, row.level).solid_networks;
  }
  return row;
}

Json details(const CatalogueRow& row) {
  const CellPtr cell = find_cell(row.name);
  const CellInfo& info = cell->info();
  Json document = cell_json(row);
  document["source"] = info.source;
  document["level_means"] = info.level;
  document["edges_per_cell_size"] = {info.aspect[0], info.aspect[1], info.aspect[2]};
  return document;
}

}  // namespace

Json run_cells_job(const CellsJob& job, const Progress& progress) {
  Json document = {{"cells", Json::array()}};
  if (!job.name.empty()) {
    const CatalogueRow row = row_for(job);
    document["cells"].push_back(details(row));
    if (!job.picture.empty()) write_cell_picture(job.picture, row);
    return document;
  }
  for (const CatalogueRow& row : cell_catalogue()) document["cells"].push_back(cell_json(row));
  if (!job.picture.empty()) write_contact_sheet(job.picture, progress);
  return document;
}

}  // namespace spongiosa::workflow
