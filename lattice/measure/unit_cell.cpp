#include "core/error.h"
#include "lattice/grading/calibrate.h"
#include "lattice/measure/ball_search.h"
#include "lattice/measure/inscribed_sphere.h"

#include <nanoflann.hpp>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr int kN = 48;  ///< samples per cell edge; balls are then refined against the equation itself

/// Points of the surface of the solid, for nanoflann.
struct PointCloud {
  std::vector<Vec3> points;
  std::size_t kdtree_get_point_count() const { return points.size(); }
  double kdtree_get_pt(std::size_t n, std::size_t axis) const { return points[n][Eigen::Index(axis)]; }
  template <class B>
  bool kdtree_get_bbox(B&) const {
    return false;
  }
};
using Tree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, PointCloud>, PointCloud, 3>;

/// The periodic cell with edge 1 at one level.
class UnitCell {
 public:
  UnitCell(const Cell& cell, double level) : cell_(cell), level_(level), band_(cell.band(level)) {}

  /// Negative in the solid; with its gradient per cell edge.
  double field(const Vec3& p, Vec3& gradient) const {
    const CellValue at = value_at(cell_, p, level_);
    gradient = at.gradient;
    return at.value;
  }
  double field(const Vec3& p) const { return value_at(cell_, p, level_).value; }
  /// The field where the cell's function is g.
  double phase_value(double g) const {
    const double inside = std::max(band_.low ? *band_.low - g : -1e30, band_.high ? g - *band_.high : -1e30);
    return band_.outside ? -inside : inside;
  }
  std::vector<double> levels() const {
    std::vector<double> levels;
    for (const auto& level : {band_.high, band_.low})
      if (level) levels.push_back(*level);
    return levels;
  }
  /// A band with two faces, which may be thinner than a sample.
  bool is_sheet() const { return band_.low && band_.high && !band_.outside; }
  double middle() const { return 0.5 * (*band_.low + *band_.high); }
  /// Of the cell's function, per cell edge.
  Vec3 function_gradient(const Vec3& p) const { return function_at(cell_, p).gradient; }

  /// The point of the surface nearest to `p`, for a `p` near it.
  Vec3 onto_surface(Vec3 p, int steps) const {
    for (int step = 0; step < steps; ++step) {
      Vec3 gradient;
      const double f = field(p, gradient);
      const double square = gradient.squaredNorm();
      if (square < 1e-6) break;
      Vec3 move = f / square * gradient;
      if (move.norm() > 0.5 / kN) move *= 0.5 / kN / move.norm();
      p -= move;
    }
    return p;
  }

  /// Slides `p` along the surface towards the foot of the perpendicular from `centre`; returns the distance.
  double distance(const Vec3& centre, Vec3 p) const {
    for (int step = 0; step < 4; ++step) {
      Vec3 gradient;
      field(p, gradient);
      const double square = gradient.squaredNorm();
      if (square < 1e-6) break;
      const Vec3 d = centre - p;
      Vec3 slide = d - d.dot(gradient) / square * gradient;
      if (slide.norm() > 0.5 / kN) slide *= 0.5 / kN / slide.norm();
      const Vec3 next = onto_surface(p + 0.7 * slide, 1);
      if ((centre - next).squaredNorm() >= d.squaredNorm()) break;
      p = next;
    }
    return (centre - p).norm();
  }

 private:
  const Cell& cell_;
  double level_;
  Band band_;
};

/// Where f crosses one of `levels` between neighbouring samples, moved onto the surface, with copies in a margin around the
/// cell so that balls near its sides meet their periodic neighbours. The two faces of a sheet are found by their own level,
/// however near they are.
PointCloud surface_points(const UnitCell& cell, const std::vector<double>& f, const std::vector<double>& levels, double margin) {
  PointCloud cloud;
  const auto at = [&](int i, int j, int k) { return f[std::size_t((i % kN) + kN * ((j % kN) + kN * (k % kN)))]; };
  for (double level : levels)
    for (int k = 0; k < kN; ++k)
      for (int j = 0; j < kN; ++j)
        for (int i = 0; i < kN; ++i)
          for (int axis = 0; axis < 3; ++axis) {
            const double a = at(i, j, k) - level, b = at(i + (axis == 0), j + (axis == 1), k + (axis == 2)) - level;
            if ((a < 0.0) == (b < 0.0)) continue;
            Vec3 p(i, j, k);
            p[axis] += a / (a - b);
            p = cell.onto_surface(p / kN, 3);
            for (int n = 0; n < 27; ++n) {
              const Vec3 copy = p + Vec3(n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1);
              if (copy.minCoeff() > -margin && copy.maxCoeff() < 1.0 + margin) cloud.points.push_back(copy);
            }
          }
  return cloud;
}

struct Seed {
  double score;
  Vec3 point;
};

/// The best seeds that lie apart from each other, so that not all of them climb the same hill.
void keep_best_apart(std::vector<Seed>& seeds, std::size_t most, std::vector<Vec3>& kept) {
  constexpr double kApart = 2.5 / kN;
  std::stable_sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.score > b.score; });
  const std::size_t first = kept.size();
  for (const Seed& seed : seeds) {
    if (kept.size() == first + most) break;
    bool apart = true;
    for (std::size_t n = first; n < kept.size() && apart; ++n) {
      const Vec3 d = (seed.point - kept[n]).unaryExpr([](double x) { return x - std::round(x); });
      apart = d.norm() > kApart;
    }
    if (apart) kept.push_back(seed.point);
  }
}

