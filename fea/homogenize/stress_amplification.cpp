#include "fea/homogenize/stress_amplification.h"

#include "core/error.h"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <tbb/parallel_for.h>

#include <cmath>

namespace spongiosa::fea {

namespace {

/// Directions of macroscopic stress, unit length: components alone, hydrostatic, biaxial, along face and space diagonals, and pairs of
/// components with both signs, so that all 21 numbers of the ellipsoid are determined several times over.
std::vector<Vec6> stress_directions() {
  std::vector<Vec6> list;
  for (int a = 0; a < 6; ++a) list.push_back(Vec6::Unit(a));
  const auto add = [&](const Vec6& s) { list.push_back(s.normalized()); };
  Vec6 hydrostatic = Vec6::Zero();
  hydrostatic.head<3>().setOnes();
  add(hydrostatic);
  for (int a = 0; a < 6; ++a)
    for (int b = a + 1; b < 6; ++b)
      for (const double sign : {1.0, -1.0}) add(Vec6::Unit(a) + sign * Vec6::Unit(b));
  for (const Vec3& n : {Vec3(1, 1, 0), Vec3(1, 0, 1), Vec3(0, 1, 1), Vec3(1, 1, 1), Vec3(-1, 1, 1), Vec3(1, -1, 1), Vec3(1, 1, -1)}) {
    Vec6 s;
    s << n[0] * n[0], n[1] * n[1], n[2] * n[2], n[1] * n[2], n[0] * n[2], n[0] * n[1];
    add(s);
  }
  for (int a = 0; a < 3; ++a) add(hydrostatic - 3.0 * Vec6::Unit(a));
  for (int a = 0; a < 3; ++a) add(hydrostatic + 2.0 * Vec6::Unit(3 + a));
  return list;
}

}  // namespace

std::array<StressPercentiles, 6> stress_amplification(const HomogenizedCell& cell) {
  const Mat6 compliance = cell.stiffness_mpa.inverse();
  std::array<StressPercentiles, 6> result;
  tbb::parallel_for(0, 6, [&](int s) {
    result[std::size_t(s)] = stress_percentiles(cell.local_von_mises_mpa(compliance.col(s)), cell.local_share);
  });
  return result;
}

YieldSurface yield_surface(const HomogenizedCell& cell, double yielded_solid_fraction) {
  if (!(yielded_solid_fraction > 0.0 && yielded_solid_fraction < 1.0))
    fail_input("the yielded share of the solid is {}; expected a number above 0 and below 1", yielded_solid_fraction);
  YieldSurface surface;
  surface.yielded_solid_fraction = yielded_solid_fraction;
  const Mat6 compliance = cell.stiffness_mpa.inverse();
  const std::vector<Vec6> directions = stress_directions();
  surface.directions = int(directions.size());
  std::vector<double> local(directions.size());  // von Mises over the norm of the macroscopic stress
  tbb::parallel_for(std::size_t(0), directions.size(), [&](std::size_t d) {
    local[d] = weighted_percentiles(cell.local_von_mises_mpa(compliance * directions[d]), cell.local_share, {1.0 - yielded_solid_fraction})[0];
  });
  // A full block does not yield under equal stress along all axes, whatever its size.
  const auto yields = [&](std::size_t d) { return local[d] > 1e-4; };
  for (std::size_t a = 0; a < 6; ++a) surface.uniaxial[Eigen::Index(a)] = yields(a) ? 1.0 / local[a] : 0.0;
  surface.hydrostatic = yields(6) ? 1.0 / (local[6] * std::sqrt(3.0)) : 0.0;

  // Least squares of sum_ij shape_ij d_i d_j = local^2, each direction with relative weight.
  Eigen::MatrixXd rows = Eigen::MatrixXd::Zero(Eigen::Index(directions.size()), 21);
  Eigen::VectorXd ones = Eigen::VectorXd::Zero(rows.rows());
  for (std::size_t d = 0; d < directions.size(); ++d) {
    if (!yields(d)) continue;
    ones[Eigen::Index(d)] = 1.0;
    Eigen::Index column = 0;
    for (int i = 0; i < 6; ++i)
      for (int j = i; j < 6; ++j)
        rows(Eigen::Index(d), column++) = (i == j ? 1.0 : 2.0) * directions[d][i] * directions[d][j] / (local[d] * local[d]);
  }
  const Eigen::VectorXd entries = rows.colPivHouseholderQr().solve(ones);
  Eigen::Index column = 0;
  for (int i = 0; i < 6; ++i)
    for (int j = i; j < 6; ++j) surface.shape(i, j) = surface.shape(j, i) = entries[column++];
  surface.closed = Eigen::SelfAdjointEigenSolver<Mat6>(surface.shape, Eigen::EigenvaluesOnly).eigenvalues().minCoeff() > 0.0;
  double squares = 0.0;
  for (std::size_t d = 0; d < directions.size(); ++d) {
    if (!yields(d)) continue;
    const double fitted = directions[d].dot(surface.shape * directions[d]);
    const double error = fitted > 0.0 ? std::abs(local[d] / std::sqrt(fitted) - 1.0) : 1.0;
    squares += error * error;
    surface.fit_error_max = std::max(surface.fit_error_max, error);
  }
  surface.fit_error_rms = std::sqrt(squares / double(directions.size()));
  return surface;
}

double YieldSurface::factor(const Vec6& stress) const {
  const double square = stress.dot(shape * stress);
  if (!(square > 0.0)) fail_input("the yield surface does not meet this direction of stress: it is zero, or the ellipsoid is open there");
  return 1.0 / std::sqrt(square);
}

}  // namespace spongiosa::fea
