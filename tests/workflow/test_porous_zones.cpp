#include "workflow/porous_zones.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// Cubic stiffnesses of equal shape at 20, 30 and 40 %, stiffer along x.
PorousZone zone() {
  PorousZone zone;
  zone.part = "implant-porous";
  zone.densities = {0.2, 0.3, 0.4};
  zone.reference = 1;
  for (const double scale : {1.0, 2.0, 4.0}) {
    fea::HomogenizedCell cell;
    Vec6 diagonal;
    diagonal << 300.0, 100.0, 200.0, 40.0, 50.0, 60.0;
    cell.stiffness_mpa = scale * Mat6(diagonal.asDiagonal());
    zone.cells.push_back(cell);
  }
  return zone;
}

}  // namespace

TEST_CASE("stiffness of a graded zone is linear between the densities computed, and ends with them") {
  const PorousZone z = zone();
  CHECK(z.factor(0.3) == Approx(1.0));
  CHECK(z.factor(0.2) == Approx(0.5));
  CHECK(z.factor(0.35) == Approx(1.5));
  CHECK(z.factor(0.1) == Approx(0.5));
  CHECK(z.factor(0.9) == Approx(2.0));
  CHECK(&z.nearest(0.6) == &z.cells[0]);
  CHECK(&z.nearest(1.2) == &z.cells[1]);
  CHECK(&z.nearest(9.0) == &z.cells[2]);
  CHECK(z.shape_error() == Approx(0.0).margin(1e-12));
  PorousZone other = z;
  other.cells[2].stiffness_mpa(3, 3) *= 1.5;
  CHECK(other.shape_error() > 0.02);
}

TEST_CASE("a zone's cell may be turned: stiffness is seen in the implant's axes") {
  PorousZone z = zone();
  // The cell's x axis along the implant's y.
  z.rotation << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  const Mat6 c = z.stiffness_mpa();
  CHECK(c(1, 1) == Approx(600.0));
  CHECK(c(0, 0) == Approx(200.0));
  CHECK(c(2, 2) == Approx(400.0));
  CHECK(c(4, 4) == Approx(80.0));   // xz of the implant is yz of the cell
  CHECK(c(5, 5) == Approx(120.0));
}
