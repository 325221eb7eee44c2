#include "fea/results/principal.h"

#include <Eigen/Eigenvalues>

#include <cmath>

namespace spongiosa::fea {

namespace {

std::pair<double, double> extremes(const Vec6& v, double shear_factor) {
  Mat3 tensor;
  const double yz = shear_factor * v[3], xz = shear_factor * v[4], xy = shear_factor * v[5];
  tensor << v[0], xy, xz, xy, v[1], yz, xz, yz, v[2];
  Eigen::SelfAdjointEigenSolver<Mat3> solver;
  solver.computeDirect(tensor, Eigen::EigenvaluesOnly);
  return {solver.eigenvalues()[0], solver.eigenvalues()[2]};
}

}  // namespace

Mat3 strain_tensor(const Vec6& e) {
  Mat3 tensor;
  tensor << e[0], 0.5 * e[5], 0.5 * e[4], 0.5 * e[5], e[1], 0.5 * e[3], 0.5 * e[4], 0.5 * e[3], e[2];
  return tensor;
}

std::pair<double, double> extreme_principal_stresses(const Vec6& stress) { return extremes(stress, 1.0); }
std::pair<double, double> extreme_principal_strains(const Vec6& strain) { return extremes(strain, 0.5); }

double von_mises(const Vec6& s) {
  const double normal = 0.5 * (std::pow(s[0] - s[1], 2) + std::pow(s[1] - s[2], 2) + std::pow(s[2] - s[0], 2));
  return std::sqrt(normal + 3.0 * (s[3] * s[3] + s[4] * s[4] + s[5] * s[5]));
}

}  // namespace spongiosa::fea
