#pragma once
/// A part once more with voxels of twice the edge: what its stresses converge to.

#include "fea/micro/platen_test.h"
#include "fea/micro/stress_statistics.h"
#include "fea/micro/voxel_islands.h"

namespace spongiosa::workflow {

/// An eighth of the fine part's memory and time.
class CoarsePart {
 public:
  /// @param seat, zone  layers of fine voxels
  /// @throws Error(kBadInput) when the platens find too little of the coarse part to hold.
  CoarsePart(const fea::micro::VoxelBlocks& fine, double poisson_ratio, fea::micro::PlatenContact contact, std::int64_t seat, std::int64_t zone,
             const Progress& progress);
  CoarsePart(const CoarsePart&) = delete;
  CoarsePart& operator=(const CoarsePart&) = delete;

  /// von Mises stress under a force (N) or moment (N mm), MPa.
  /// @param fine_voxel_mm  edge of the fine voxels
  fea::micro::StressStatistics stress(fea::micro::PlatenMotion motion, double load, double youngs_modulus_mpa, double fine_voxel_mm, double tolerance,
                                      const Progress& progress);

 private:
  fea::micro::LargestPiece piece_;
  double poisson_ratio_;
  std::int64_t zone_;
  fea::micro::PlatenTest test_;
};

}  // namespace spongiosa::workflow
