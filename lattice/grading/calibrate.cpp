#include "lattice/grading/calibrate.h"

#include "core/error.h"
#include "lattice/cells/distribution.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

double density_at_level(const Cell& cell, double level) { return distribution_of(cell)->share(cell.band(level)); }

double level_for_density(const Cell& cell, double density_fraction) {
  if (!(density_fraction > 0.0 && density_fraction < 1.0))
    fail_input("cell '{}': a porosity of {} is not possible; expected a fraction between 0 and 1", cell.name(), 1.0 - density_fraction);
  const auto distribution = distribution_of(cell);
  // The tables are piecewise linear and the density is monotone in the level: bisection cannot fail.
  const CellInfo& info = cell.info();
  double sparse = info.density_grows ? info.level_min : info.level_max, dense = info.density_grows ? info.level_max : info.level_min;
  if (distribution->share(cell.band(dense)) < density_fraction)
    fail_input("cell '{}' reaches a density of at most {:.3f}; {:.3f} was asked for", cell.name(), distribution->share(cell.band(dense)),
               density_fraction);
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (sparse + dense);
    (distribution->share(cell.band(middle)) < density_fraction ? sparse : dense) = middle;
  }
  return 0.5 * (sparse + dense);
}

double threshold_for_porosity(const Cell& cell, double porosity_fraction) { return level_for_density(cell, 1.0 - porosity_fraction); }
double porosity_for_threshold(const Cell& cell, double threshold) { return 1.0 - density_at_level(cell, threshold); }

double crossings_per_line(const Cell& cell, double level) {
  const auto distribution = distribution_of(cell);
  const Band band = cell.band(level);
  return (band.low ? distribution->crossings(*band.low) : 0.0) + (band.high ? distribution->crossings(*band.high) : 0.0);
}

}  // namespace spongiosa::lattice
