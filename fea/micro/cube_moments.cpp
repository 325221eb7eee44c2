#include "fea/micro/cube_moments.h"

namespace spongiosa::fea::micro {

CubeMoments octant_moments(const std::array<float, 8>& scale) {
  CubeMoments moments{};
  for (int octant = 0; octant < 8; ++octant) {
    double power[3][3];  // integrals of 1, x, x^2 over the half of each axis
    for (int d = 0; d < 3; ++d) {
      power[d][0] = 1.0;
      power[d][1] = octant >> d & 1 ? 0.5 : -0.5;
      power[d][2] = 1.0 / 3.0;
    }
    for (int k = 0; k < 27; ++k)
      moments[std::size_t(k)] += double(scale[std::size_t(octant)]) * power[0][k % 3] * power[1][k / 3 % 3] * power[2][k / 9];
  }
  return moments;
}

void add_child_moments(const CubeMoments& child, int octant, CubeMoments& parent) {
  CubeMoments shifted = child;  // xi of the parent is (xi of the child + s) / 2
  for (int d = 0, step = 1; d < 3; ++d, step *= 3) {
    const double s = octant >> d & 1 ? 1.0 : -1.0;
    for (int k = 0; k < 27; ++k) {
      if (k / step % 3) continue;
      const double m0 = shifted[std::size_t(k)], m1 = shifted[std::size_t(k + step)], m2 = shifted[std::size_t(k + 2 * step)];
      shifted[std::size_t(k + step)] = 0.5 * (m1 + s * m0);
      shifted[std::size_t(k + 2 * step)] = 0.25 * (m2 + 2.0 * s * m1 + m0);
    }
  }
  for (std::size_t k = 0; k < 27; ++k) parent[k] += 0.25 * shifted[k];  // 1/8 of the volume, twice the edge
}

Eigen::Matrix<double, 24, 24> moment_matrix(const CubeMoments& moments, double poisson_ratio) {
  const double lambda = poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio)), mu = 0.5 / (1.0 + poisson_ratio);
  const auto sign = [](int corner, int d) { return corner >> d & 1 ? 1.0 : -1.0; };
  // Integral of d_i N_a d_j N_b, with N_a = 1/8 prod (1 + s_d xi_d): a product of polynomials along the axes.
  const auto integral = [&](int a, int i, int b, int j) {
    double axis[3][3];
    for (int d = 0; d < 3; ++d) {
      const double sa = sign(a, d), sb = sign(b, d);
      const double a0 = d == i ? sa : 1.0, a1 = d == i ? 0.0 : sa, b0 = d == j ? sb : 1.0, b1 = d == j ? 0.0 : sb;
      axis[d][0] = a0 * b0;
      axis[d][1] = a0 * b1 + a1 * b0;
      axis[d][2] = a1 * b1;
    }
    double sum = 0.0;
    for (int k = 0; k < 27; ++k) sum += moments[std::size_t(k)] * axis[0][k % 3] * axis[1][k / 3 % 3] * axis[2][k / 9];
    return sum / 64.0;
  };
  Eigen::Matrix<double, 24, 24> matrix;
  for (int a = 0; a < 8; ++a)
    for (int b = 0; b < 8; ++b) {
      double d[3][3];
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) d[i][j] = integral(a, i, b, j);
      const double trace = d[0][0] + d[1][1] + d[2][2];
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) matrix(3 * a + i, 3 * b + j) = lambda * d[i][j] + mu * d[j][i] + (i == j ? mu * trace : 0.0);
    }
  return matrix;
}

}  // namespace spongiosa::fea::micro
