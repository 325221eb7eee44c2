#include "fea/homogenize/elastic_constants.h"

#include "core/error.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <cmath>
#include <numbers>

namespace spongiosa::fea {

double youngs_modulus_along_mpa(const Mat6& compliance, const Vec3& direction) {
  const Vec3 n = direction.normalized();
  Vec6 stress;
  stress << n[0] * n[0], n[1] * n[1], n[2] * n[2], n[1] * n[2], n[0] * n[2], n[0] * n[1];
  return 1.0 / stress.dot(compliance * stress);
}

ElasticConstants elastic_constants(const Mat6& c) {
  if (!c.allFinite() || Eigen::LLT<Mat6>(c).info() != Eigen::Success)
    fail_computation("the effective stiffness is not positive definite: the solid is a mechanism at this resolution; use more voxels");
  const Mat6 s = c.inverse();
  ElasticConstants e;
  e.youngs_modulus_mpa = s.diagonal().head<3>().cwiseInverse();
  e.shear_modulus_mpa = s.diagonal().tail<3>().cwiseInverse();
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) e.poisson_ratio(i, j) = i == j ? 0.0 : -s(j, i) / s(i, i);
  const double c_normal = c(0, 0) + c(1, 1) + c(2, 2), c_cross = c(0, 1) + c(0, 2) + c(1, 2), c_shear = c(3, 3) + c(4, 4) + c(5, 5);
  e.voigt = {(c_normal + 2.0 * c_cross) / 9.0, (c_normal - c_cross + 3.0 * c_shear) / 15.0};
  const double s_normal = s(0, 0) + s(1, 1) + s(2, 2), s_cross = s(0, 1) + s(0, 2) + s(1, 2), s_shear = s(3, 3) + s(4, 4) + s(5, 5);
  e.reuss = {1.0 / (s_normal + 2.0 * s_cross), 15.0 / (4.0 * s_normal - 4.0 * s_cross + 3.0 * s_shear)};
  e.zener_ratio = 2.0 * c(3, 3) / (c(0, 0) - c(0, 1));
  e.anisotropy_index = 5.0 * e.voigt.shear_mpa / e.reuss.shear_mpa + e.voigt.bulk_mpa / e.reuss.bulk_mpa - 6.0;
  e.youngs_modulus_min_mpa = 1e300;
  constexpr int kSteps = 90;  // per quarter turn
  for (int polar = 0; polar <= kSteps; ++polar)
    for (int turn = 0; turn < 4 * kSteps; ++turn) {
      const double theta = 0.5 * std::numbers::pi * polar / kSteps, phi = 0.5 * std::numbers::pi * turn / kSteps;
      const Vec3 n(std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi), std::cos(theta));
      const double modulus = youngs_modulus_along_mpa(s, n);
      if (modulus > e.youngs_modulus_max_mpa) {
        e.youngs_modulus_max_mpa = modulus;
        e.stiffest_direction = n;
      }
      if (modulus < e.youngs_modulus_min_mpa) {
        e.youngs_modulus_min_mpa = modulus;
        e.softest_direction = n;
      }
    }
  return e;
}

Mat6 stiffness_in_frame(const Mat6& stiffness_mpa, const Mat3& axes) {
  if ((axes.transpose() * axes - Mat3::Identity()).norm() > 1e-9)
    fail_input("the axes of the frame are not unit vectors at right angles to each other");
  constexpr int kPair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
  // strain (old) = T strain (new): tensor strain is R e R^T, engineering shear is twice the tensor's.
  Mat6 t;
  for (int old = 0; old < 6; ++old)
    for (int now = 0; now < 6; ++now) {
      const int i = kPair[old][0], j = kPair[old][1], k = kPair[now][0], l = kPair[now][1];
      const double sum = axes(i, k) * axes(j, l) + (k == l ? 0.0 : axes(i, l) * axes(j, k));
      t(old, now) = sum * (old < 3 ? 1.0 : 2.0) * (now < 3 ? 1.0 : 0.5);
    }
  return t.transpose() * stiffness_mpa * t;
}

BulkAndShear hashin_shtrikman_upper(const BulkAndShear& solid, double rho) {
  const double k = solid.bulk_mpa, g = solid.shear_mpa;
  return {4.0 * g * k * rho / (4.0 * g + 3.0 * k * (1.0 - rho)),
          (9.0 * k + 8.0 * g) * g * rho / (20.0 * g + 15.0 * k - 6.0 * (k + 2.0 * g) * rho)};
}

double hashin_shtrikman_conductivity(double phase_fraction) { return 2.0 * phase_fraction / (3.0 - phase_fraction); }

}  // namespace spongiosa::fea
