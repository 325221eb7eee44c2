#pragma once
/// The elastic operator of quadratic tetrahedra: deal.II's simplex element on cells whose edges may be curved.

#include "fea/dealii/elastic_system.h"
#include "geometry/tetrahedra/tet_mesh.h"

namespace spongiosa::fea {

using Mat6x30 = Eigen::Matrix<double, 6, 30>;

/// Shape functions at points of the reference cell. Column a: node a in the order of TetMesh.
struct TetPoints {
  std::vector<Eigen::Matrix<double, 3, 10>> gradients;
  std::vector<Eigen::Matrix<double, 10, 1>> values;
  std::vector<double> weights;  ///< of the quadrature; 0 for other points
};
/// The six points of the rule that the matrices are integrated with.
TetPoints tet_quadrature();
TetPoints tet_points(const std::vector<Vec3>& rst);

class TetSystem : public ElasticSystem {
 public:
  /// @param mesh  must outlive the system
  TetSystem(const geometry::TetMesh& mesh, const Mat6& stiffness_mpa) : mesh_(mesh), stiffness_mpa_(stiffness_mpa), quadrature_(tet_quadrature()) {}

  std::size_t cell_count() const override { return mesh_.cells.size(); }
  std::span<const std::int32_t> nodes_of(std::size_t cell) const override { return mesh_.cells[cell]; }
  void matrix_of(std::size_t cell, Eigen::MatrixXd& matrix) const override;
  std::vector<double> apply(const std::vector<double>& displacement) const override;

  /// Strain (Voigt, engineering shear) from the displacements of a cell's nodes at a point. @return with the determinant of the mapping
  std::pair<Mat6x30, double> strain_matrix(std::size_t cell, const TetPoints& points, std::size_t point) const;
  const TetPoints& quadrature() const { return quadrature_; }

 private:
  const geometry::TetMesh& mesh_;
  Mat6 stiffness_mpa_;
  TetPoints quadrature_;
};

}  // namespace spongiosa::fea
