#include "lattice/measure/nearest_dent.h"

#include <Eigen/LU>

#include <algorithm>
#include <optional>
#include <vector>

namespace spongiosa::lattice {
namespace {

/// {y : normal . y >= offset}
struct HalfSpace {
  Vec3 normal;
  double offset;
  int round;  ///< in which it was last seen
  double short_of(const Vec3& y) const { return offset - normal.dot(y); }
};

/// One plane for each smooth piece of g around `y`, beside those of pieces seen before: a step towards one piece ends beyond another, and
/// without memory the search would go to and fro between them.
void see_pieces(const Implicit& g, const Vec3& y, double step, int round, std::vector<HalfSpace>& planes) {
  constexpr double kAround = 0.1, kSame = 0.9;  // cosine of the angle between planes that count as one piece
  const auto look = [&](const Vec3& p) {
    Vec3 gradient;
    const double value = g(p, gradient), length = gradient.norm();
    if (length < 1e-9) return;
    const Vec3 normal = gradient / length;
    const HalfSpace seen{normal, normal.dot(p) - value / length, round};
    for (HalfSpace& plane : planes)
      if (plane.normal.dot(normal) > kSame) {
        if (plane.round < round) plane = seen;
        return;
      }
    planes.push_back(seen);
  };
  look(y);
  for (int n = 0; n < 27; ++n) {
    const Vec3 way(n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1);
    const double squared = way.squaredNorm();
    if (squared == 1.0 || squared == 3.0) look(y + kAround * step / std::sqrt(squared) * way);
  }
}

/// The point nearest to `from` on all of up to three planes, if they have one.
std::optional<Vec3> nearest_on(const std::vector<HalfSpace>& planes, const std::vector<std::size_t>& chosen, const Vec3& from) {
  const Eigen::Index count = Eigen::Index(chosen.size());
  Eigen::Matrix<double, Eigen::Dynamic, 3, 0, 3, 3> rows(count, 3);
  Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 3, 1> missing(count);
  for (Eigen::Index n = 0; n < count; ++n) {
    rows.row(n) = planes[chosen[std::size_t(n)]].normal.transpose();
    missing[n] = planes[chosen[std::size_t(n)]].short_of(from);
  }
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 3, 3> products = rows * rows.transpose();
  if (std::abs(products.determinant()) < 1e-9) return std::nullopt;
  return Vec3(from + rows.transpose() * products.inverse() * missing);
}

/// The point nearest to `from` beyond all planes: that of the planes it lies on, which are three at most.
std::optional<Vec3> nearest_beyond(const std::vector<HalfSpace>& planes, const Vec3& from, double tolerance) {
  std::optional<Vec3> best;
  double least = 1e30;
  std::vector<std::size_t> chosen;
  const auto consider = [&] {
    const auto y = nearest_on(planes, chosen, from);
    if (!y || (*y - from).squaredNorm() >= least) return;
    if (std::any_of(planes.begin(), planes.end(), [&](const HalfSpace& plane) { return plane.short_of(*y) > tolerance; })) return;
    best = y;
    least = (*y - from).squaredNorm();
  };
  for (std::size_t a = 0; a < planes.size(); ++a) {
    chosen = {a};
    consider();
    for (std::size_t b = a + 1; b < planes.size(); ++b) {
      chosen = {a, b};
      consider();
      for (std::size_t c = b + 1; c < planes.size(); ++c) {
        chosen = {a, b, c};
        consider();
      }
    }
  }
  return best;
}

}  // namespace

double way_out_of_union(const Implicit& g, const Vec3& from, const Vec3& start, double step) {
  Vec3 y = start;
  std::vector<HalfSpace> planes;
  for (int round = 0; round < 30; ++round) {
    see_pieces(g, y, step, round, planes);
    std::erase_if(planes, [&](const HalfSpace& plane) { return plane.round < round - 4; });
    const std::optional<Vec3> next = nearest_beyond(planes, from, 1e-9);
    if (!next) return 1e9;
    Vec3 move = *next - y;
    const double length = move.norm();
    if (length > 0.5 * step) move *= 0.5 * step / length;
    y += move;
    if (length < 1e-6) return (y - from).norm();
  }
  return 1e9;
}

}  // namespace spongiosa::lattice
