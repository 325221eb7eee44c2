#pragma once
/// Voxel solids and the dense element matrix for the tests of fea/micro.

#include "core/error.h"
#include "fea/micro/voxel_operator.h"

#include <Eigen/Dense>

#include <cmath>
#include <random>

namespace spongiosa::fea::micro {

using Mat24 = Eigen::Matrix<double, 24, 24>;

/// Unit cube, unit modulus, by 2x2x2 Gauss points: nothing in common with the modal form. Unknown 3 a + c.
inline Mat24 gauss_element_matrix(double poisson_ratio) {
  const double lambda = poisson_ratio / ((1 + poisson_ratio) * (1 - 2 * poisson_ratio)), mu = 0.5 / (1 + poisson_ratio);
  Mat6 material = Mat6::Zero();
  material.topLeftCorner<3, 3>().setConstant(lambda);
  material.diagonal() << lambda + 2 * mu, lambda + 2 * mu, lambda + 2 * mu, mu, mu, mu;
  Mat24 matrix = Mat24::Zero();
  const double offset = 0.5 / std::sqrt(3.0);
  for (int q = 0; q < 8; ++q) {
    Eigen::Matrix<double, 6, 24> strain = Eigen::Matrix<double, 6, 24>::Zero();
    for (int a = 0; a < 8; ++a) {
      double shape[3], slope[3];
      for (int d = 0; d < 3; ++d) {
        const double x = 0.5 + (q >> d & 1 ? offset : -offset);
        shape[d] = a >> d & 1 ? x : 1 - x;
        slope[d] = a >> d & 1 ? 1 : -1;
      }
      const double gx = slope[0] * shape[1] * shape[2], gy = shape[0] * slope[1] * shape[2], gz = shape[0] * shape[1] * slope[2];
      strain(0, 3 * a) = gx, strain(1, 3 * a + 1) = gy, strain(2, 3 * a + 2) = gz;
      strain(3, 3 * a + 1) = gz, strain(3, 3 * a + 2) = gy;
      strain(4, 3 * a) = gz, strain(4, 3 * a + 2) = gx;
      strain(5, 3 * a) = gy, strain(5, 3 * a + 1) = gx;
    }
    matrix += strain.transpose() * material * strain / 8.0;
  }
  return matrix;
}

/// Random stiffness in 0.2..1, and void with the given probability; deterministic.
inline std::vector<float> random_scale(const Index3& size, double void_share, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> scale(std::size_t(product(size)));
  for (float& s : scale) {
    const double a = double(random()) / 4294967296.0, b = double(random()) / 4294967296.0;
    s = a < void_share ? 0.0f : float(0.2 + 0.8 * b);
  }
  return scale;
}

template <class Real>
NodalVector<Real> random_vector(const VoxelBlocks& model, unsigned seed) {
  std::mt19937 random(seed);
  NodalVector<Real> vector(model);
  for (std::int64_t i = 0; i < vector.size(); ++i) vector[i] = Real(double(random()) / 2147483648.0 - 1.0);
  return vector;
}

/// K x voxel by voxel with the dense matrix.
inline NodalVector<double> dense_product(const VoxelBlocks& model, const Mat24& element, const NodalVector<double>& x) {
  NodalVector<double> y(model);
  const Index3 size = model.grid().size;
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) {
        const double scale = model.scale_at({i, j, k});
        if (scale == 0.0) continue;
        Eigen::Matrix<double, 24, 1> u;
        VoxelBlocks::NodeIndex node[8];
        for (int a = 0; a < 8; ++a) {
          node[a] = model.node_index({i + (a & 1), j + (a >> 1 & 1), k + (a >> 2)});
          for (int c = 0; c < 3; ++c) u[3 * a + c] = x[node[a].x + c * node[a].stride];
        }
        const Eigen::Matrix<double, 24, 1> f = scale * (element * u);
        for (int a = 0; a < 8; ++a)
          for (int c = 0; c < 3; ++c) y[node[a].x + c * node[a].stride] += f[3 * a + c];
      }
  return y;
}

/// Sets every node from its position.
template <class Real, class Function>
void set_nodes(const VoxelBlocks& model, NodalVector<Real>& vector, const Function& value) {
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      const Vec3 u = value(Vec3(double(node[0]), double(node[1]), double(node[2])));
      for (int c = 0; c < 3; ++c) vector[at.x + c * at.stride] = Real(u[c]);
    });
}

}  // namespace spongiosa::fea::micro
