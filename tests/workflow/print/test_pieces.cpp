#include "tests/workflow/print/solids.h"
#include "workflow/print/pieces.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

double dumbbell(const Vec3& p, double neck_mm) {
  const double balls = std::min((p - Vec3(-1.2, 0, 0)).norm(), (p - Vec3(1.2, 0, 0)).norm()) - 0.7;
  return std::min(balls, std::max(rod_mm(p, Vec3(0, 0.013, 0.01), Vec3::UnitX(), 0.5 * neck_mm), std::abs(p[0]) - 1.0));
}

}  // namespace

TEST_CASE("necks are found by the diameter that holds") {
  const BuildField build = build_of(2.5, 0.05, [](const Vec3& p) { return dumbbell(p, 0.3); });
  CHECK(measure_pieces(build, 0.2, Progress()).necks == 0);
  const Pieces held = measure_pieces(build, 0.42, Progress());
  CHECK(held.necks == 1);
  CHECK(std::abs(held.neck_Build[0]) > 0.5);
  CHECK(held.count == 1);
  CHECK(held.point_contacts == 0);
}

TEST_CASE("pieces, and pieces that meet along an edge only") {
  const BuildField two = build_of(2.5, 0.05, [](const Vec3& p) { return std::min((p - Vec3(-1.2, 0, 0)).norm(), (p - Vec3(1.2, 0, 0)).norm()) - 0.7; });
  const Pieces apart = measure_pieces(two, 0.2, Progress());
  CHECK(apart.count == 2);
  CHECK(apart.point_contacts == 0);
  CHECK(apart.necks == 0);
  // Two cubes with one edge in common, which lies midway between samples.
  const BuildField edge = build_of(1.5, 0.1, [](const Vec3& p) {
    return std::min(box_mm(p, Vec3(-0.95, -0.95, -0.5), Vec3(0.05, 0.05, 0.5)), box_mm(p, Vec3(0.05, 0.05, -0.5), Vec3(1.05, 1.05, 0.5)));
  });
  const Pieces touching = measure_pieces(edge, 0.2, Progress());
  CHECK(touching.count == 2);
  CHECK(touching.point_contacts >= 9);
  CHECK(touching.contact_Build.head<2>().cwiseAbs().maxCoeff() < 0.12);
}
