#pragma once
/// The elastic operator of cut cells: their solid parts, supports on surfaces (Nitsche) and the stabilisation of ill-cut ones.

#include "fea/cut/cell_cut.h"
#include "fea/cut/mesh.h"
#include "fea/cut/model.h"
#include "fea/cut/tensor_basis.h"
#include "fea/dealii/elastic_system.h"

namespace spongiosa::fea::cut {

/// Elements are the mesh's cells and, after them, the stabilised faces.
///
/// Stabilisation (direct ghost penalty): g E / h^2 times the integral of |u1 - u2|^2 over the smaller cell and its mirror image in the neighbour, where u1
/// and u2 are the two cells' polynomials, continued. It vanishes for polynomials of the elements' degree, so that it does not touch the order, and
/// gives a cell with a sliver of solid the stiffness of a whole one. J. Preuss, Master's thesis, Goettingen 2018; C. Lehrenfeld and M. Olshanskii,
/// ESAIM M2AN 53 (2019) 585-614.
class CutSystem : public ElasticSystem {
 public:
  /// @param model, mesh  must outlive the system
  CutSystem(const Model& model, const Options& options, const Mesh& mesh, const Progress& progress);

  std::size_t cell_count() const override { return mesh_.cells.size() + face_nodes_.size(); }
  std::span<const std::int32_t> nodes_of(std::size_t element) const override;
  void matrix_of(std::size_t element, Eigen::MatrixXd& matrix) const override;
  std::vector<double> apply(const std::vector<double>& displacement) const override;

  /// Nodal forces of a load case: tractions, body forces and initial strains; given displacements of supports add theirs.
  const std::vector<double>& load(std::size_t index) const { return loads_[index]; }
  /// Of the model's loads alone, without those of the supports' given displacements.
  const Vec3& load_force_n(std::size_t index) const { return load_forces_[index]; }
  /// Share of the cell that holds solid.
  double solid_share(std::size_t cell) const { return cells_[cell].share; }
  /// The one material that the cell's solid is made of, or kVoid where there are several.
  int pure_region(std::size_t cell) const { return cells_[cell].pure_region; }
  double volume_mm3() const;
  std::size_t stabilised_faces() const { return face_nodes_.size(); }
  const Mesh& mesh() const { return mesh_; }
  const Model& model() const { return model_; }
  const Options& options() const { return options_; }
  const TensorBasis& basis() const { return basis_; }

  /// Unstabilised stiffness of a material at a place.
  Mat6 stiffness_mpa(int region, const Vec3& p_mm) const;

 private:
  struct Term {
    int region, tensor;
    std::vector<double> moments;
  };
  struct Cell {
    std::vector<Term> terms;
    double share = 0.0, modulus_mpa = 0.0;  ///< modulus: largest entry of the stiffness, mean over the solid
    int pure_region = kVoid;
    std::int32_t support = -1;              ///< index into support_matrices_
  };
  struct CellWork;
  void take_cell(std::size_t cell, CellWork& work) const;
  void stabilise();
  void check_supported() const;
  Eigen::MatrixXd face_matrix(const Mesh::Face& face) const;

  const Model& model_;
  const Options options_;
  const Mesh& mesh_;
  const TensorBasis& basis_;
  std::vector<Cell> cells_;
  std::vector<Eigen::MatrixXd> support_matrices_;
  std::vector<std::vector<double>> loads_;
  std::vector<Vec3> load_forces_;
  std::vector<std::size_t> faces_;                      ///< index into mesh_.faces
  std::vector<std::vector<std::int32_t>> face_nodes_;
};

}  // namespace spongiosa::fea::cut
