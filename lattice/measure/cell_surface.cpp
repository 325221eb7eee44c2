#include "lattice/measure/cell_surface.h"

#include <Eigen/Geometry>
#include <nanoflann.hpp>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

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

}  // namespace

struct CellSurface::Impl {
  const Cell& cell;
  double level;
  Vec3 aspect;
  double step;  ///< spacing of the samples
  PointCloud cloud;
  std::unique_ptr<Tree> tree;

  /// Negative in the solid; with its gradient per cell size.
  double field(const Vec3& p, Vec3& gradient) const {
    const CellValue at = value_at(cell, p.cwiseQuotient(aspect), level);
    gradient = at.gradient.cwiseQuotient(aspect);
    return at.value;
  }

  /// The point of the surface nearest to `p`, for a `p` near it.
  Vec3 onto_surface(Vec3 p, int steps) const {
    for (int n = 0; n < steps; ++n) {
      Vec3 gradient;
      const double f = field(p, gradient), square = gradient.squaredNorm();
      if (square < 1e-6) break;
      Vec3 move = f / square * gradient;
      if (move.norm() > 0.5 * step) move *= 0.5 * step / move.norm();
      p -= move;
    }
    return p;
  }

  /// Slides `p` along the surface towards the foot of the perpendicular from `centre`; returns the distance.
  /// Where a step leads away, there is a crease between two struts, on which the foot may lie: `p` then moves along the crease, as
  /// the normals on both its sides give it, and steps across it are halved.
  double slide(const Vec3& centre, Vec3 p) const {
    double share = 0.7;
    int rounds = 7;
    for (int n = 0; n < rounds; ++n) {
      Vec3 gradient;
      field(p, gradient);
      const double square = gradient.squaredNorm();
      if (square < 1e-6) break;
      const Vec3 d = centre - p;
      Vec3 along = d - d.dot(gradient) / square * gradient;
      if (along.norm() > 0.5 * step) along *= 0.5 * step / along.norm();
      if (share * along.norm() < 5e-3 * step) break;
      const Vec3 next = onto_surface(p + share * along, 1);
      if ((centre - next).squaredNorm() < d.squaredNorm()) {
        p = next;
        continue;
      }
      share *= 0.5;
      Vec3 beyond;
      field(p + 2.0 * share * along, beyond);
      const Vec3 crease = gradient.cross(beyond);
      if (crease.squaredNorm() < 1e-4 * square * beyond.squaredNorm()) continue;
      rounds = 24;
      Vec3 move = crease.dot(d) / crease.squaredNorm() * crease;
      if (move.norm() > 0.5 * step) move *= 0.5 * step / move.norm();
      const Vec3 shifted = onto_surface(p + move, 2);
      if ((centre - shifted).squaredNorm() < d.squaredNorm()) p = shifted;
    }
    return (centre - p).norm();
  }

  /// Where g crosses one of the band's ends between neighbouring samples, moved onto the surface, with copies around the cell
  /// so that balls near its sides meet their periodic neighbours. The two faces of a sheet are found each by its own end, however
  /// near they are.
  void find_points(const CellGrid& grid, const std::vector<float>& g) {
    const double margin = std::min(1.2, 0.6 * aspect.maxCoeff());
    const Band band = cell.band(level);
    for (const auto& end : {band.high, band.low}) {
      if (!end) continue;
      for (int k = 0; k < grid.n[2]; ++k)
        for (int j = 0; j < grid.n[1]; ++j)
          for (int i = 0; i < grid.n[0]; ++i)
            for (int axis = 0; axis < 3; ++axis) {
              const std::size_t next = grid.offset((i + (axis == 0)) % grid.n[0], (j + (axis == 1)) % grid.n[1], (k + (axis == 2)) % grid.n[2]);
              const double a = g[grid.offset(i, j, k)] - *end, b = g[next] - *end;
              if ((a < 0.0) == (b < 0.0)) continue;
              Vec3 p(i, j, k);
              p[axis] += a / (a - b);
              add_copies(onto_surface(p.cwiseProduct(grid.spacing()), 3), margin);
            }
    }
  }
  void add_copies(const Vec3& p, double margin) {
    for (int n = 0; n < 27; ++n) {
      const Vec3 copy = p + aspect.cwiseProduct(Vec3(n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1));
      if (copy.minCoeff() > -margin && (aspect - copy).minCoeff() > -margin) cloud.points.push_back(copy);
    }
  }
};

CellSurface::CellSurface(const Cell& cell, double level, const CellGrid& grid, const std::vector<float>& g)
    : impl_(new Impl{cell, level, cell.info().aspect, grid.spacing().maxCoeff(), {}, nullptr}) {
  impl_->find_points(grid, g);
  if (!empty()) impl_->tree = std::make_unique<Tree>(3, impl_->cloud, nanoflann::KDTreeSingleIndexAdaptorParams(16));
}
CellSurface::~CellSurface() = default;

bool CellSurface::empty() const { return impl_->cloud.points.empty(); }

double CellSurface::field(const Vec3& place) const { return value_at(impl_->cell, place.cwiseQuotient(impl_->aspect), impl_->level).value; }

double CellSurface::signed_distance(const Vec3& place) const {
  constexpr std::size_t kNear = 6;
  unsigned found[kNear];
  double squared[kNear];
  const Vec3 u = place.cwiseQuotient(impl_->aspect), wrapped = impl_->aspect.cwiseProduct(u - u.array().floor().matrix());
  const std::size_t count = impl_->tree->knnSearch(wrapped.data(), kNear, found, squared);
  double nearest = 1e9;
  for (std::size_t n = 0; n < count; ++n) nearest = std::min(nearest, impl_->slide(wrapped, impl_->cloud.points[found[n]]));
  return field(wrapped) > 0.0 ? nearest : -nearest;
}

}  // namespace spongiosa::lattice
