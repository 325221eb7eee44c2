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

Eigen::Matrix<double, 24, 24> interpolation_matrix(int n, int i, int j, int k) {
  Eigen::Matrix<double, 24, 24> matrix = Eigen::Matrix<double, 24, 24>::Zero();
  const int cube[3] = {i, j, k};
  for (int a = 0; a < 8; ++a)
    for (int b = 0; b < 8; ++b) {
      double weight = 1.0;
      for (int d = 0; d < 3; ++d) {
        const double x = double(cube[d] + (a >> d & 1)) / n;
        weight *= b >> d & 1 ? x : 1.0 - x;
      }
      for (int c = 0; c < 3; ++c) matrix(3 * a + c, 3 * b + c) = weight;
    }
  return matrix;
}

std::vector<ElementMatrix> embedded_cube_matrices(double poisson_ratio, int n) {
  const Eigen::Matrix<double, 24, 24> cube = cube_matrix(poisson_ratio);
  std::vector<ElementMatrix> matrices;
  for (int v = 0; v < n * n * n; ++v) {
    const Eigen::Matrix<double, 24, 24> t = interpolation_matrix(n, v % n, v / n % n, v / (n * n));
    matrices.push_back((t.transpose() * cube * t).cast<float>());
  }
  return matrices;
}

double jacobi_bound(double poisson_ratio) {
  const Eigen::MatrixXd cube = cube_matrix(poisson_ratio);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(cube, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().maxCoeff() / cube(0, 0);
}

}  // namespace spongiosa::fea::micro
