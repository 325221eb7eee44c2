#include "lattice/measure/connectivity.h"

#include "core/error.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/percolation.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>

namespace spongiosa::lattice {
namespace {

constexpr int kSamplesPerCellSize = 64, kSamplesInTiles = 16;
constexpr double kLoose = 0.002;  ///< share of the cell that may be loose pieces or closed pores

/// Highest level above which g runs through in `directions` directions (sign +1), or lowest below which it does (sign -1).
double percolation_level(const Cell& cell, const CellGrid& grid, std::vector<float> g, double sign, int directions) {
  for (float& value : g) value *= float(sign);
  const Percolation way = percolation(grid, g, {}, directions);
  SPONGIOSA_ASSERT(way.found);
  const auto value = [&](const Vec3& p) { return sign * function_at(cell, p.cwiseQuotient(grid.aspect)).value; };
  const Saddle saddle = find_saddle(value, grid.aspect.cwiseProduct(grid.cell_coordinates(way.sample)), way.way, grid.spacing().maxCoeff());
  return sign * saddle.value;
}

struct Trial {
  bool solid = true, pores = true;
  bool good() const { return solid && pores; }
};
Trial try_density(const Cell& cell, double density) {
  const Connectivity c = measure_connectivity(cell, level_for_density(cell, density));
  return {c.solid_connected && c.solid_loose_share < kLoose, c.void_open && c.void_closed_share < kLoose};
}

std::optional<DensityRange> find_range(const Cell& cell) {
  const CellGrid grid(cell, kSamplesPerCellSize, kSamplesInTiles);
  const std::vector<float> g = grid.function(cell);
  const int void_directions = cell.info().family == "honeycomb" ? 1 : 3;
  // Of g above a level the void is asked where the solid is below it, and the other way round.
  const bool solid_above = !cell.band(cell.info().level_max).high;
  const double above = percolation_level(cell, grid, g, 1.0, solid_above ? 3 : void_directions);
  const double below = percolation_level(cell, grid, g, -1.0, solid_above ? void_directions : 3);
  // Both sides of every face of the solid must run through: each end of the band lies between the two levels.
  const auto possible = [&](double density) {
    const Band band = cell.band(level_for_density(cell, density));
    const auto within = [&](const std::optional<double>& end) { return !end || (*end > below && *end < above); };
    return within(band.low) && within(band.high);
  };
  // Densities in the order of how much they are asked for.
  double good = -1.0;
  for (const double density : {0.3, 0.4, 0.5, 0.2, 0.6, 0.1, 0.7, 0.15, 0.05, 0.8, 0.9, 0.03, 0.95, 0.02})
    if (possible(density) && try_density(cell, density).good()) {
      good = density;
      break;
    }
  if (good < 0.0) return std::nullopt;
  const auto limit = [&](double end, const auto& accept) {
    if (accept(end)) return end;
    double inside = good, outside = end;
    for (int step = 0; step < 16; ++step) {
      const double middle = 0.5 * (inside + outside);
      (accept(middle) ? inside : outside) = middle;
    }
    return inside;
  };
  DensityRange range;
  const auto find_end = [&](double end, double step_in, double& result, std::string& because) {
    result = limit(end, possible);
    // Near the end necks are thinner than the samples of the flood: it is asked a little further in.
    const double probe = std::abs(result - good) > std::abs(step_in) ? result + step_in : good;
    const Band band = cell.band(level_for_density(cell, std::clamp(result - 1e-3 * (step_in > 0.0 ? 1.0 : -1.0), 0.001, 0.999)));
    const bool from_below = (band.low && *band.low <= below) || (band.high && *band.high <= below);
    const bool solid_below = band.high && !band.low;
    because = result == end ? kNoLimit : band.outside || (from_below ? solid_below : solid_above) ? kSolidFallsApart : kPoresClose;
    if (const Trial trial = try_density(cell, probe); !trial.good()) {
      because = trial.solid ? kPoresClose : kSolidFallsApart;
      result = limit(result, [&](double density) { return try_density(cell, density).good(); });
    }
  };
  find_end(0.01, 0.015, range.least, range.least_because);
  find_end(0.99, -0.015, range.most, range.most_because);
  range.least = std::ceil(1000.0 * range.least - 1e-6) / 1000.0;
  range.most = std::floor(1000.0 * range.most + 1e-6) / 1000.0;
  return range;
}

}  // namespace

std::optional<DensityRange> usable_densities(const Cell& cell) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::optional<DensityRange>> known;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(cell.info().key); found != known.end()) return found->second;
  }
  const std::optional<DensityRange> range = find_range(cell);
  const std::lock_guard lock(mutex);
  return known.emplace(cell.info().key, range).first->second;
}

}  // namespace spongiosa::lattice
