#pragma once
/// Solid shares of boxes by rays through a closed mesh: of what is printed, not of the field it was made from.

#include "geometry/surface/mesh.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace spongiosa::lattice::test {

/// Boxes [i, i + 1] x [j, j + 1] x [k, k + 1] times the edges, round the origin. Rays run along z, 48 x 48 in every box; along a ray the
/// length within the solid is exact.
class MeshWindows {
 public:
  /// @param half_mm  the mesh lies within -half_mm..half_mm
  MeshWindows(const Vec3& edges_mm, const Vec3& half_mm) : edges_(edges_mm) {
    for (int a = 0; a < 3; ++a) {
      first_[a] = -std::int64_t(std::ceil(half_mm[a] / edges_mm[a]));
      count_[a] = -2 * first_[a];
    }
    length_.assign(std::size_t(count_[0] * count_[1] * count_[2]), 0.0);
    balance_.assign(std::size_t(count_[0] * count_[1] * kRays * kRays), 0);
  }

  void add(const geometry::TriangleMesh& mesh) {
    for (const auto& t : mesh.triangles)
      add_triangle(mesh.vertices[t[0]].cast<double>(), mesh.vertices[t[1]].cast<double>(), mesh.vertices[t[2]].cast<double>());
  }

  /// Rays that leave the solid more or less often than they enter it: those through an edge.
  double unmeasured_share() const {
    return double(std::count_if(balance_.begin(), balance_.end(), [](int b) { return b != 0; })) / double(balance_.size());
  }
  /// visit(lower corner, solid share) of every box.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::int64_t k = 0; k < count_[2]; ++k)
      for (std::int64_t j = 0; j < count_[1]; ++j)
        for (std::int64_t i = 0; i < count_[0]; ++i)
          visit(Vec3(edges_.cwiseProduct(Vec3(double(first_[0] + i), double(first_[1] + j), double(first_[2] + k)))),
                length_[box(i, j, k)] / (kRays * kRays * edges_[2]));
  }

 private:
  static constexpr int kRays = 48;
  /// Of rays from the corners of their squares: rays meet no vertex on a grid, and none of the diagonals of its squares.
  static constexpr double kShift[2] = {0.4142135, 0.7320508};

  std::size_t box(std::int64_t i, std::int64_t j, std::int64_t k) const { return std::size_t(i + count_[0] * (j + count_[1] * k)); }

  void add_triangle(const Vec3& a, const Vec3& b, const Vec3& c) {
    const double doubled = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if (doubled == 0.0) return;
    std::int64_t low[2], high[2];
    for (int axis = 0; axis < 2; ++axis) {
      const double scale = kRays / edges_[axis], zero = double(first_[axis]) * kRays + kShift[axis];
      low[axis] = std::max<std::int64_t>(0, std::int64_t(std::ceil(std::min({a[axis], b[axis], c[axis]}) * scale - zero)));
      high[axis] = std::min(count_[axis] * kRays - 1, std::int64_t(std::floor(std::max({a[axis], b[axis], c[axis]}) * scale - zero)));
    }
    const double leaves = doubled > 0.0 ? 1.0 : -1.0;  // the triangle faces up
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t i = low[0]; i <= high[0]; ++i) {
        const double x = (double(first_[0]) * kRays + double(i) + kShift[0]) * edges_[0] / kRays;
        const double y = (double(first_[1]) * kRays + double(j) + kShift[1]) * edges_[1] / kRays;
        const double u = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / doubled;
        const double v = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / doubled;
        const double w = ((a[0] - x) * (b[1] - y) - (a[1] - y) * (b[0] - x)) / doubled;
        if (!(u > 0.0 && v > 0.0 && w > 0.0)) continue;
        const double z = u * a[2] + v * b[2] + w * c[2];
        balance_[std::size_t(i + count_[0] * kRays * j)] += leaves > 0.0 ? 1 : -1;
        // The length of a ray within an interval is the sum over its crossings of what lies below them, with their signs.
        for (std::int64_t k = 0; k < count_[2]; ++k) {
          const double below = std::clamp(z - edges_[2] * double(first_[2] + k), 0.0, edges_[2]);
          if (below == 0.0) break;
          length_[box(i / kRays, j / kRays, k)] += leaves * below;
        }
      }
  }

  Vec3 edges_;
  std::int64_t first_[3] = {}, count_[3] = {};
  std::vector<double> length_;
  std::vector<int> balance_;
};

}  // namespace spongiosa::lattice::test
