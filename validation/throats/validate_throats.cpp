/// Throats of pores and necks of struts on samples, 24 to the cell, against their converged values, those against a table of lower bounds
/// and, for Schwarz' P, against the closed form. One line per comparison, see README.md; exit code 1 when one is judged off.

#include "core/error.h"
#include "lattice/cells/cell.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/travel.h"
#include "lattice/measure/unit_cell.h"
#include "validation/throats/listed_throats.h"

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

int failures = 0, misses = 0, samples_compared = 0;

void line(const char* mark, const std::string& what, double ours, double reference, const char* rule) {
  std::printf("%-4s %-46s %9.5f %9.5f  %+7.3f %%  %s\n", mark, what.c_str(), ours, reference, 100.0 * (ours / reference - 1.0), rule);
}

void judge_closed_form(const std::string& what, double ours, double closed_form) {
  const bool good = std::abs(ours - closed_form) <= 0.002 * closed_form;
  failures += !good;
  line(good ? "pass" : "FAIL", what + ", closed form", ours, closed_form, "within 0.2 %");
}

/// The aim is 1 %; what misses it is told. A passage of five samples or more that is off by more than 2.5 % is judged.
void judge_samples(const std::string& what, double ours, double converged, int per_cell) {
  const double off = std::abs(ours / converged - 1.0);
  const bool fails = off > 0.025 && converged * per_cell >= 5.0;
  ++samples_compared;
  misses += off > 0.01;
  failures += fails;
  line(fails ? "FAIL" : off > 0.01 ? "miss" : "pass", what + ", " + std::to_string(per_cell) + " samples", ours, converged, "aim: within 1 % of the converged value");
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

/// @param listed  percolating spheres on 144 samples per cell: told, not judged, because the closed form of Schwarz' P is up to 0.0094 above
void compare(const std::string& what, const Cell& cell, double level, MaterialPhase phase, double converged, double listed, const Options& options) {
  if (listed > 0.0)
    line(converged > listed - 0.001 && converged < listed + 1.0 / 144.0 + 0.001 ? "same" : "DIFF", what + ", converged", converged, listed,
         "table: said to be at most 0.007 too low");
  judge_samples(what, sampled(cell, level, phase, options.per_cell).diameter_mm, converged, options.per_cell);
}

/// In the plane z = 0 through the window of {f < t}, cos x + cos y = t - 1; the nearest place is on the diagonal.
double primitive_throat(double t) { return std::numbers::sqrt2 * std::acos((1.0 + t) / 2.0) / std::numbers::pi; }

void compare_row(const validation::ListedThroats& row, const Options& options) {
  const std::string at = std::string(row.surface) + " " + std::to_string(row.density).substr(0, 4);
  const CellPtr network = find_cell(std::string(row.surface) + "-network-minus");
  const double level = level_for_density(*network, row.density);
  const CellSizes of_network = measure_unit_cell(*network, level, {.throats = true});
  if (std::strcmp(row.surface, "primitive") == 0) {
    judge_closed_form(at + ", network, throat", of_network.throat_diameter, primitive_throat(level));
    if (row.neck > 0.0) judge_closed_form(at + ", network, neck", of_network.neck_diameter, primitive_throat(-level));
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
    for (const validation::ListedThroats& row : validation::kListedThroats)
      if (options.surface.empty() || options.surface == row.surface) compare_row(row, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "validate_throats: %s\n", error.what());
    return int(error.code());
  }
  std::printf("%d of %d on samples beyond 1 %%; %d judged off\n", misses, samples_compared, failures);
  return failures > 0 ? 1 : 0;
}
