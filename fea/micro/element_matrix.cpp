#include "fea/micro/element_matrix.h"

#include "fea/micro/element_modes.h"

#include <Eigen/Eigenvalues>

namespace spongiosa::fea::micro {

Eigen::Matrix<double, 24, 24> cube_matrix(double poisson_ratio) {
  const ModalStiffness<double> stiffness(poisson_ratio);
  Eigen::Matrix<double, 24, 24> matrix;
  const auto sign = [](int corner, int mode) { return __builtin_popcount(~corner & mode) % 2 ? -1.0 : 1.0; };
  for (int column = 0; column < 24; ++column) {
    double h[3][8] = {};
    for (int mode = 0; mode < 8; ++mode) h[column % 3][mode] = sign(column / 3, mode);
    apply_modal_stiffness(stiffness, 1.0, h);
    for (int row = 0; row < 24; ++row) {
      double sum = 0.0;
      for (int mode = 0; mode < 8; ++mode) sum += sign(row / 3, mode) * h[row % 3][mode];
      matrix(row, column) = sum;
    }
  }
  return matrix;
}

double jacobi_bound(double poisson_ratio) {
  const Eigen::MatrixXd cube = cube_matrix(poisson_ratio);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(cube, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().maxCoeff() / cube(0, 0);
}

}  // namespace spongiosa::fea::micro
