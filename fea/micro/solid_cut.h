#pragma once
/// Where the solid lies within a voxel: below a plane, whose normal comes from the solid shares of the 26 voxels around.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

/// Whether a voxel of this solid share counts as cut.
inline bool is_cut(double share) { return share < 0.999; }

/// Places are seen from the middle of the voxel, in voxel edges.
struct SolidCut {
  bool cut = false;                ///< the plane leaves less than 0.999 of the voxel
  Vec3 inwards = Vec3::Zero();     ///< unit normal, into the solid; zero deep inside
  double offset = -1.0;            ///< of the plane along it: the solid is where inwards . x > offset

  /// Share (0..1) of a cube of the given edge that is solid.
  double share_of(const Vec3& middle, double edge) const;
  /// Of the plane within the voxel, in voxel faces.
  double area() const;
};

/// The normal is the gradient by Parker and Youngs' weights (as in volume-of-fluid methods); the offset is that which gives the voxel its share.
SolidCut solid_cut(const VoxelBlocks& model, const Index3& voxel);

}  // namespace spongiosa::fea::micro
