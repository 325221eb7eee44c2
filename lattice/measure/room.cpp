#include "lattice/measure/room.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

double Room::value(const Vec3& p, Vec3& gradient) const {
  std::int64_t base[3];
  double t[3];
  for (int a = 0; a < 3; ++a) {
    base[a] = std::clamp<std::int64_t>(std::int64_t(std::floor(p[a])), 0, size()[std::size_t(a)] - 2);
    t[a] = p[a] - double(base[a]);
  }
  double v[8];
  for (int c = 0; c < 8; ++c) v[c] = double(at(base[0] + (c & 1), base[1] + (c >> 1 & 1), base[2] + (c >> 2)));
  const auto mix = [](double a, double b, double s) { return a + s * (b - a); };
  const double y0z0 = mix(v[0], v[1], t[0]), y1z0 = mix(v[2], v[3], t[0]), y0z1 = mix(v[4], v[5], t[0]), y1z1 = mix(v[6], v[7], t[0]);
  const double z0 = mix(y0z0, y1z0, t[1]), z1 = mix(y0z1, y1z1, t[1]);
  gradient[2] = z1 - z0;
  gradient[1] = mix(y1z0 - y0z0, y1z1 - y0z1, t[2]);
  gradient[0] = mix(mix(v[1] - v[0], v[3] - v[2], t[1]), mix(v[5] - v[4], v[7] - v[6], t[1]), t[2]);
  return mix(z0, z1, t[2]);
}

Walls::Walls(const Room& room, const std::array<std::int64_t, 3>& middle, double reach)
    : room_(room), middle_(double(middle[0]), double(middle[1]), double(middle[2])), reach_(reach) {
  std::int64_t from[3], to[3];
  for (std::size_t a = 0; a < 3; ++a) {
    from[a] = std::max<std::int64_t>(0, middle[a] - std::int64_t(std::ceil(reach)));
    to[a] = std::min<std::int64_t>(room.size()[a] - 1, middle[a] + std::int64_t(std::ceil(reach)));
  }
  for (std::int64_t k = from[2]; k <= to[2]; ++k)
    for (std::int64_t j = from[1]; j <= to[1]; ++j)
      for (std::int64_t i = from[0]; i <= to[0]; ++i) {
        const float here = room.at(i, j, k);
        const std::int64_t at[3] = {i, j, k};
        for (int axis = 0; axis < 3; ++axis) {
          if (at[axis] == to[axis]) continue;
          const float next = room.at(i + (axis == 0), j + (axis == 1), k + (axis == 2));
          if ((here > 0.0f) == (next > 0.0f)) continue;
          Vec3 p = Vec3(double(i), double(j), double(k));
          p[axis] += double(here) / (double(here) - double(next));
          if ((p - middle_).norm() < reach) points_.push_back(p);
        }
      }
}

double Walls::distance(const Vec3& centre) const {
  double least = 1e30;
  for (const Vec3& p : points_) least = std::min(least, (p - centre).squaredNorm());
  double best = reach_ - (centre - middle_).norm();
  if (least == 1e30) return best;
  // A crossing l beside the foot is l^2 / (2 d) too far away: on another side a wall may be nearer although its crossings are not.
  const double nearest = std::sqrt(least), furthest = nearest + 0.05 + 0.5 / std::max(nearest, 1.0);
  constexpr std::size_t kMost = 24;
  std::array<std::pair<double, std::size_t>, kMost> near;
  std::size_t count = 0;
  for (std::size_t n = 0; n < points_.size(); ++n) {
    const double square = (points_[n] - centre).squaredNorm();
    if (square > furthest * furthest || (count == kMost && square >= near.back().first)) continue;
    std::size_t at = count < kMost ? count++ : kMost - 1;
    while (at > 0 && near[at - 1].first > square) {
      near[at] = near[at - 1];
      --at;
    }
    near[at] = {square, n};
  }
  // The four nearest, and of the rest those that do not lie beside one nearer: they would slide to the same foot.
  for (std::size_t n = 0; n < count; ++n) {
    const Vec3& p = points_[near[n].second];
    bool beside = false;
    for (std::size_t m = 0; m < n && !beside; ++m) beside = (points_[near[m].second] - p).squaredNorm() < (n < 4 ? 0.0 : 0.5);
    if (!beside) best = std::min(best, slide(centre, p));
  }
  return best;
}

double Walls::slide(const Vec3& centre, const Vec3& p) const {
  // A step onto the interpolated surface is only trusted within a voxel's worth of curvature.
  return std::max((centre - foot(centre, p)).norm(), (centre - p).norm() - 0.3);
}

Vec3 Walls::foot(const Vec3& centre, Vec3 p) const {
  const Vec3 origin = p;
  for (int step = 0; step < 3; ++step) {
    Vec3 gradient;
    room_.value(p, gradient);
    const double square = gradient.squaredNorm();
    if (square < 1e-12) break;
    Vec3 along = centre - p;
    along -= along.dot(gradient) / square * gradient;
    if (along.norm() > 0.5) along *= 0.5 / along.norm();
    Vec3 next = p + 0.7 * along;
    const double value = room_.value(next, gradient);
    next -= value / std::max(gradient.squaredNorm(), 1e-12) * gradient;
    // At an edge of the room the linear step can jump away: then the crossing itself is the answer.
    if ((next - origin).norm() > 1.0 || (centre - next).squaredNorm() >= (centre - p).squaredNorm()) break;
    p = next;
  }
  return p;
}

double distance_to_border(const Room& room, const Vec3& p) {
  double nearest = 1e30;
  for (int a = 0; a < 3; ++a) nearest = std::min({nearest, p[a], double(room.size()[std::size_t(a)] - 1) - p[a]});
  return nearest;
}

}  // namespace spongiosa::lattice
