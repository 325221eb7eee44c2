#include "workflow/homogenize_cell.h"

#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/version.h"
#include "fea/homogenize/blend_table.h"
#include "fea/material/material.h"
#include "lattice/grading/blend.h"
#include "workflow/elastic_picture.h"
#include "workflow/homogenize_document.h"
#include "workflow/homogenize_voxels.h"

#include <cstdlib>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

constexpr int kPicture_px = 900;

void check_request(const CellRequest& request) {
  if (request.cell.empty() == request.field.empty()) fail_usage("give either --cell NAME with --density, or --field FILE");
  if (!request.densities.empty() && request.cell.empty()) fail_usage("--densities needs --cell: a file has one density only");
  if (!request.weights.empty() && (request.blend.empty() || request.densities.empty())) fail_usage("--weights needs --blend and --densities");
  if (!(request.cell_size_mm > 0.0)) fail_usage("--cell-size-mm is {}; expected a number above 0", request.cell_size_mm);
  if (request.frame) frame_axes(*request.frame);
  fea::isotropic_stiffness(request.youngs_modulus_mpa, request.poisson_ratio);  // refuses what makes no sense before any work
}

lattice::CellPtr cell_of(const CellRequest& request, double weight) {
  const lattice::CellPtr cell = lattice::find_cell(request.cell);
  return request.blend.empty() ? cell : lattice::CellBlend(cell, lattice::find_cell(request.blend)).at_weight(weight);
}

Json one_density(const CellRequest& request, const Progress& progress) {
  Json document = Json::object();
  progress.report(0.0, "solid share of the voxels");
  const fea::PeriodicCell cell = request.field.empty()
                                     ? voxels_of_cell(*cell_of(request, request.weight), request.density_fraction, request, document)
                                     : voxels_of_field(request, document, progress.part(0.0, 0.05));
  const fea::HomogenizedCell result = fea::homogenize(cell, progress.part(0.05, request.transport ? 0.6 : 0.98));
  describe_stiffness(result, request, document);
  if (request.transport) describe_transport(cell, request.cell_size_mm, document, progress.part(0.6, 0.98));
  if (!request.picture.empty()) {
    geometry::write_png(request.picture, youngs_modulus_picture(result.stiffness_mpa, kPicture_px));
    document["picture"] = request.picture.string();
  }
  progress.report(1.0, "done");
  return document;
}

/// Everything that the numbers of a sweep depend on.
std::string sweep_key(const CellRequest& request, const lattice::Cell& cell) {
  return canonical_text({{"version", kVersion}, {"cell", cell.info().key}, {"densities", request.densities}, {"voxels", request.voxels},
                         {"poisson_ratio", request.poisson_ratio}});
}

fs::path cache_folder(const CellRequest& request) {
  if (!request.keep_sweeps) return {};
  if (!request.cache.empty()) return request.cache;
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  if (const fs::path own = variable("SPONGIOSA_CACHE"); !own.empty()) return own;
  if (const fs::path cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache / "spongiosa";
  if (const fs::path home = variable("HOME"); !home.empty()) return home / ".cache" / "spongiosa";
  return {};
}

/// The sweep's rows for unit modulus of the solid, from the cache or computed.
Json unit_rows(const CellRequest& request, const lattice::Cell& cell, bool& from_cache, const Progress& progress) {
  const std::string key = sweep_key(request, cell);
  const fs::path folder = cache_folder(request);
  const fs::path file = folder.empty() ? fs::path() : folder / ("sweep-" + sha256(key).substr(0, 32) + ".json");
  std::error_code ignored;
  if (!file.empty() && fs::exists(file, ignored)) {
    const Json stored = read_json(file);
    if (stored.is_object() && stored.value("key", "") == key && stored.contains("rows")) {
      from_cache = true;
      return stored.at("rows");
    }
  }
  Json rows = Json::array();
  CellRequest unit = request;
  unit.youngs_modulus_mpa = 1.0;
  for (std::size_t d = 0; d < request.densities.size(); ++d) {
    const Progress part = progress.part(double(d) / double(request.densities.size()), double(d + 1) / double(request.densities.size()));
    Json row = Json::object();
    const fea::PeriodicCell voxels = voxels_of_cell(cell, request.densities[d], unit, row);
    describe_stiffness(fea::homogenize(voxels, part), unit, row);
    row.erase("cell");
    rows.push_back(row);
  }
  if (!file.empty()) {
    make_writable_folder(folder);
    write_json(file, {{"key", key}, {"rows", rows}});
  }
  return rows;
}

Json power_law_json(const std::vector<double>& density, const std::vector<double>& value) {
  const fea::PowerLaw law = fea::fit_power_law(density, value);
  return {{"coefficient", law.coefficient}, {"exponent", law.exponent}, {"r_squared", law.r_squared}, {"largest_deviation", law.largest_deviation}};
}

Mat6 stiffness_of(const Json& row) {
  Mat6 stiffness;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) stiffness(i, j) = row.at("stiffness_mpa")[std::size_t(i)][std::size_t(j)].get<double>();
  return stiffness;
}

