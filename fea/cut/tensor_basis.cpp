#include "fea/cut/tensor_basis.h"

#include "core/error.h"

#include <array>
#include <cmath>

namespace spongiosa::fea::cut {
namespace {

/// Lagrange polynomials of `points` at x, and their derivatives.
void lagrange(const std::vector<double>& points, double x, double* values, double* slopes) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    double value = 1.0, slope = 0.0;
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (j == i) continue;
      const double scale = 1.0 / (points[i] - points[j]);
      slope = (slope * (x - points[j]) + value) * scale;
      value *= (x - points[j]) * scale;
    }
    values[i] = value;
    if (slopes) slopes[i] = slope;
  }
}

std::vector<double> equidistant(int count) {
  std::vector<double> at;
  for (int i = 0; i < count; ++i) at.push_back(double(i) / double(count - 1));
  return at;
}

}  // namespace

TensorBasis::TensorBasis(int degree) : degree_(degree), nodes_(degree + 1), points_(2 * degree + 1) {
  SPONGIOSA_ASSERT(degree == 1 || degree == 2);
  if (degree == 1) {
    const double a = std::sqrt(0.15);
    gauss_ = {0.5 - a, 0.5, 0.5 + a};
    gauss_weights_ = {5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0};
  } else {
    const double near = std::sqrt(5.0 - 2.0 * std::sqrt(10.0 / 7.0)) / 6.0, far = std::sqrt(5.0 + 2.0 * std::sqrt(10.0 / 7.0)) / 6.0;
    const double near_weight = (322.0 + 13.0 * std::sqrt(70.0)) / 1800.0, far_weight = (322.0 - 13.0 * std::sqrt(70.0)) / 1800.0;
    gauss_ = {0.5 - far, 0.5 - near, 0.5, 0.5 + near, 0.5 + far};
    gauss_weights_ = {far_weight, near_weight, 64.0 / 225.0, near_weight, far_weight};
  }
  gradient_table_.resize(moment_count(), 3 * node_count());
  for (int q = 0; q < moment_count(); ++q) {
    const auto g = gradients(moment_point(q));
    for (int a = 0; a < node_count(); ++a)
      for (int i = 0; i < 3; ++i) gradient_table_(q, 3 * a + i) = g(a, i);
  }
}

const TensorBasis& TensorBasis::of(int degree) {
  static const TensorBasis one(1), two(2);
  SPONGIOSA_ASSERT(degree == 1 || degree == 2);
  return degree == 1 ? one : two;
}

Vec3 TensorBasis::node(int index) const {
  return Vec3(index % nodes_, index / nodes_ % nodes_, index / nodes_ / nodes_) / double(degree_);
}

Vec3 TensorBasis::moment_point(int index) const {
  const auto at = [&](int i) { return gauss_[std::size_t(i)]; };
  return {at(index % points_), at(index / points_ % points_), at(index / points_ / points_)};
}

double TensorBasis::moment_weight(int index) const {
  const auto at = [&](int i) { return gauss_weights_[std::size_t(i)]; };
  return at(index % points_) * at(index / points_ % points_) * at(index / points_ / points_);
}

Eigen::VectorXd TensorBasis::values(const Vec3& place) const {
  static const std::array<std::vector<double>, 2> nodes = {equidistant(2), equidistant(3)};
  double v[3][3];
  for (int a = 0; a < 3; ++a) lagrange(nodes[std::size_t(degree_ - 1)], place[a], v[a], nullptr);
  Eigen::VectorXd result(node_count());
  for (int n = 0; n < node_count(); ++n) result[n] = v[0][n % nodes_] * v[1][n / nodes_ % nodes_] * v[2][n / nodes_ / nodes_];
  return result;
}

Eigen::Matrix<double, Eigen::Dynamic, 3> TensorBasis::gradients(const Vec3& place) const {
  static const std::array<std::vector<double>, 2> nodes = {equidistant(2), equidistant(3)};
  double v[3][3], d[3][3];
  for (int a = 0; a < 3; ++a) lagrange(nodes[std::size_t(degree_ - 1)], place[a], v[a], d[a]);
  Eigen::Matrix<double, Eigen::Dynamic, 3> result(node_count(), 3);
  for (int n = 0; n < node_count(); ++n) {
    const int i = n % nodes_, j = n / nodes_ % nodes_, k = n / nodes_ / nodes_;
    result.row(n) << d[0][i] * v[1][j] * v[2][k], v[0][i] * d[1][j] * v[2][k], v[0][i] * v[1][j] * d[2][k];
  }
  return result;
}

void TensorBasis::add_moments(const Vec3& place, double weight, double* moments) const {
  double v[3][5];
  for (int a = 0; a < 3; ++a) lagrange(gauss_, place[a], v[a], nullptr);
  for (int k = 0; k < points_; ++k)
    for (int j = 0; j < points_; ++j) {
      const double factor = weight * v[1][j] * v[2][k];
      for (int i = 0; i < points_; ++i) *moments++ += factor * v[0][i];
    }
}

void TensorBasis::add_stiffness(const double* moments, const Mat6& stiffness_mpa, double edge_mm, Eigen::MatrixXd& matrix) const {
  const Eigen::Map<const Eigen::VectorXd> weights(moments, moment_count());
  const Eigen::MatrixXd products = gradient_table_.transpose() * (edge_mm * weights).asDiagonal() * gradient_table_;
  // Voigt index of the strain component that the derivative of displacement k along i contributes to.
  constexpr int kVoigt[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
  double c[3][3][3][3];  // [k][l][i][j]
  for (int k = 0; k < 3; ++k)
    for (int l = 0; l < 3; ++l)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) c[k][l][i][j] = stiffness_mpa(kVoigt[k][i], kVoigt[l][j]);
  for (int b = 0; b < node_count(); ++b)
    for (int a = 0; a < node_count(); ++a) {
      const Mat3 g = products.block<3, 3>(3 * a, 3 * b);
      for (int k = 0; k < 3; ++k)
        for (int l = 0; l < 3; ++l) {
          double sum = 0.0;
          for (int i = 0; i < 3; ++i)
            for (int j = 0; j < 3; ++j) sum += c[k][l][i][j] * g(i, j);
          matrix(3 * a + k, 3 * b + l) += sum;
        }
    }
}

Eigen::Matrix<double, 6, Eigen::Dynamic> strain_matrix(const Eigen::Matrix<double, Eigen::Dynamic, 3>& gradients) {
  Eigen::Matrix<double, 6, Eigen::Dynamic> b(6, 3 * gradients.rows());
  for (Eigen::Index a = 0; a < gradients.rows(); ++a) {
    const double x = gradients(a, 0), y = gradients(a, 1), z = gradients(a, 2);
    b.col(3 * a) << x, 0, 0, 0, z, y;
    b.col(3 * a + 1) << 0, y, 0, z, 0, x;
    b.col(3 * a + 2) << 0, 0, z, y, x, 0;
  }
  return b;
}

}  // namespace spongiosa::fea::cut
