#include "geometry/surface/exact_orientation.h"
#include "geometry/surface/triangle_contact.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

using Whole = __int128;
using IntVec = std::array<Whole, 3>;

IntVec whole(const Vec3f& p) { return {Whole(p[0]), Whole(p[1]), Whole(p[2])}; }
IntVec minus(const IntVec& a, const IntVec& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
IntVec cross(const IntVec& a, const IntVec& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Whole dot(const IntVec& a, const IntVec& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
int sign(Whole value) { return (value > 0) - (value < 0); }

int orientation_of_whole(const Vec3f& a, const Vec3f& b, const Vec3f& c, const Vec3f& d) {
  const IntVec o = whole(d);
  return sign(dot(minus(whole(a), o), cross(minus(whole(b), o), minus(whole(c), o))));
}

/// Independent of the code under test: two convex sets are disjoint when an axis separates them; for flat ones the normals, the
/// products of sides, and the sides' normals in their planes are enough.
bool disjoint(const Corners& p, const Corners& q) {
  std::vector<IntVec> axes;
  IntVec sides[2][3], normal[2];
  for (std::size_t n = 0; n < 3; ++n) {
    sides[0][n] = minus(whole(p[(n + 1) % 3]), whole(p[n]));
    sides[1][n] = minus(whole(q[(n + 1) % 3]), whole(q[n]));
  }
  for (int t = 0; t < 2; ++t) {
    normal[t] = cross(sides[t][0], sides[t][1]);
    axes.push_back(normal[t]);
  }
  for (const IntVec& a : sides[0]) {
    for (const IntVec& b : sides[1]) axes.push_back(cross(a, b));
  }
  for (const auto& of : sides)
    for (const IntVec& a : of)
      for (const IntVec& n : normal) axes.push_back(cross(a, n));
  for (const IntVec& axis : axes) {
    const auto range = [&](const Corners& t) {
      const Whole d[3] = {dot(axis, whole(t[0])), dot(axis, whole(t[1])), dot(axis, whole(t[2]))};
      return std::pair(*std::min_element(d, d + 3), *std::max_element(d, d + 3));
    };
    const auto [p_low, p_high] = range(p);
    const auto [q_low, q_high] = range(q);
    if (p_high < q_low || q_high < p_low) return true;
  }
  return false;
}

Vec3f random_point(std::mt19937& random, unsigned range) {
  return Vec3f(float(random() % range), float(random() % range), float(random() % range));
}

bool flat(const Corners& t) { return collinear(t[0], t[1], t[2]); }

}  // namespace

TEST_CASE("orientation is exact: random, nearly flat and flat points of 24 bits") {
  std::mt19937 random(1);
  int zeros = 0;
  for (int trial = 0; trial < 200000; ++trial) {
    const unsigned range = trial % 2 ? 1u << 24 : 5;
    const Vec3f a = random_point(random, range), b = random_point(random, range), c = random_point(random, range);
    // Often a point of the plane itself, or one step beside it.
    Vec3f d = random_point(random, range);
    if (trial % 4 == 1) {
      d = (a + b - c).cwiseMax(0.0f).cwiseMin(16777215.0f);
      if (trial % 8 == 1) d[int(random() % 3)] += 1.0f;
    }
    const int expected = orientation_of_whole(a, b, c, d);
    REQUIRE(orientation(a, b, c, d) == expected);
    REQUIRE(orientation(b, a, c, d) == -expected);
    zeros += expected == 0;
    for (int axis = 0; axis < 3; ++axis) {
      const IntVec u = minus(whole(b), whole(a)), v = minus(whole(c), whole(a));
      REQUIRE(orientation_along(axis, a, b, c) == sign(cross(u, v)[std::size_t(axis)]));
    }
  }
  REQUIRE(zeros > 10000);
  // Coordinates that differ by many powers of two, so that the filter cannot tell.
  const Vec3f a(1, 0, 0), b(0, 1, 0), c(0, 0, 1), d(1e-30f, 1e-30f, 1.0f);
  REQUIRE(orientation(a, b, c, d) != 0);
  REQUIRE(orientation(a, b, c, Vec3f(0.5f, 0.25f, 0.25f)) == 0);
  REQUIRE(orientation(a, b, c, Vec3f(-1e-30f, 0.0f, 1.0f)) == -orientation(a, b, c, d));
  REQUIRE(collinear(Vec3f(0.1f, 0.1f, 0.1f), Vec3f(0.2f, 0.2f, 0.2f), Vec3f(0.4f, 0.4f, 0.4f)));
  REQUIRE_FALSE(collinear(Vec3f(0, 0, 0), Vec3f(1, 1, 1), Vec3f(1, 1, 1.0000001f)));
}

TEST_CASE("contact of triangles agrees with separating axes") {
  std::mt19937 random(2);
  int apart = 0, meeting = 0, corner_only = 0;
  for (int trial = 0; trial < 300000; ++trial) {
    const unsigned range = trial % 3 == 0 ? 3 : trial % 3 == 1 ? 5 : 1u << 20;
    Corners p, q;
    for (Vec3f& v : p) v = random_point(random, range);
    for (Vec3f& v : q) v = random_point(random, range);
    if (trial % 5 == 0) q[random() % 3] = p[random() % 3];
    if (trial % 7 == 0)  // in one plane
      for (std::size_t n = 0; n < 3; ++n) p[n][2] = q[n][2] = 1.0f;
    if (flat(p) || flat(q)) continue;
    int shared = 0;
    std::size_t m = 0, n = 0;
    for (std::size_t x = 0; x < 3; ++x)
      for (std::size_t y = 0; y < 3; ++y)
        if (p[x] == q[y]) {
          ++shared;
          m = x;
          n = y;
        }
    bool expected = true;
    if (shared == 0) {
      expected = !disjoint(p, q);
      (expected ? meeting : apart)++;
    } else if (shared == 1) {
      // Any contact besides the corner reaches the side opposite to it, of one of the two.
      const Corners p_side = {p[(m + 1) % 3], p[(m + 2) % 3], p[(m + 2) % 3]}, q_side = {q[(n + 1) % 3], q[(n + 2) % 3], q[(n + 2) % 3]};
      expected = !disjoint(p_side, q) || !disjoint(q_side, p);
      corner_only += !expected;
    } else {
      continue;
    }
    REQUIRE(meet_improperly(p, q) == expected);
    REQUIRE(meet_improperly(q, p) == expected);
    REQUIRE(meet_improperly({p[2], p[1], p[0]}, {q[1], q[2], q[0]}) == expected);
  }
  REQUIRE(apart > 10000);
  REQUIRE(meeting > 10000);
  REQUIRE(corner_only > 10000);
}

TEST_CASE("neighbours: a bend is no contact, a fold is one") {
  const Vec3f a(0, 0, 0), b(1, 0, 0), c(0.3f, 1, 0);
  REQUIRE_FALSE(meet_improperly({a, b, c}, {b, a, Vec3f(0.5f, -1, 0)}));   // flat
  REQUIRE_FALSE(meet_improperly({a, b, c}, {b, a, Vec3f(0.5f, 1, 1e-30f)}));  // all but folded
  REQUIRE(meet_improperly({a, b, c}, {b, a, Vec3f(0.5f, 1, 0)}));
  REQUIRE(meet_improperly({a, b, c}, {b, a, Vec3f(5, 0.001f, 0)}));
  REQUIRE(meet_improperly({a, b, c}, {a, c, b}));
  // One corner in common, the rest apart, crossing, or touching in a second point.
  REQUIRE_FALSE(meet_improperly({a, b, c}, {a, Vec3f(-1, 0, 0), Vec3f(0, -1, 0)}));
  REQUIRE(meet_improperly({a, b, c}, {a, Vec3f(0.3f, 0.3f, 1), Vec3f(0.3f, 0.3f, -1)}));
  REQUIRE(meet_improperly({a, b, c}, {a, Vec3f(0.5f, 0, 0), Vec3f(0, 0, 1)}));
}
