#include "lattice/measure/unit_cell.h"

#include "core/error.h"
#include "lattice/cells/distribution.h"
#include "lattice/measure/ball_search.h"
#include "lattice/measure/cell_surface.h"
#include "lattice/measure/cell_thickness.h"
#include "lattice/measure/percolation.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr int kSamplesPerCellSize = 48, kSamplesInTiles = 24;  ///< balls are then refined against the equation itself

struct Seed {
  double score;
  Vec3 point;
};

/// One phase of the cell on the grid.
struct PhaseOnGrid {
  double sign;                        ///< +1: void, -1: solid
  /// About the distance to the other phase, in which it is negative: what is thinner than a sample still has its best samples.
  std::vector<float> distance;
  std::vector<std::uint8_t> side;     ///< of the middle of a band, where it has one: its two sides are apart
};

class UnitCell {
 public:
  UnitCell(const Cell& cell, double level)
      : cell_(cell), band_(cell.band(level)), grid_(cell, kSamplesPerCellSize, kSamplesInTiles), g_(grid_.function(cell)), distance_(grid_.distance(cell, level)),
        surface_(cell, level, grid_, g_) {}

  const CellSurface& surface() const { return surface_; }
  double step() const { return grid_.spacing().maxCoeff(); }

  PhaseOnGrid phase(double sign) const {
    PhaseOnGrid phase{sign, {}, {}};
    std::vector<std::uint8_t> other(grid_.size());
    // Walls and struts thinner than a sample come within half a step of some.
    for (std::size_t n = 0; n < grid_.size(); ++n) other[n] = sign * distance_[n] <= 0.5 * step();
    phase.distance = periodic_distance(grid_, other);
    for (std::size_t n = 0; n < grid_.size(); ++n)
      if (other[n]) phase.distance[n] = float(sign * distance_[n]);
    // What lies between two samples is not seen: a sheet may be thinner.
    const bool band_is_this = band_.outside == (sign > 0.0);
    if (band_.low && band_.high && !band_is_this) {
      phase.side.resize(grid_.size());
      for (std::size_t n = 0; n < grid_.size(); ++n) phase.side[n] = g_[n] > middle();
    }
    return phase;
  }

  /// Where to grow balls from: the samples farthest from the other phase; and, for a band that may be few samples thick,
  /// the places of its middle where the gradient is least, because there it is thickest.
  std::vector<Vec3> seeds(const PhaseOnGrid& phase) const {
    constexpr std::size_t kKept = 24;
    std::vector<Seed> by_distance, by_gradient;
    const float least = *std::max_element(phase.distance.begin(), phase.distance.end()) - float(2.0 * step());
    for (std::size_t n = 0; n < grid_.size(); ++n)
      if (phase.distance[n] >= least) by_distance.push_back({phase.distance[n], grid_.aspect.cwiseProduct(grid_.cell_coordinates(n))});
    if (band_.low && band_.high && phase.side.empty())
      for (std::size_t n = 0; n < grid_.size(); ++n) {
        const Vec3 p = grid_.aspect.cwiseProduct(grid_.cell_coordinates(n));
        const Vec3 gradient = function_at(cell_, grid_.cell_coordinates(n)).gradient.cwiseQuotient(grid_.aspect);
        const double value = g_[n] - middle(), square = gradient.squaredNorm();
        if (std::abs(value) < 0.5 * step() * std::sqrt(square)) by_gradient.push_back({-square, p - value / square * gradient});
      }
    std::vector<Vec3> points;
    keep_best_apart(by_distance, kKept, points);
    keep_best_apart(by_gradient, kKept, points);
    return points;
  }

  Ball largest_ball(const PhaseOnGrid& phase) const {
    const auto clearance = [&](const Vec3& p) { return phase.sign * surface_.signed_distance(p); };
    const std::vector<Vec3> starts = seeds(phase);
    std::vector<Ball> balls(starts.size());
    tbb::parallel_for(std::size_t(0), starts.size(), [&](std::size_t n) { balls[n] = grow_ball(starts[n], step(), 0.1 * step(), clearance); });
    std::stable_sort(balls.begin(), balls.end(), [](const Ball& a, const Ball& b) { return a.radius > b.radius; });
    constexpr std::size_t kRefined = 6;
    Ball best;
    for (std::size_t n = 0; n < std::min(kRefined, balls.size()); ++n) {
      const Ball ball = grow_ball(balls[n].centre, 0.1 * step(), 1e-5, clearance);
      if (ball.radius > best.radius) best = ball;
    }
    return best;
  }

