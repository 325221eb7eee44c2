#include "lattice/measure/cell_catalogue.h"

#include "core/error.h"
#include "lattice/grading/calibrate.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kUsualDensity = 0.3;
constexpr double kInset = 0.02;  ///< kept from the ends of the usable range, where necks or throats vanish

double shown_density(const std::optional<DensityRange>& range) {
  if (!range) return kUsualDensity;
  const double inset = std::min(kInset, 0.5 * (range->most - range->least));
  return std::round(1000.0 * std::clamp(kUsualDensity, range->least + inset, range->most - inset)) / 1000.0;
}

enum Limit { kSolid, kPores, kNone };
constexpr const char* kLimitNames[] = {"kSolid", "kPores", "kNone"};
constexpr const char* kLimitTexts[] = {kSolidFallsApart, kPoresClose, kNoLimit};

struct Row {
  const char* name;
  double least, most;  ///< 0, 0: never usable
  Limit least_limit, most_limit;
  int networks;
  double density, level, pore, throat, pore_thickness, strut, neck, strut_thickness, area;
};
constexpr Row kRows[] = {
#include "lattice/measure/cell_catalogue_rows.inc"
};

CatalogueRow row_of(const Row& from) {
  CatalogueRow row;
  row.name = from.name;
  if (from.most > 0.0) row.range = DensityRange{from.least, from.most, kLimitTexts[from.least_limit], kLimitTexts[from.most_limit]};
  row.solid_networks = from.networks;
  row.density_fraction = from.density;
  row.level = from.level;
  CellSizes& s = row.sizes;
  s.porosity_fraction = 1.0 - from.density;
  s.pore_diameter = from.pore;
  s.throat_diameter = from.throat;
  s.pore_thickness = from.pore_thickness;
  s.strut_diameter = from.strut;
  s.neck_diameter = from.neck;
  s.strut_thickness = from.strut_thickness;
  s.area_per_volume = from.area;
  s.pore_intercept = 4.0 * (1.0 - from.density) / from.area;
  s.strut_intercept = 4.0 * from.density / from.area;
  return row;
}

const char* limit_name(const std::string& because) {
  for (int n = 0; n < 3; ++n)
    if (because == kLimitTexts[n]) return kLimitNames[n];
  fail_computation("'{}' is no limit of densities; this is an error of the program", because);
}

}  // namespace

const std::vector<CatalogueRow>& cell_catalogue() {
  static const std::vector<CatalogueRow> all = [] {
    std::vector<CatalogueRow> list;
    for (const Row& row : kRows) list.push_back(row_of(row));
    return list;
  }();
  return all;
}

const CatalogueRow* find_catalogue_row(const std::string& name) {
  const auto& all = cell_catalogue();
  const auto row = std::find_if(all.begin(), all.end(), [&](const CatalogueRow& r) { return r.name == name; });
  return row == all.end() ? nullptr : &*row;
}

CatalogueRow measure_catalogue_row(const std::string& name) {
  const CellPtr cell = find_cell(name);
  CatalogueRow row;
  row.name = name;
  row.range = usable_densities(*cell);
  row.density_fraction = shown_density(row.range);
  row.level = level_for_density(*cell, row.density_fraction);
  row.solid_networks = measure_connectivity(*cell, row.level).solid_networks;
  row.sizes = measure_unit_cell(*cell, row.level, {.throats = true, .thickness = true});
  return row;
}

std::string catalogue_text(const CatalogueRow& row) {
  const DensityRange range = row.range.value_or(DensityRange{0.0, 0.0, kNoLimit, kNoLimit});
  const CellSizes& s = row.sizes;
  return fmt::format("{{\"{}\", {:.3f}, {:.3f}, {}, {}, {}, {:.3f}, {:.6g}, {:.5f}, {:.5f}, {:.5f}, {:.5f}, {:.5f}, {:.5f}, {:.5f}}},\n", row.name,
                     range.least, range.most, limit_name(range.least_because), limit_name(range.most_because), row.solid_networks,
                     row.density_fraction, row.level, s.pore_diameter, s.throat_diameter, s.pore_thickness, s.strut_diameter, s.neck_diameter,
                     s.strut_thickness, s.area_per_volume);
}

}  // namespace spongiosa::lattice
