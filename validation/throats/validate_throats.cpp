/// Throats of pores and necks of struts of finished samples, 24 to the cell, against their converged values, those against a table of
/// lower bounds and, for Schwarz' P, against the closed form. One line per comparison; exit code 1 when one is off.

#include "core/error.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/travel.h"
#include "lattice/measure/unit_cell.h"
#include "tests/lattice/reference_values.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numbers>
#include <string>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;

namespace {

int failures = 0;

void line(const std::string& what, double ours, double reference, bool good, const char* rule) {
  failures += !good;
  std::printf("%-4s %-46s %9.5f %9.5f  %+7.3f %%  %s\n", good ? "pass" : "FAIL", what.c_str(), ours, reference,
              reference > 0.0 ? 100.0 * (ours / reference - 1.0) : 0.0, rule);
}

/// Of cells of 1 mm in a cube of two cells, with half a cell of lattice around it that its balls may reach into.
TravelSphere sampled(const Cell& cell, double level, MaterialPhase phase, int per_cell) {
  FloatImage field;
  const std::int64_t edge = 3 * per_cell + 1;
  field.size = {edge, edge, edge};
  field.spacing_mm = Vec3::Constant(1.0 / per_cell);
  field.allocate(0.0f);
  FloatImage zone = field.like(0.0f), depth = field.like(0.0f);
  const Vec3 phase_shift(0.0131, 0.0277, 0.0419);
  const double least = 0.05 * 2.0 * std::numbers::pi;
  tbb::parallel_for(std::int64_t(0), edge, [&](std::int64_t k) {
    for (std::int64_t j = 0; j < edge; ++j)
      for (std::int64_t i = 0; i < edge; ++i) {
        const Vec3 p = Vec3(double(i), double(j), double(k)) / per_cell;
        const CellValue at = value_at(cell, p + phase_shift, level);
        field.at(i, j, k) = float(std::clamp(at.value / std::max(at.gradient.norm(), least), -0.25, 0.25));
        depth.at(i, j, k) = 1.0f - float((p - Vec3::Constant(1.5)).cwiseAbs().maxCoeff());
        zone.at(i, j, k) = -depth.at(i, j, k);
      }
  });
  const SurfaceDistance distance = surface_distance(field, Progress());
  const Travel travel =
      travelling_spheres(field, distance, phase, &zone, depth, medial_balls(field, distance, phase, &zone, Progress()), Progress());
  return *std::max_element(travel.along_axis.begin(), travel.along_axis.end(),
                           [](const TravelSphere& a, const TravelSphere& b) { return a.diameter_mm < b.diameter_mm; });
}

struct Options {
  int per_cell = 24;
  std::string surface;  ///< empty: all
};

/// @param listed  percolating spheres on 144 samples per cell: up to one of them too low, and rounded
void compare(const std::string& what, const Cell& cell, double level, MaterialPhase phase, double converged, double listed, const Options& options) {
  if (listed > 0.0)
    line(what + ", converged", converged, listed, converged > listed - 0.001 && converged < listed + 1.0 / 144.0 + 0.001, "table: at most 0.007 of the cell above");
  const double ours = sampled(cell, level, phase, options.per_cell).diameter_mm;
  line(what + ", " + std::to_string(options.per_cell) + " samples", ours, converged, std::abs(ours - converged) <= 0.01 * converged,
       "within 1 % of the converged value");
}

/// In the plane z = 0 through the window of {f < t}, cos x + cos y = t - 1; the nearest place is on the diagonal.
double primitive_throat(double t) { return std::numbers::sqrt2 * std::acos((1.0 + t) / 2.0) / std::numbers::pi; }

void compare_row(const test::Sizes& row, const Options& options) {
  const std::string at = std::string(row.surface) + " " + std::to_string(row.density).substr(0, 4);
  const CellPtr network = find_cell(std::string(row.surface) + "-network-minus");
  const double level = level_for_density(*network, row.density);
  const CellSizes of_network = measure_unit_cell(*network, level, {.throats = true});
  if (std::strcmp(row.surface, "primitive") == 0) {
    const double closed[] = {primitive_throat(level), row.neck > 0.0 ? primitive_throat(-level) : 0.0};
    line(at + ", network, throat, closed form", of_network.throat_diameter, closed[0], std::abs(of_network.throat_diameter - closed[0]) <= 0.002 * closed[0], "within 0.2 %");
    if (closed[1] > 0.0)
      line(at + ", network, neck, closed form", of_network.neck_diameter, closed[1], std::abs(of_network.neck_diameter - closed[1]) <= 0.002 * closed[1], "within 0.2 %");
  }
  compare(at + ", network, throat", *network, level, MaterialPhase::kVoid, of_network.throat_diameter, row.throat, options);
  if (row.neck > 0.0) compare(at + ", network, neck", *network, level, MaterialPhase::kSolid, of_network.neck_diameter, row.neck, options);
  if (!(row.sheet_throat > 0.0)) return;
  const CellPtr sheet = find_cell(std::string(row.surface) + "-sheet");
  const double half = level_for_density(*sheet, row.density);
  const CellSizes of_sheet = measure_unit_cell(*sheet, half, {.throats = true});
  compare(at + ", sheet, throat", *sheet, half, MaterialPhase::kVoid, of_sheet.throat_diameter, row.sheet_throat, options);
}

}  // namespace

int main(int count, char** words) {
  Options options;
  for (int n = 1; n < count; ++n) {
    const std::string word = words[n];
    if (word == "--per-cell" && n + 1 < count) options.per_cell = std::atoi(words[++n]);
    else if (word == "--surface" && n + 1 < count) options.surface = words[++n];
    else {
      std::printf("usage: validate_throats [--per-cell SAMPLES (24)] [--surface NAME]\n");
      return 2;
    }
  }
  if (options.per_cell < 8 || options.per_cell > 128) {
    std::printf("validate_throats: --per-cell must be 8 to 128\n");
    return 2;
  }
  std::printf("     %-46s %9s %9s\n", "diameter per cell size", "ours", "reference");
  try {
    for (const test::Sizes& row : test::kSizes)
      if (options.surface.empty() || options.surface == row.surface) compare_row(row, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_throats: %s\n", error.what());
    return int(error.code());
  }
  std::printf("%d off\n", failures);
  return failures > 0 ? 1 : 0;
}
