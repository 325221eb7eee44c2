#include "core/error.h"
#include "core/threads.h"
#include "tests/workflow/print/solids.h"
#include "workflow/print/print_check.h"
#include "workflow/print/registration.h"

#include <Eigen/Geometry>

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// An L with a boss: no symmetry.
double bracket(const Vec3& p) {
  return std::min({box_mm(p, Vec3(-2, -1, -1.5), Vec3(2, 1, -0.7)), box_mm(p, Vec3(-2, -1, -1), Vec3(-1.2, 1, 1.8)), (p - Vec3(1.0, 0.3, -0.5)).norm() - 0.6});
}

std::vector<Vec3> surface_points(const BuildField& design) {
  std::vector<Vec3> points;
  for (const Vec3f& v : build_mesh(design, Progress()).vertices) points.push_back(v.cast<double>());
  return points;
}

}  // namespace

TEST_CASE("a scan that was moved and turned is laid back over the design") {
  const BuildField design = build_of(2.6, 0.08, bracket);
  const std::vector<Vec3> points = surface_points(design);
  for (const double degrees : {0.0, 4.0, 12.0}) {
    const Mat3 turn(Eigen::AngleAxisd(degrees * 3.14159265358979323846 / 180.0, Vec3(0.3, -0.5, 0.8).normalized()));
    const Vec3 shift(3.0, -1.0, 7.0);
    std::vector<Vec3> moved = points;
    for (Vec3& p : moved) p = turn * p + shift;
    set_thread_count(1);
    const Registration one = register_scan(design, moved, false, Progress());
    set_thread_count(2);
    const Registration two = register_scan(design, moved, false, Progress());
    set_thread_count(0);
    REQUIRE((one.rotation == two.rotation && one.shift_mm == two.shift_mm));
    CAPTURE(degrees, one.rms_mm, one.steps);
    double worst_mm = 0.0;
    for (std::size_t n = 0; n < points.size(); ++n) worst_mm = std::max(worst_mm, (one.apply(moved[n]) - points[n]).norm());
    CHECK(worst_mm < 0.1 * 0.08);
  }
}

TEST_CASE("a scan that lies on another side is found among the 24 ways") {
  const BuildField design = build_of(2.6, 0.08, bracket);
  const std::vector<Vec3> points = surface_points(design);
  Mat3 side;
  side.col(0) = -Vec3::UnitY();
  side.col(1) = Vec3::UnitZ();
  side.col(2) = -Vec3::UnitX();
  REQUIRE(side.determinant() == Approx(1.0));
  const Mat3 turn = side * Mat3(Eigen::AngleAxisd(0.08, Vec3::UnitX()));
  std::vector<Vec3> moved = points;
  for (Vec3& p : moved) p = turn * p;
  const Registration found = register_scan(design, moved, true, Progress());
  double worst_mm = 0.0;
  for (std::size_t n = 0; n < points.size(); ++n) worst_mm = std::max(worst_mm, (found.apply(moved[n]) - points[n]).norm());
  CHECK(worst_mm < 0.1 * 0.08);
}

TEST_CASE("a grown part is laid evenly over the design, and few points are refused") {
  const BuildField design = build_of(2.6, 0.08, bracket);
  const BuildField thicker = build_of(2.6, 0.08, [](const Vec3& p) { return bracket(p) - 0.05; });
  const Registration laid = register_scan(design, surface_points(thicker), false, Progress());
  CHECK(laid.rms_mm == Approx(0.05).epsilon(0.1));
  CHECK((laid.apply(Vec3::Zero())).norm() < 0.02);
  CHECK(design_distance_mm(design, Vec3(2.5, 0.0, -1.1)) == Approx(0.5).margin(0.01));
  CHECK(design_distance_mm(design, Vec3(30.0, 0.0, -1.1)) == Approx(28.0).margin(0.05));
  REQUIRE_THROWS_WITH(register_scan(design, std::vector<Vec3>(99, Vec3::Zero()), false, Progress()), Catch::Contains("100 or more"));
}
