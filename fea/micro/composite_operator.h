#pragma once
/// Galerkin operator of a coarse level without a matrix: cubes with the moments of the moduli inside them (a matrix would take 1 kB per
/// node and most of the time to read it). The smoother's step is fused into the product.

#include "fea/micro/coarse_mesh.h"
#include "fea/micro/composite_kernel.h"
#include "fea/micro/coarse_vector.h"
#include "fea/micro/mesh_share.h"

namespace spongiosa::fea::micro {

/// Symmetric, positive semi-definite; rows and columns of held components are zero. Vectors are zero there.
class CompositeOperator {
 public:
  /// The first level: cubes of 2x2x2 voxels. @param scale  see FirstCoarseLevel
  CompositeOperator(const CoarseMesh& mesh, const std::vector<std::array<float, 8>>& scale, double poisson_ratio);
  /// Any other. @param moments  of each element
  CompositeOperator(const CoarseMesh& mesh, const std::vector<CubeMoments>& moments, double poisson_ratio);

  std::int64_t bytes() const;
  /// Nodes whose forces are computed: those of the mesh's blocks. x may have more behind them (of other processes).
  std::size_t rows() const { return inverse_.size() / 9; }

  /// y = A x
  template <class Node>
  void multiply(const CoarseVectorOf<Node>& x, CoarseVectorOf<Node>& y) const;
  /// r = b - A x
  template <class Node>
  void residual(const CoarseVectorOf<Node>& x, const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& r) const;
  /// x_old becomes x + momentum (x - x_old) + step D^-1 (b - A x), with D the 3x3 blocks of the diagonal.
  template <class Node>
  void smooth(const CoarseVectorOf<Node>& x, CoarseVectorOf<Node>& x_old, const CoarseVectorOf<Node>& b, float momentum, float step) const;
  /// x = step D^-1 b
  template <class Node>
  void smooth_zero(CoarseVectorOf<Node>& x, const CoarseVectorOf<Node>& b, float step) const;
  /// Upper estimate of the largest eigenvalue of D^-1 A: twelve power steps from a fixed start, and a tenth more.
  /// @param share  of a level divided over processes, which compute it together
  double largest_eigenvalue(const MeshShare* share) const;

 private:
  /// All cubes that touch the nodes of one block of cubes, so that the block alone writes them.
  struct Part {
    std::int32_t first_node, end_node;
    std::vector<std::int32_t> foreign;     ///< other nodes of those cubes; local numbers follow the own ones, then one that is zero
    std::vector<CompositeBatch<8>> octants;   ///< of the first level
    std::vector<CompositeBatch<27>> cubes;    ///< of the others
    std::vector<std::pair<std::int32_t, std::uint8_t>> held;  ///< own local node, components
  };
  /// @param moments_of  of an element
  template <int Count, class MomentsOf>
  void build(const CoarseMesh& mesh, double poisson_ratio, std::vector<CompositeBatch<Count>> Part::*batches, const MomentsOf& moments_of);
  /// finish(first node, number of nodes, their forces)
  template <class Node, class Finish>
  void apply(const CoarseVectorOf<Node>& x, const Finish& finish) const;

  CompositeConstants constants_;
  std::vector<Part> parts_;
  std::vector<float> inverse_;  ///< of the diagonal blocks, 9 per node by columns, and 4 more that may be read
};

}  // namespace spongiosa::fea::micro