  /// Radius of the largest ball that travels through the lattice within the phase; 0 when not even a point does.
  double throat(const PhaseOnGrid& phase) const {
    if (phase.side.empty()) return throat(phase, phase.distance);
    // The two sides of a sheet may differ by less than the samples tell: each is searched to the end.
    double widest = 0.0;
    for (const std::uint8_t side : {0, 1}) {
      std::vector<float> distance = phase.distance;
      for (std::size_t n = 0; n < distance.size(); ++n)
        if (phase.side[n] != side) distance[n] = -1e6f;
      widest = std::max(widest, throat(phase, distance));
    }
    return widest;
  }

 private:
  double throat(const PhaseOnGrid& phase, const std::vector<float>& distance) const {
    // Of struts and plates the distance has creases everywhere, and lines of highest values are none to turn to.
    const int turns = cell_.graph() || cell_.info().is_distance ? 0 : 4;
    const Percolation way = percolation(grid_, distance, phase.side, 1);
    if (!way.found || way.value < -1e5f) return 0.0;
    const auto clearance = [&](const Vec3& p) { return phase.sign * surface_.signed_distance(p); };
    return std::max(0.0, find_saddle(clearance, grid_.aspect.cwiseProduct(grid_.cell_coordinates(way.sample)), way.way, step(), turns).value);
  }

  double middle() const { return 0.5 * (*band_.low + *band_.high); }

  /// The best seeds that lie apart from each other, so that not all of them climb the same hill.
  void keep_best_apart(std::vector<Seed>& seeds, std::size_t most, std::vector<Vec3>& kept) const {
    std::stable_sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.score > b.score; });
    const std::size_t first = kept.size();
    for (const Seed& seed : seeds) {
      if (kept.size() == first + most) break;
      bool apart = true;
      for (std::size_t n = first; n < kept.size() && apart; ++n) {
        const Vec3 d = (seed.point - kept[n]).cwiseQuotient(grid_.aspect);
        apart = grid_.aspect.cwiseProduct(d - d.array().round().matrix()).norm() > 2.5 * step();
      }
      if (apart) kept.push_back(seed.point);
    }
  }

  const Cell& cell_;
  Band band_;
  CellGrid grid_;
  std::vector<float> g_, distance_;
  CellSurface surface_;
};

}  // namespace

CellSizes measure_unit_cell(const Cell& cell, double level, const SizeOptions& options) {
  const auto distribution = distribution_of(cell);
  const Band band = cell.band(level);
  const double density = distribution->share(band);
  const UnitCell unit(cell, level);
  if (unit.surface().empty() || !(density > 0.0 && density < 1.0))
    fail_input("cell '{}' with level {} is wholly solid or wholly void", cell.name(), level);
  CellSizes sizes;
  sizes.porosity_fraction = 1.0 - density;
  const PhaseOnGrid void_phase = unit.phase(1.0), solid_phase = unit.phase(-1.0);
  const Ball pore = unit.largest_ball(void_phase), strut = unit.largest_ball(solid_phase);
  sizes.pore_diameter = 2.0 * pore.radius;
  sizes.pore_centre = pore.centre;
  sizes.strut_diameter = 2.0 * strut.radius;
  sizes.strut_centre = strut.centre;
  if (options.throats) {
    sizes.throat_diameter = 2.0 * unit.throat(void_phase);
    sizes.neck_diameter = 2.0 * unit.throat(solid_phase);
  }
  if (options.thickness) {
    sizes.pore_thickness = mean_local_thickness(cell, level, MaterialPhase::kVoid, sizes.pore_diameter);
    sizes.strut_thickness = mean_local_thickness(cell, level, MaterialPhase::kSolid, sizes.strut_diameter);
  }
  const double area = (band.low ? distribution->area(*band.low) : 0.0) + (band.high ? distribution->area(*band.high) : 0.0);
  sizes.area_per_volume = area / cell.info().aspect.prod();
  sizes.pore_intercept = 4.0 * (1.0 - density) / sizes.area_per_volume;
  sizes.strut_intercept = 4.0 * density / sizes.area_per_volume;
  return sizes;
}

}  // namespace spongiosa::lattice