Json sweep_over_weights(const CellRequest& request, const Progress& progress) {
  const lattice::CellBlend blend(lattice::find_cell(request.cell), lattice::find_cell(request.blend));
  std::vector<fea::BlendTable::Column> columns;
  Json list = Json::array();
  bool all_from_cache = true;
  for (std::size_t w = 0; w < request.weights.size(); ++w) {
    const lattice::CellPtr cell = blend.at_weight(request.weights[w]);
    bool from_cache = false;
    const Json rows =
        unit_rows(request, *cell, from_cache, progress.part(double(w) / double(request.weights.size()), double(w + 1) / double(request.weights.size())));
    all_from_cache = all_from_cache && from_cache;
    // Over the density asked for, which all columns share; solid_fraction is that of the voxels.
    std::vector<fea::StiffnessTable::Entry> entries;
    Json densities = Json::array();
    for (const Json& row : rows) {
      entries.push_back({row.at("density_fraction").get<double>(), stiffness_of(row)});
      densities.push_back({{"density_fraction", row.at("density_fraction")},
                           {"solid_fraction", row.at("solid_fraction")},
                           {"stiffness_mpa", matrix_json(Mat6(request.youngs_modulus_mpa * entries.back().relative_stiffness))},
                           {"youngs_modulus_001_mpa", request.youngs_modulus_mpa * row.at("youngs_modulus_along_mpa").at("001").get<double>()},
                           {"zener_ratio", row.at("zener_ratio")}});
    }
    list.push_back({{"weight", request.weights[w]}, {"densities", densities}});
    columns.push_back({request.weights[w], fea::StiffnessTable(cell->name(), request.poisson_ratio, request.voxels, std::move(entries))});
  }
  const fea::BlendTable table(std::move(columns));
  return {{"cell", request.cell},
          {"blend", request.blend},
          {"youngs_modulus_mpa", request.youngs_modulus_mpa},
          {"poisson_ratio", request.poisson_ratio},
          {"voxels_per_edge", request.voxels},
          {"from_cache", all_from_cache},
          {"weights", list},
          {"density_error_fraction", table.density_error()},
          {"weight_error_fraction", table.weight_error()},
          {"blend_table", fea::to_json(table)}};
}

Json sweep(const CellRequest& request, const Progress& progress) {
  if (request.transport || !request.picture.empty() || request.frame)
    fail_usage("--transport, --picture, --x-axis and --z-axis are for one --density, not for --densities");
  if (!request.weights.empty()) return sweep_over_weights(request, progress);
  const lattice::CellPtr cell = cell_of(request, request.weight);
  bool from_cache = false;
  const Json rows = unit_rows(request, *cell, from_cache, progress);
  std::vector<fea::StiffnessTable::Entry> entries;
  std::vector<double> density, modulus, shear, bulk, yield;
  Json list = Json::array();
  for (const Json& row : rows) {
    fea::StiffnessTable::Entry entry;
    entry.solid_fraction = row.at("solid_fraction").get<double>();
    entry.relative_stiffness = stiffness_of(row);
    entries.push_back(entry);
    density.push_back(entry.solid_fraction);
    modulus.push_back(row.at("youngs_modulus_along_mpa").at("001").get<double>());
    shear.push_back(row.at("shear_modulus_mpa").at("xy").get<double>());
    bulk.push_back(row.at("bulk_modulus_mpa").get<double>());
    yield.push_back(row.at("yield_surface").at("relative_yield_stress").at("zz").get<double>());
    const double e = request.youngs_modulus_mpa;
    list.push_back({{"density_fraction", row.at("density_fraction")},
                    {"solid_fraction", entry.solid_fraction},
                    {"stiffness_mpa", matrix_json(Mat6(e * entry.relative_stiffness))},
                    {"youngs_modulus_001_mpa", e * modulus.back()},
                    {"shear_modulus_xy_mpa", e * shear.back()},
                    {"bulk_modulus_mpa", e * bulk.back()},
                    {"poisson_ratio_xy", row.at("poisson_ratio_xy")},
                    {"zener_ratio", row.at("zener_ratio")},
                    {"anisotropy_index", row.at("anisotropy_index")},
                    {"relative_yield_stress_001", yield.back()},
                    {"hashin_shtrikman_bulk_share", row.at("bounds").at("hashin_shtrikman_bulk").at("value_mpa").get<double>() /
                                                        row.at("bounds").at("hashin_shtrikman_bulk").at("bound_mpa").get<double>()}});
  }
  const fea::StiffnessTable table(cell->name(), request.poisson_ratio, request.voxels, std::move(entries));
  return {{"cell", cell->name()},
          {"youngs_modulus_mpa", request.youngs_modulus_mpa},
          {"poisson_ratio", request.poisson_ratio},
          {"voxels_per_edge", request.voxels},
          {"from_cache", from_cache},
          {"densities", list},
          {"gibson_ashby", {{"range", {density.front(), density.back()}},
                            {"youngs_modulus_001", power_law_json(density, modulus)},
                            {"shear_modulus_xy", power_law_json(density, shear)},
                            {"bulk_modulus", power_law_json(density, bulk)},
                            {"yield_stress_001", power_law_json(density, yield)}}},
          {"interpolation_error_fraction", table.interpolation_error()},
          {"stiffness_table", fea::to_json(table)}};
}

}  // namespace

Json homogenize_cell(const CellRequest& request, const Progress& progress) {
  check_request(request);
  return request.densities.empty() ? one_density(request, progress) : sweep(request, progress);
}

}  // namespace spongiosa::workflow
