#include "fea/dealii/tet_system.h"

#include "core/error.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/fe/fe_simplex_p.h>

#include <Eigen/LU>

namespace spongiosa::fea {

namespace {

/// deal.II's number of each of our ten nodes, by their place.
std::array<unsigned, 10> numbers(const dealii::FE_SimplexP<3>& element) {
  const std::array<Vec3, 4> corner = {Vec3::Zero(), Vec3::UnitX(), Vec3::UnitY(), Vec3::UnitZ()};
  std::array<unsigned, 10> result;
  for (std::size_t a = 0; a < 10; ++a) {
    Vec3 place;
    if (a < 4) {
      place = corner[a];
    } else {
      const auto [i, j] = geometry::TetMesh::kEdges[a - 4];
      place = 0.5 * (corner[std::size_t(i)] + corner[std::size_t(j)]);
    }
    bool found = false;
    for (unsigned n = 0; n < element.n_dofs_per_cell(); ++n)
      if (element.unit_support_point(n).distance(dealii::Point<3>(place[0], place[1], place[2])) < 1e-12) {
        result[a] = n;
        found = true;
      }
    SPONGIOSA_ASSERT(found);
  }
  return result;
}

}  // namespace

TetPoints tet_points(const std::vector<Vec3>& rst) {
  const dealii::FE_SimplexP<3> element(2);
  const std::array<unsigned, 10> number = numbers(element);
  TetPoints points;
  for (const Vec3& place : rst) {
    const dealii::Point<3> p(place[0], place[1], place[2]);
    points.gradients.emplace_back();
    points.values.emplace_back();
    for (std::size_t a = 0; a < 10; ++a) {
      const dealii::Tensor<1, 3> gradient = element.shape_grad(number[a], p);
      points.gradients.back().col(Eigen::Index(a)) << gradient[0], gradient[1], gradient[2];
      points.values.back()[Eigen::Index(a)] = element.shape_value(number[a], p);
    }
    points.weights.push_back(0.0);
  }
  return points;
}

TetPoints tet_quadrature() {
  const dealii::QGaussSimplex<3> rule(2);
  std::vector<Vec3> places;
  for (unsigned q = 0; q < rule.size(); ++q) places.emplace_back(rule.point(q)[0], rule.point(q)[1], rule.point(q)[2]);
  TetPoints points = tet_points(places);
  for (unsigned q = 0; q < rule.size(); ++q) points.weights[q] = rule.weight(q);
  return points;
}

std::pair<Mat6x30, double> TetSystem::strain_matrix(std::size_t cell, const TetPoints& points, std::size_t point) const {
  const Eigen::Matrix<double, 3, 10>& reference = points.gradients[point];
  Mat3 jacobian = Mat3::Zero();
  for (std::size_t a = 0; a < 10; ++a) jacobian += mesh_.nodes_mm[std::size_t(mesh_.cells[cell][a])] * reference.col(Eigen::Index(a)).transpose();
  const double determinant = jacobian.determinant();
  if (!(determinant > 0.0)) fail_computation("tetrahedron {} is folded (determinant {:.2g}); mesh with another edge length", cell, determinant);
  const Eigen::Matrix<double, 3, 10> gradients = jacobian.inverse().transpose() * reference;
  Mat6x30 b = Mat6x30::Zero();
  for (Eigen::Index a = 0; a < 10; ++a) {
    const Vec3 g = gradients.col(a);
    b.col(3 * a) << g[0], 0, 0, 0, g[2], g[1];
    b.col(3 * a + 1) << 0, g[1], 0, g[2], 0, g[0];
    b.col(3 * a + 2) << 0, 0, g[2], g[1], g[0], 0;
  }
  return {b, determinant};
}

void TetSystem::matrix_of(std::size_t cell, Eigen::MatrixXd& matrix) const {
  matrix.setZero(30, 30);
  for (std::size_t q = 0; q < quadrature_.weights.size(); ++q) {
    const auto [b, determinant] = strain_matrix(cell, quadrature_, q);
    const Mat6x30 stressed = (quadrature_.weights[q] * determinant) * (stiffness_mpa_ * b);
    matrix.noalias() += b.transpose() * stressed;
  }
}

std::vector<double> TetSystem::apply(const std::vector<double>& displacement) const {
  std::vector<double> forces(displacement.size(), 0.0);
  for (std::size_t cell = 0; cell < mesh_.cells.size(); ++cell) {
    Eigen::Matrix<double, 30, 1> local, out = Eigen::Matrix<double, 30, 1>::Zero();
    for (std::size_t a = 0; a < 10; ++a)
      local.segment<3>(Eigen::Index(3 * a)) = Eigen::Map<const Vec3>(displacement.data() + 3 * std::size_t(mesh_.cells[cell][a]));
    for (std::size_t q = 0; q < quadrature_.weights.size(); ++q) {
      const auto [b, determinant] = strain_matrix(cell, quadrature_, q);
      const Vec6 stress = stiffness_mpa_ * (b * local);
      out += (quadrature_.weights[q] * determinant) * (b.transpose() * stress);
    }
    for (std::size_t a = 0; a < 10; ++a) Eigen::Map<Vec3>(forces.data() + 3 * std::size_t(mesh_.cells[cell][a])) += out.segment<3>(Eigen::Index(3 * a));
  }
  return forces;
}

}  // namespace spongiosa::fea