/// Where to grow balls from: the samples farthest from the other phase; and, for the wall of a sheet, which may be thinner
/// than a sample, the places of its middle where the gradient is least, because there it is thickest.
std::vector<Vec3> seeds(const UnitCell& cell, const std::vector<double>& f, double sign) {
  // Repeated by 3/4 of a cell on each side; no ball that fits into a periodic cell is larger.
  constexpr int kPad = 3 * kN / 4, kWide = kN + 2 * kPad;
  constexpr std::size_t kKept = 24;
  geometry::LabelImage obstacle;
  obstacle.size = {kWide, kWide, kWide};
  obstacle.allocate(0);
  const auto wrap = [](int i) { return (i - kPad + kN) % kN; };
  for (int k = 0; k < kWide; ++k)
    for (int j = 0; j < kWide; ++j)
      for (int i = 0; i < kWide; ++i)
        obstacle.at(i, j, k) = sign * cell.phase_value(f[std::size_t(wrap(i) + kN * (wrap(j) + kN * wrap(k)))]) <= 0.0;
  const std::vector<float> distance = squared_distance_to(obstacle);
  std::vector<Seed> by_distance, by_gradient;
  for (int k = 0; k < kN; ++k)
    for (int j = 0; j < kN; ++j)
      for (int i = 0; i < kN; ++i) {
        const Vec3 p = Vec3(i, j, k) / kN;
        by_distance.push_back({distance[obstacle.offset(i + kPad, j + kPad, k + kPad)], p});
        if (!cell.is_sheet() || sign > 0.0) continue;
        const Vec3 gradient = cell.function_gradient(p);
        const double value = f[std::size_t(i + kN * (j + kN * k))] - cell.middle(), square = gradient.squaredNorm();
        if (std::abs(value) < 0.5 / kN * std::sqrt(square)) by_gradient.push_back({-square, p - value / square * gradient});
      }
  std::vector<Vec3> points;
  keep_best_apart(by_distance, kKept, points);
  keep_best_apart(by_gradient, kKept, points);
  return points;
}

/// @param sign  +1 for balls in the void, -1 for balls in the solid.
Ball largest_ball(const UnitCell& cell, const std::vector<double>& f, const PointCloud& cloud, const Tree& tree, double sign) {
  const auto clearance = [&](const Vec3& centre) {
    constexpr std::size_t kNear = 6;
    unsigned found[kNear];
    double squared[kNear];
    const Vec3 wrapped = centre.unaryExpr([](double x) { return x - std::floor(x); });
    const std::size_t count = tree.knnSearch(wrapped.data(), kNear, found, squared);
    double nearest = 1e9;
    for (std::size_t n = 0; n < count; ++n) nearest = std::min(nearest, cell.distance(wrapped, cloud.points[found[n]]));
    return sign * cell.field(wrapped) > 0.0 ? nearest : -nearest;
  };
  const std::vector<Vec3> starts = seeds(cell, f, sign);
  std::vector<Ball> balls(starts.size());
  tbb::parallel_for(std::size_t(0), starts.size(), [&](std::size_t n) { balls[n] = grow_ball(starts[n], 1.0 / kN, 0.1 / kN, clearance); });
  std::stable_sort(balls.begin(), balls.end(), [](const Ball& a, const Ball& b) { return a.radius > b.radius; });
  constexpr std::size_t kRefined = 6;
  Ball best;
  for (std::size_t n = 0; n < std::min(kRefined, balls.size()); ++n) {
    const Ball ball = grow_ball(balls[n].centre, 0.1 / kN, 1e-5, clearance);
    if (ball.radius > best.radius) best = ball;
  }
  return best;
}

}  // namespace

CellSizes measure_unit_cell(const Cell& cell, double level) {
  const UnitCell unit(cell, level);
  std::vector<double> g(std::size_t(kN) * kN * kN);
  for (int n = 0; n < kN * kN * kN; ++n) g[std::size_t(n)] = function_at(cell, Vec3(n % kN, n / kN % kN, n / kN / kN) / kN).value;
  const PointCloud cloud = surface_points(unit, g, unit.levels(), 0.6);
  const double density = density_at_level(cell, level);
  if (cloud.points.empty() || !(density > 0.0 && density < 1.0))
    fail_input("cell '{}' with level {} is wholly solid or wholly void", cell.name(), level);
  const Tree tree(3, cloud, nanoflann::KDTreeSingleIndexAdaptorParams(16));
  CellSizes sizes;
  sizes.porosity_fraction = 1.0 - density;
  const Ball pore = largest_ball(unit, g, cloud, tree, 1.0), strut = largest_ball(unit, g, cloud, tree, -1.0);
  sizes.pore_diameter = 2.0 * pore.radius;
  sizes.pore_centre = pore.centre;
  sizes.strut_diameter = 2.0 * strut.radius;
  sizes.strut_centre = strut.centre;
  return sizes;
}

}  // namespace spongiosa::lattice
