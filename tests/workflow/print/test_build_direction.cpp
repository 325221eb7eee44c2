#include "core/error.h"
#include "core/threads.h"
#include "tests/workflow/print/solids.h"
#include "workflow/print/build_direction.h"
#include "workflow/print/print_check.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

geometry::TriangleMesh mesh_of(double half_mm, double voxel_mm, const std::function<double(const Vec3&)>& distance_mm) {
  return build_mesh(build_of(half_mm, voxel_mm, distance_mm), Progress());
}

/// A plate of 4 x 4 x 0.6 mm with four pins on top: it wants to lie on its back.
double bristles(const Vec3& p) {
  double d = box_mm(p, Vec3(-2, -2, -1), Vec3(2, 2, -0.4));
  for (const double x : {-1.0, 1.0})
    for (const double y : {-1.0, 1.0}) d = std::min(d, box_mm(p, Vec3(x - 0.3, y - 0.3, -0.5), Vec3(x + 0.3, y + 0.3, 1.0)));
  return d;
}

}  // namespace

TEST_CASE("heights, overhangs and islands of a plate with pins") {
  const std::vector<double> across = {-2.0, -1.3, -0.7, 0.7, 1.3, 2.0};
  const geometry::TriangleMesh mesh = block_mesh({{across, across, {-1.0, -0.4, 1.0}}}, [](const Vec3& p) { return bristles(p) < 0.0; });
  DirectionSearch search;
  search.layer_mm = 0.1;
  const DirectionFigures up = judge_direction(mesh, Vec3::UnitZ(), search), down = judge_direction(mesh, -Vec3::UnitZ(), search);
  CHECK(up.height_mm == Approx(2.0).margin(1e-5));
  CHECK(up.islands == 0);
  CHECK(up.overhang_mm2 == 0.0);
  CHECK(down.islands == 0);
  CHECK(down.overhang_mm2 == Approx(16.0 - 4.0 * 0.36).epsilon(1e-5));
  // On its side the pins hang in the air, and the plate stands.
  const DirectionFigures side = judge_direction(mesh, Vec3::UnitX(), search);
  CHECK(side.height_mm == Approx(4.0).margin(1e-5));
  CHECK(side.islands == 0);
  CHECK(side.overhang_mm2 == Approx(4.0 * 0.6 * 1.4).epsilon(1e-5));
}

TEST_CASE("islands are lowest points of the solid, not of its cavities") {
  // A ring that stands has one lowest point outside, on the plate, and one inside, which is a place of void.
  const geometry::TriangleMesh ring = mesh_of(1.6, 0.08, [](const Vec3& p) { return std::max(std::abs(std::hypot(p[0], p[2]) - 1.0) - 0.25, std::abs(p[1]) - 0.4); });
  CHECK(judge_direction(ring, Vec3::UnitZ(), {}).islands == 0);
  // A U upside down with legs of different length: the shorter leg begins in the air.
  const geometry::TriangleMesh legs = mesh_of(2.2, 0.08, [](const Vec3& p) {
    return std::min({box_mm(p, Vec3(-1.5, -0.4, 1.0), Vec3(1.5, 0.4, 1.6)), box_mm(p, Vec3(-1.5, -0.4, -1.6), Vec3(-0.9, 0.4, 1.2)),
                     box_mm(p, Vec3(0.9, -0.4, -0.6), Vec3(1.5, 0.4, 1.2))});
  });
  CHECK(judge_direction(legs, Vec3::UnitZ(), {}).islands == 1);
  CHECK(judge_direction(legs, -Vec3::UnitZ(), {}).islands == 0);
}

TEST_CASE("the search lays a plate on its back, and shows the trade-off") {
  const geometry::TriangleMesh mesh = mesh_of(2.4, 0.12, bristles);
  DirectionSearch search;
  search.directions = 60;
  search.layer_mm = 0.12;
  set_thread_count(1);
  const std::vector<DirectionFigures> found = search_build_directions(mesh, search, Progress());
  set_thread_count(2);
  const std::vector<DirectionFigures> again = search_build_directions(mesh, search, Progress());
  set_thread_count(0);
  REQUIRE(found.size() == 60 + 6 + 16);
  CHECK(found.front().direction[2] > 0.99);
  CHECK(found.front().on_front);
  for (std::size_t n = 0; n < found.size(); ++n) {
    REQUIRE(found[n].direction == again[n].direction);
    REQUIRE(found[n].score == again[n].score);
    if (n > 0) REQUIRE(found[n].score >= found[n - 1].score);
    const bool beaten = std::any_of(found.begin(), found.end(), [&](const DirectionFigures& o) {
      return o.height_mm < found[n].height_mm && o.overhang_mm2 < found[n].overhang_mm2 && o.islands < found[n].islands;
    });
    REQUIRE_FALSE((beaten && found[n].on_front));
  }
  REQUIRE_THROWS_WITH(search_build_directions({}, search, Progress()), Catch::Contains("no triangle"));
  search.directions = 0;
  REQUIRE_THROWS_WITH(search_build_directions(mesh, search, Progress()), Catch::Contains("1 or more"));
}
