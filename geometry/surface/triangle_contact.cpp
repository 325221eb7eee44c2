#include "geometry/surface/triangle_contact.h"

#include "geometry/surface/exact_orientation.h"

#include <algorithm>

namespace spongiosa::geometry {

namespace {

/// An axis along which the triangle is seen with an area.
int seen_along(const Corners& t) {
  for (int axis = 0; axis < 2; ++axis)
    if (orientation_along(axis, t[0], t[1], t[2]) != 0) return axis;
  return 2;
}

/// c lies on the line through a and b; does it lie between them?
bool between(int axis, const Vec3f& a, const Vec3f& b, const Vec3f& c) {
  for (int n = 1; n <= 2; ++n) {
    const int u = (axis + n) % 3;
    if (c[u] < std::min(a[u], b[u]) || c[u] > std::max(a[u], b[u])) return false;
  }
  return true;
}

bool segments_meet(int axis, const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d) {
  const int abc = orientation_along(axis, a, b, c), abd = orientation_along(axis, a, b, d);
  const int cda = orientation_along(axis, c, d, a), cdb = orientation_along(axis, c, d, b);
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return (abc == 0 && between(axis, a, b, c)) || (abd == 0 && between(axis, a, b, d)) || (cda == 0 && between(axis, c, d, a)) ||
         (cdb == 0 && between(axis, c, d, b));
}

bool covers(int axis, const Corners& t, const Vec3f& p) {
  const int s[3] = {orientation_along(axis, t[0], t[1], p), orientation_along(axis, t[1], t[2], p), orientation_along(axis, t[2], t[0], p)};
  return (s[0] >= 0 && s[1] >= 0 && s[2] >= 0) || (s[0] <= 0 && s[1] <= 0 && s[2] <= 0);
}

/// A segment in the plane of the triangle.
bool meet_in_plane(const Vec3f& a, const Vec3f& b, const Corners& t) {
  const int axis = seen_along(t);
  if (covers(axis, t, a) || covers(axis, t, b)) return true;
  for (std::size_t n = 0; n < 3; ++n)
    if (segments_meet(axis, a, b, t[n], t[(n + 1) % 3])) return true;
  return false;
}

/// @param side_a,side_b  sides of the triangle's plane that the ends lie on
bool segment_meets(const Vec3f& a, const Vec3f& b, int side_a, int side_b, const Corners& t) {
  if (side_a * side_b > 0) return false;
  if (side_a == 0 && side_b == 0) return meet_in_plane(a, b, t);
  const int s0 = orientation(a, b, t[0], t[1]), s1 = orientation(a, b, t[1], t[2]);
  if (s0 * s1 < 0) return false;
  const int s2 = orientation(a, b, t[2], t[0]);
  return s0 * s2 >= 0 && s1 * s2 >= 0;
}

std::array<int, 3> sides(const Corners& of, const Corners& plane) {
  return {orientation(plane[0], plane[1], plane[2], of[0]), orientation(plane[0], plane[1], plane[2], of[1]),
          orientation(plane[0], plane[1], plane[2], of[2])};
}

bool one_side(const std::array<int, 3>& s) { return s[0] != 0 && s[0] == s[1] && s[1] == s[2]; }

/// Corner p[m] is corner q[n]; any other contact shows on the side opposite to it, of one triangle or the other.
bool meet_besides_corner(const Corners& p, std::size_t m, const Corners& q, std::size_t n) {
  const Vec3f &p1 = p[(m + 1) % 3], &p2 = p[(m + 2) % 3], &q1 = q[(n + 1) % 3], &q2 = q[(n + 2) % 3];
  const int p1_side = orientation(q[0], q[1], q[2], p1), p2_side = orientation(q[0], q[1], q[2], p2);
  if (p1_side * p2_side > 0) return false;
  const int q1_side = orientation(p[0], p[1], p[2], q1), q2_side = orientation(p[0], p[1], p[2], q2);
  if (q1_side * q2_side > 0) return false;
  return segment_meets(p1, p2, p1_side, p2_side, q) || segment_meets(q1, q2, q1_side, q2_side, p);
}

}  // namespace

bool meet_improperly(const Corners& p, const Corners& q) {
  CornerNames names = {3, 4, 5};
  for (std::uint32_t m = 0; m < 3; ++m)
    for (std::uint32_t n = 0; n < 3; ++n)
      if (p[m] == q[n]) names[n] = m;
  return meet_improperly(p, {0, 1, 2}, q, names);
}

bool meet_improperly(const Corners& p, const CornerNames& p_names, const Corners& q, const CornerNames& q_names) {
  int shared = 0;
  std::size_t in_p[3] = {}, in_q[3] = {};
  for (std::size_t m = 0; m < 3; ++m)
    for (std::size_t n = 0; n < 3; ++n)
      if (p_names[m] == q_names[n] && shared < 3) {
        in_p[shared] = m;
        in_q[shared++] = n;
      }
  if (shared == 3) return true;
  if (shared == 2) {
    const Vec3f &c = p[3 - in_p[0] - in_p[1]], &d = q[3 - in_q[0] - in_q[1]];
    const Vec3f &a = p[in_p[0]], &b = p[in_p[1]];
    if (orientation(a, b, c, d) != 0) return false;
    const int axis = seen_along(p);
    return orientation_along(axis, a, b, c) == orientation_along(axis, a, b, d);
  }
  if (shared == 1) return meet_besides_corner(p, in_p[0], q, in_q[0]);

  const std::array<int, 3> of_p = sides(p, q);
  if (one_side(of_p)) return false;
  const std::array<int, 3> of_q = sides(q, p);
  if (one_side(of_q)) return false;
  for (std::size_t n = 0; n < 3; ++n) {
    const std::size_t next = (n + 1) % 3;
    if (segment_meets(p[n], p[next], of_p[n], of_p[next], q)) return true;
    if (segment_meets(q[n], q[next], of_q[n], of_q[next], p)) return true;
  }
  return false;
}

}  // namespace spongiosa::geometry
