#include "geometry/surface/slice_contours.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kPi = 3.14159265358979323846;

template <class F>
std::vector<Contour> traced(std::int64_t count, double step, const Vec2& centre, F&& f) {
  std::vector<float> values;
  const Vec2 first = centre - Vec2::Constant(0.5 * step * double(count - 1));
  for (std::int64_t j = 0; j < count; ++j)
    for (std::int64_t i = 0; i < count; ++i) values.push_back(float(f(Vec2(first + step * Vec2(double(i), double(j)) - centre))));
  return trace_contours(values.data(), {count, count}, first, step);
}

double turn(const Vec2& a, const Vec2& b, const Vec2& c) { return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]); }

bool cross(const Vec2& a, const Vec2& b, const Vec2& c, const Vec2& d) {
  // Pieces of one line cross when their boxes meet.
  for (int axis = 0; axis < 2; ++axis)
    if (std::max(a[axis], b[axis]) < std::min(c[axis], d[axis]) || std::max(c[axis], d[axis]) < std::min(a[axis], b[axis])) return false;
  return turn(a, b, c) * turn(a, b, d) <= 0.0 && turn(c, d, a) * turn(c, d, b) <= 0.0;
}

/// Times the outline winds around p.
int winding(const Contour& contour, const Vec2& p) {
  int times = 0;
  for (std::size_t n = 0; n < contour.points.size(); ++n) {
    const Vec2 &a = contour.points[n], &b = contour.points[(n + 1) % contour.points.size()];
    if (a[1] <= p[1] && b[1] > p[1] && turn(a, b, p) > 0.0) ++times;
    if (a[1] > p[1] && b[1] <= p[1] && turn(a, b, p) < 0.0) --times;
  }
  return times;
}

}  // namespace

TEST_CASE("a ring: one outline, one hole, areas of second order") {
  double outer_error = 0.0;
  for (const double step : {0.2, 0.1, 0.05}) {
    const auto found = traced(std::int64_t(6.0 / step), step, Vec2(100.0, -50.0), [](const Vec2& p) { return std::abs(p.norm() - 1.7) - 0.5; });
    REQUIRE(found.size() == 2);
    REQUIRE(found[0].area > 0.0);
    REQUIRE(found[1].area < 0.0);
    REQUIRE(found[1].area == Approx(-kPi * 1.2 * 1.2).epsilon(0.01));
    const double error = std::abs(found[0].area / (kPi * 2.2 * 2.2) - 1.0);
    REQUIRE(error < 0.3 * step * step);
    if (outer_error > 0.0) CHECK(outer_error / error > 3.0);
    outer_error = error;
  }
}

TEST_CASE("random samples: outlines close, do not cross or touch, and separate solid from void") {
  std::mt19937 random(4);
  for (int trial = 0; trial < 40; ++trial) {
    constexpr std::int64_t kCount = 14;
    std::vector<float> values;
    for (std::int64_t n = 0; n < kCount * kCount; ++n) {
      const float magnitude = std::pow(10.0f, float(int(random() % 9)) - 4.0f);
      values.push_back(random() % 2 ? magnitude : -magnitude);
    }
    const std::vector<Contour> found = trace_contours(values.data(), {kCount, kCount}, Vec2::Zero(), 1.0);
    struct Side {
      Vec2 a, b;
      std::size_t outline, number, count;
    };
    std::vector<Side> sides;
    double area = 0.0;
    for (std::size_t c = 0; c < found.size(); ++c) {
      REQUIRE(found[c].points.size() >= 3);
      area += found[c].area;
      for (std::size_t n = 0; n < found[c].points.size(); ++n)
        sides.push_back({found[c].points[n], found[c].points[(n + 1) % found[c].points.size()], c, n, found[c].points.size()});
    }
    int crossings = 0;
    for (std::size_t m = 0; m < sides.size(); ++m) {
      REQUIRE((sides[m].a - sides[m].b).norm() > 0.005);
      for (std::size_t n = m + 1; n < sides.size(); ++n) {
        const bool neighbours = sides[m].outline == sides[n].outline && ((sides[n].number - sides[m].number) % sides[m].count == 1 ||
                                                                         (sides[m].number + sides[m].count - sides[n].number) % sides[m].count == 1);
        if (!neighbours && cross(sides[m].a, sides[m].b, sides[n].a, sides[n].b)) ++crossings;
      }
    }
    REQUIRE(crossings == 0);
    REQUIRE(area > 0.0);
    for (std::int64_t j = 0; j < kCount; ++j)
      for (std::int64_t i = 0; i < kCount; ++i) {
        int times = 0;
        for (const Contour& contour : found) times += winding(contour, Vec2(double(i), double(j)));
        const bool border = i == 0 || j == 0 || i + 1 == kCount || j + 1 == kCount;
        REQUIRE(times == (!border && values[std::size_t(i + kCount * j)] < 0.0f ? 1 : 0));
      }
  }
}

TEST_CASE("nothing solid, nothing numeric, nothing large enough: no outline") {
  const std::vector<float> zeros(25, 0.0f), nothing(25, std::nanf(""));
  REQUIRE(trace_contours(zeros.data(), {5, 5}, Vec2::Zero(), 1.0).empty());
  REQUIRE(trace_contours(nothing.data(), {5, 5}, Vec2::Zero(), 1.0).empty());
  const std::vector<float> solid(4, -1.0f);
  REQUIRE(trace_contours(solid.data(), {2, 2}, Vec2::Zero(), 1.0).empty());
}
