#pragma once
/// Interpolation between two coarse meshes, and from the first of them to voxels, with its transpose. Both directions gather, so that
/// they run in parallel without order.

#include "fea/micro/block_matrix.h"
#include "fea/micro/voxel_operator.h"

namespace spongiosa::fea::micro {

class CoarseTransfer {
 public:
  CoarseTransfer(const CoarseMesh& fine, const NextCoarseLevel& level);
  /// fine += P coarse, at free components
  void prolong(const CoarseVector& coarse, CoarseVector& fine) const;
  /// coarse = P' fine, zero at held components
  void restrict(const CoarseVector& fine, CoarseVector& coarse) const;
  std::int64_t bytes() const;

 private:
  /// Rows of node << 2 | exponent of 1/2.
  struct Rows {
    std::vector<std::int64_t> begin;
    std::vector<std::uint32_t> entry;
    void gather(const CoarseVector& from, std::int32_t row, Float4& sum) const;
  };
  Rows down_, up_;
  std::vector<Float4> fine_free_, coarse_free_;  ///< 1 or 0 per component
};

class FirstTransfer {
 public:
  /// Keeps both: the mesh for its nodes.
  FirstTransfer(const CoarseMesh& mesh, VoxelTransfer transfer);
  /// fine += P coarse (held components too: the caller clears them)
  void prolong(const CoarseVector& coarse, float* fine) const;
  /// coarse = P' fine, zero at held components
  void restrict(const float* fine, CoarseVector& coarse) const;
  std::int64_t bytes() const;

 private:
  VoxelTransfer transfer_;
  std::vector<std::array<std::int32_t, 8>> nodes_;
  std::vector<std::uint8_t> fixed_;
  std::vector<std::int64_t> around_;   ///< per coarse node, into corner_
  std::vector<std::int32_t> corner_;   ///< 8 element + corner
};

}  // namespace spongiosa::fea::micro
