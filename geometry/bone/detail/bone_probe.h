#pragma once
/// Looks into one bone: is a point inside, how deep, how far is the surface.

#include "geometry/image/image.h"

namespace spongiosa::geometry::bone_detail {

/// The bone of one label, cropped, with the distance of every point to its surface.
class BoneProbe {
 public:
  BoneProbe(const LabelImage& labels, std::uint8_t label);
  /// Trilinear share of the label, 0..1; the surface is at one half.
  double share(const Vec3& p_Patient) const { return bone_.covers(p_Patient) ? bone_.sample(p_Patient) : 0.0; }
  bool inside(const Vec3& p_Patient) const { return share(p_Patient) > 0.5; }
  /// Distance to the surface from within; 0 outside. To about half a voxel.
  double depth_mm(const Vec3& p_Patient) const { return bone_.covers(p_Patient) ? std::max(0.0, depth_.sample(p_Patient) - half_voxel_mm_) : 0.0; }
  /// Way from a point inside to the surface along a unit vector, at most `most_mm`.
  double run_mm(const Vec3& p_Patient, const Vec3& direction, double most_mm) const;
  const LabelImage& bone() const { return bone_; }
  const FloatImage& depth() const { return depth_; }

 private:
  LabelImage bone_;
  FloatImage depth_;
  double half_voxel_mm_;
};

}  // namespace spongiosa::geometry::bone_detail
