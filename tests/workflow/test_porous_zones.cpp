#include "workflow/porous_zones.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

fea::HomogenizedCell cell_of(double scale, double shear) {
  fea::HomogenizedCell cell;
  Vec6 diagonal;
  diagonal << 300.0, 100.0, 200.0, 40.0 * shear, 50.0 * shear, 60.0 * shear;
  cell.stiffness_mpa = scale * Mat6(diagonal.asDiagonal());
  // One voxel of solid whose stress is `scale` times the strain.
  cell.local_stress_mpa = {float(scale) * Eigen::Matrix<float, 6, 6>::Identity()};
  cell.local_share = {1.0f};
  return cell;
}

/// Three densities; orthotropic stiffnesses, stiffer along x.
PorousZone zone() {
  PorousZone zone;
  zone.part = "implant-porous";
  zone.densities = {0.2, 0.3, 0.4};
  zone.reference = 1;
  for (const double scale : {1.0, 2.0, 3.0}) zone.cells.push_back(cell_of(scale, 1.0));
  return zone;
}

Mat6 sum_of(const PorousZone& zone, const std::vector<float>& coefficients) {
  Mat6 sum = Mat6::Zero();
  for (std::size_t n = 0; n < coefficients.size(); ++n) sum += double(coefficients[n]) * zone.stiffness_mpa(n);
  return sum;
}

}  // namespace

TEST_CASE("stiffness of a graded zone is linear between the densities computed, and ends with them") {
  const PorousZone z = zone();
  const auto scale_at = [&](double density) { return sum_of(z, z.coefficients_at(density, 0.0))(0, 0) / 300.0; };
  CHECK(scale_at(0.2) == Approx(1.0));
  CHECK(scale_at(0.3) == Approx(2.0));
  CHECK(scale_at(0.35) == Approx(2.5));
  CHECK(scale_at(0.1) == Approx(1.0));
  CHECK(scale_at(0.9) == Approx(3.0));
  CHECK(z.interpolation_error() == Approx(0.0).margin(1e-12));
  PorousZone curved = z;
  curved.cells[1].stiffness_mpa *= 0.8;
  CHECK(curved.interpolation_error() == Approx(0.25));
}

TEST_CASE("a blended zone is linear over the weight too, and its coefficients add up to one") {
  PorousZone z = zone();
  z.weights = {0.0, 0.5, 1.0};
  for (const double shear : {2.0, 3.0})
    for (const double scale : {1.0, 2.0, 3.0}) z.cells.push_back(cell_of(scale, shear));
  z.weight.emplace("0.5 + 0.1 * x", lattice::FieldSources(geometry::Frame()));
  for (const double density : {0.15, 0.2, 0.27, 0.4})
    for (const double weight : {0.0, 0.2, 0.5, 0.9, 1.0}) {
      const std::vector<float> c = z.coefficients_at(density, weight);
      REQUIRE(c.size() == 9);
      float sum = 0.0f;
      for (const float share : c) {
        CHECK(share >= 0.0f);
        sum += share;
      }
      CHECK(sum == Approx(1.0f));
      const Mat6 stiffness = sum_of(z, c);
      CHECK(stiffness(3, 3) / stiffness(0, 0) == Approx(40.0 / 300.0 * (1.0 + 2.0 * weight)).epsilon(1e-5));
    }
  // The weight is that of the place.
  CHECK(z.coefficients(0.3, Vec3(2.5, 0, 0)) == z.coefficients_at(0.3, 0.75));
  CHECK(z.coefficients(0.3, Vec3(-9, 0, 0)) == z.coefficients_at(0.3, 0.0));
  // The stress in the struts follows the same coefficients.
  Vec6 strain = Vec6::Zero();
  strain[0] = 1e-3;
  CHECK(z.strut_von_mises_mpa(strain, z.coefficients_at(0.25, 0.3)) == Approx(1.5e-3).epsilon(1e-5));
}

TEST_CASE("a zone's cell may be turned: stiffness is seen in the implant's axes") {
  PorousZone z = zone();
  // The cell's x axis along the implant's y.
  z.rotation << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  const Mat6 c = z.stiffness_mpa(1);
  CHECK(c(1, 1) == Approx(600.0));
  CHECK(c(0, 0) == Approx(200.0));
  CHECK(c(2, 2) == Approx(400.0));
  CHECK(c(4, 4) == Approx(80.0));   // xz of the implant is yz of the cell
  CHECK(c(5, 5) == Approx(120.0));
}
