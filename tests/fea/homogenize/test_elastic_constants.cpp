#include "fea/homogenize/elastic_constants.h"
#include "fea/material/material.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>
#include <Eigen/LU>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

Mat6 cubic(double c11, double c12, double c44) {
  Mat6 c = Mat6::Zero();
  c.topLeftCorner<3, 3>().setConstant(c12);
  c.diagonal() << c11, c11, c11, c44, c44, c44;
  return c;
}

}  // namespace

TEST_CASE("an isotropic tensor gives back its moduli and looks the same in every frame") {
  const Mat6 c = isotropic_stiffness(110000.0, 0.3);
  const ElasticConstants e = elastic_constants(c);
  const double g = 110000.0 / 2.6, k = 110000.0 / 1.2;
  for (int a = 0; a < 3; ++a) {
    CHECK(e.youngs_modulus_mpa[a] == Approx(110000.0));
    CHECK(e.shear_modulus_mpa[a] == Approx(g));
    CHECK(e.poisson_ratio(a, (a + 1) % 3) == Approx(0.3));
  }
  CHECK(e.voigt.bulk_mpa == Approx(k));
  CHECK(e.reuss.bulk_mpa == Approx(k));
  CHECK(e.voigt.shear_mpa == Approx(g));
  CHECK(e.reuss.shear_mpa == Approx(g));
  CHECK(e.zener_ratio == Approx(1.0));
  CHECK(std::abs(e.anisotropy_index) < 1e-12);
  CHECK(e.youngs_modulus_min_mpa == Approx(e.youngs_modulus_max_mpa));
  const Mat3 turned = (Eigen::AngleAxisd(0.7, Vec3(1, 2, 3).normalized())).toRotationMatrix();
  CHECK((stiffness_in_frame(c, turned) - c).norm() < 1e-9 * c.norm());
}

TEST_CASE("a cubic tensor: moduli along the diagonals, energy the same in a turned frame") {
  const double c11 = 0.10338, c12 = 0.05131, c44 = 0.04279;  // gyroid network at 30 %
  const Mat6 c = cubic(c11, c12, c44);
  const ElasticConstants e = elastic_constants(c);
  CHECK(e.zener_ratio == Approx(1.644).epsilon(1e-3));
  // E100 = (C11 - C12)(C11 + 2 C12)/(C11 + C12); 1/E111 = 1/(9 K) + 1/(3 C44)  (any text on cubic crystals).
  const double e100 = (c11 - c12) * (c11 + 2 * c12) / (c11 + c12), k = (c11 + 2 * c12) / 3.0;
  const double e111 = 1.0 / (1.0 / (9.0 * k) + 1.0 / (3.0 * c44));
  const Mat6 s = c.inverse();
  CHECK(youngs_modulus_along_mpa(s, Vec3(0, -2, 0)) == Approx(e100));
  CHECK(youngs_modulus_along_mpa(s, Vec3(1, 1, 1)) == Approx(e111));
  CHECK(e.youngs_modulus_min_mpa == Approx(e100));
  CHECK(e.youngs_modulus_max_mpa == Approx(e111).epsilon(1e-3));
  CHECK(e.voigt.shear_mpa > e.reuss.shear_mpa);
  CHECK(e.anisotropy_index > 0.0);

  // A frame with x along (1,1,0): its modulus along x is that along the face diagonal; turning back restores the tensor.
  Mat3 axes;
  axes.col(0) = Vec3(1, 1, 0).normalized();
  axes.col(1) = Vec3(-1, 1, 0).normalized();
  axes.col(2) = Vec3::UnitZ();
  const Mat6 turned = stiffness_in_frame(c, axes);
  CHECK(1.0 / turned.inverse()(0, 0) == Approx(youngs_modulus_along_mpa(s, Vec3(1, 1, 0))));
  CHECK((turned - turned.transpose()).norm() < 1e-12);
  CHECK((stiffness_in_frame(turned, axes.transpose()) - c).norm() < 1e-12);
  CHECK(error_of([&] { stiffness_in_frame(c, 2.0 * axes); }).first == ExitCode::kBadInput);
}

TEST_CASE("a mechanism has no elastic constants") {
  CHECK_THAT(error_of([] { elastic_constants(cubic(1.0, 0.2, 0.0)); }).second, Catch::Contains("mechanism"));
}

TEST_CASE("Hashin-Shtrikman upper bounds as tabulated for Poisson's ratio 0.3") {
  const BulkAndShear solid{1.0 / 1.2, 1.0 / 2.6};
  const BulkAndShear bound = hashin_shtrikman_upper(solid, 0.3);
  CHECK(bound.bulk_mpa == Approx(0.11696).epsilon(1e-4));
  CHECK(bound.shear_mpa == Approx(0.07051).epsilon(1e-4));
  CHECK(hashin_shtrikman_upper(solid, 1.0).bulk_mpa == Approx(solid.bulk_mpa));
  CHECK(hashin_shtrikman_conductivity(1.0) == Approx(1.0));
  CHECK(hashin_shtrikman_conductivity(0.5) == Approx(0.4));
}
