#pragma once
/// Interpolation between two coarse meshes, and from the first of them to voxels, with its transpose. Fine nodes are listed by the coarse
/// element that interpolates them. Both directions gather, so that they run in parallel without order.

#include "fea/micro/coarse_mesh.h"
#include "fea/micro/coarse_vector.h"
#include "fea/micro/voxel_operator.h"

namespace spongiosa::fea::micro {

/// The coarse side: nodes of elements, and the elements around nodes.
class CoarseSide {
 public:
  explicit CoarseSide(const CoarseMesh& mesh);
  std::int64_t bytes() const;

 protected:
  /// work(element, corner values)
  template <class Node, class Work>
  void for_elements(const CoarseVectorOf<Node>& coarse, const Work& work) const;
  /// coarse = sums of what add(element, corner, sum) adds, zero at held components
  template <class Node, class Add>
  void gather(CoarseVectorOf<Node>& coarse, const Add& add) const;

 private:
  std::vector<std::array<std::int32_t, 8>> nodes_;
  std::vector<std::uint8_t> fixed_;
  std::vector<std::uint32_t> around_;  ///< per coarse node, into corner_
  std::vector<std::int32_t> corner_;   ///< 8 element + corner
};

class CoarseTransfer : public CoarseSide {
 public:
  CoarseTransfer(const CoarseMesh& fine, const NextCoarseLevel& level);
  /// fine += P coarse, at free components
  template <class Node>
  void prolong(const CoarseVectorOf<Node>& coarse, CoarseVectorOf<Node>& fine) const;
  /// coarse = P' fine, zero at held components
  template <class Node>
  void restrict(const CoarseVectorOf<Node>& fine, CoarseVectorOf<Node>& coarse) const;
  std::int64_t bytes() const;

 private:
  std::vector<std::uint32_t> begin_;   ///< per element, and the end
  std::vector<std::int32_t> node_;     ///< fine nodes
  std::vector<Place> place_;
  std::vector<std::uint8_t> fine_fixed_;  ///< per entry
};

class FirstTransfer : public CoarseSide {
 public:
  FirstTransfer(const CoarseMesh& mesh, VoxelTransfer transfer);
  /// fine += P coarse (held components too: the caller clears them). `fine` has kLanesOf<Node> numbers per unknown.
  template <class Node>
  void prolong(const CoarseVectorOf<Node>& coarse, float* fine) const;
  /// coarse = P' fine, zero at held components
  template <class Node>
  void restrict(const float* fine, CoarseVectorOf<Node>& coarse) const;
  std::int64_t bytes() const;

 private:
  VoxelTransfer transfer_;
};

}  // namespace spongiosa::fea::micro
