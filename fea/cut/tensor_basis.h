#pragma once
/// Lagrange elements of degree 1 and 2 on a cube, and the moments that their matrices on any part of it depend on.
///
/// Products of gradients have degree 2p along each axis, so they are known from 2p + 1 Gauss points per axis: whatever part of the cube is
/// integrated over, and however many points that takes, the element matrix is that of (2p + 1)^3 fixed points whose weights are the integrals
/// of their Lagrange polynomials ("moments"). A coefficient that changes from place to place goes into the moments too.

#include "core/vector.h"

#include <Eigen/Dense>

#include <vector>

namespace spongiosa::fea::cut {

/// Places in the cube's coordinates, 0..1. Nodes and points in lexicographic order, x fastest.
class TensorBasis {
 public:
  explicit TensorBasis(int degree);
  static const TensorBasis& of(int degree);

  int degree() const { return degree_; }
  int node_count() const { return nodes_ * nodes_ * nodes_; }
  Vec3 node(int index) const;
  int moment_count() const { return points_ * points_ * points_; }
  Vec3 moment_point(int index) const;
  double moment_weight(int index) const;  ///< of the whole cube

  /// Shape functions at a place, also outside of the cube.
  Eigen::VectorXd values(const Vec3& place) const;
  Eigen::Matrix<double, Eigen::Dynamic, 3> gradients(const Vec3& place) const;

  /// Adds weight times the Lagrange polynomials of the moment points at a place.
  void add_moments(const Vec3& place, double weight, double* moments) const;

  /// Adds edge * sum over points of moment * B^T C B, with rows 3 * node + component.
  void add_stiffness(const double* moments, const Mat6& stiffness_mpa, double edge_mm, Eigen::MatrixXd& matrix) const;

 private:
  int degree_, nodes_, points_;
  std::vector<double> gauss_, gauss_weights_;
  Eigen::MatrixXd gradient_table_;  ///< row: moment point; column: 3 * node + axis
};

/// Strain (Voigt, engineering shear) of nodal displacements, from gradients of shape functions per millimetre. Columns 3 * node + component.
Eigen::Matrix<double, 6, Eigen::Dynamic> strain_matrix(const Eigen::Matrix<double, Eigen::Dynamic, 3>& gradients);

}  // namespace spongiosa::fea::cut
