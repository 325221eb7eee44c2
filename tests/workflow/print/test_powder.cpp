#include "tests/workflow/print/solids.h"
#include "workflow/print/powder.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

constexpr double kVoxel_mm = 0.05;

/// A box of 4 mm with a cavity of 2 mm and a hole to the top.
BuildField hollow(double hole_mm, double cavity_mm = 2.03) {
  return build_of(3.0, kVoxel_mm, [=](const Vec3& p) {
    const double cavity = box_mm(p, Vec3::Constant(-0.5 * cavity_mm), Vec3::Constant(0.5 * cavity_mm));
    const double hole = hole_mm > 0.0 ? std::max(rod_mm(p, Vec3(0.01, 0.02, 0.0), Vec3::UnitZ(), 0.5 * hole_mm), -p[2]) : 1.0;
    return std::max(box_mm(p, Vec3::Constant(-2.0), Vec3::Constant(2.0)), -std::min(cavity, hole));
  });
}

}  // namespace

TEST_CASE("a cavity is closed, trapped, or open, by its hole") {
  const Powder closed = measure_powder(hollow(0.0), {0.3, 2.5}, Progress());
  CHECK(closed.closed_voids == 1);
  CHECK(closed.closed_mm3 == Approx(std::pow(2.03, 3)).epsilon(0.05));
  CHECK(closed.trapped_mm3 == Approx(std::pow(2.03, 3)).epsilon(0.05));
  CHECK(closed.pocket_count == 1);
  const Powder narrow = measure_powder(hollow(0.2), {0.4, 2.5}, Progress());
  CHECK(narrow.closed_voids == 0);
  CHECK(narrow.trapped_mm3 == Approx(std::pow(2.03, 3)).epsilon(0.05));
  CHECK(narrow.pockets.front().place_Build.cwiseAbs().maxCoeff() < 1.05);
  const Powder open = measure_powder(hollow(0.6), {0.4, 2.5}, Progress());
  CHECK(open.trapped_mm3 == 0.0);
  CHECK(open.closed_voids == 0);
}

TEST_CASE("the way out of a blind channel is its length over its diameter") {
  for (const double diameter_mm : {0.4, 0.8}) {
    const BuildField build = build_of(3.0, kVoxel_mm, [=](const Vec3& p) {
      return std::max(box_mm(p, Vec3::Constant(-2.0), Vec3::Constant(2.0)), -std::max(rod_mm(p, Vec3::Zero(), Vec3::UnitX(), 0.5 * diameter_mm), -1.0 - p[0]));
    });
    const Powder powder = measure_powder(build, {0.2, 2.0}, Progress());
    CAPTURE(diameter_mm);
    CHECK(powder.trapped_mm3 == 0.0);
    // The last ball's centre is half the opening before the end, and pays for the smaller balls there.
    CHECK(powder.path_per_diameter == Approx(3.0 / diameter_mm).epsilon(0.2));
    CHECK(powder.path_mm == Approx(3.0).margin(0.3));
    CHECK(powder.path_place_Build[0] < -0.6);
  }
}

TEST_CASE("wide cavities need a drain hole") {
  CHECK(measure_powder(hollow(0.6, 3.2), {0.2, 1.0}, Progress()).undrained == 1);
  CHECK(measure_powder(hollow(1.3, 3.2), {0.2, 1.0}, Progress()).undrained == 0);
  CHECK(measure_powder(hollow(0.6, 1.2), {0.2, 1.0}, Progress()).undrained == 0);
}
