#include "geometry/bone/detail/bone_probe.h"

#include "geometry/bone/detail/filters.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry::bone_detail {
namespace {

LabelImage cropped(const LabelImage& labels, std::uint8_t label) {
  Index3 low = labels.size, high{-1, -1, -1};
  for (std::int64_t k = 0; k < labels.size[2]; ++k)
    for (std::int64_t j = 0; j < labels.size[1]; ++j)
      for (std::int64_t i = 0; i < labels.size[0]; ++i) {
        if (labels.at(i, j, k) != label) continue;
        const Index3 at{i, j, k};
        for (std::size_t a = 0; a < 3; ++a) {
          low[a] = std::min(low[a], at[a] - 2);
          high[a] = std::max(high[a], at[a] + 2);
        }
      }
  LabelImage bone = crop(labels, low, high);
  for (auto& value : bone.data) value = value == label;
  return bone;
}

}  // namespace

BoneProbe::BoneProbe(const LabelImage& labels, std::uint8_t label) : bone_(cropped(labels, label)), half_voxel_mm_(0.5 * std::cbrt(bone_.spacing_mm.prod())) {
  LabelImage outside = bone_.like<std::uint8_t>(0);
  for (std::size_t n = 0; n < outside.data.size(); ++n) outside.data[n] = !bone_.data[n];
  depth_ = distance_to(outside);
}

double BoneProbe::run_mm(const Vec3& p_Patient, const Vec3& direction, double most_mm) const {
  // Deep in the bone the distance to its surface is a safe step; near it small ones find the place.
  constexpr double kStep_mm = 0.05;
  double t = 0.0;
  while (t < most_mm) {
    const Vec3 p = p_Patient + t * direction;
    if (!inside(p)) break;
    t += std::max(kStep_mm, 0.8 * depth_mm(p) - 2.0 * half_voxel_mm_);
  }
  return std::min(t, most_mm);
}

}  // namespace spongiosa::geometry::bone_detail
