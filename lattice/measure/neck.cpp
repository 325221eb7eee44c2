#include "lattice/measure/neck.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {

Neck find_neck(const SurfacePoints& surface, const SurfaceDistance& distance, const Vec3f& start, const Vec3f& way) {
  constexpr float kReach_voxels = 1.5f;
  const Index3& size = surface.field().size;
  // Every point that is looked at has its nearest crossing among those of the samples around it.
  std::vector<std::uint32_t> codes;
  std::int64_t low[3], high[3];
  for (int a = 0; a < 3; ++a) {
    low[a] = std::max<std::int64_t>(0, std::lround(start[a]) - 3);
    high[a] = std::min(size[std::size_t(a)] - 1, std::int64_t(std::lround(start[a])) + 3);
  }
  for (std::int64_t k = low[2]; k <= high[2]; ++k)
    for (std::int64_t j = low[1]; j <= high[1]; ++j)
      for (std::int64_t i = low[0]; i <= high[0]; ++i) codes.push_back(distance.nearest[std::size_t(i + size[0] * (j + size[1] * k))]);
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  std::vector<SurfacePatch> patches;
  for (const std::uint32_t code : codes)
    if (code != SurfacePoints::kNone) patches.push_back(surface.patch(code));
  const auto radius = [&](const Vec3f& x) {
    float r = kNoSurface_voxels;
    for (const SurfacePatch& patch : patches) r = std::min(r, patch.distance(x, SurfacePatch::kAmongMany));
    return r;
  };

  // Pattern search in the plane through `middle` across `way`. The radius has creases where the nearest contact changes, on which
  // a fixed set of directions gets stuck: it is turned after every round.
  const auto largest_across = [&](const Vec3f& middle, const Vec3f& from, const Vec3f& along) {
    const Vec3f across_1 = along.unitOrthogonal(), across_2 = along.cross(across_1);
    Neck best{from - along.dot(from - middle) * along, 0.0f};
    best.radius = radius(best.centre);
    float turn = 0.0f;
    int rounds_without_gain = 0;
    for (float step = 0.3f; step > 0.008f; turn += 0.37f) {
      Neck next = best;
      for (int n = 0; n < 8; ++n) {
        const float angle = turn + 0.785398f * float(n);
        const Vec3f x = best.centre + step * (std::cos(angle) * across_1 + std::sin(angle) * across_2);
        if ((x - middle).norm() > kReach_voxels) continue;
        const float r = radius(x);
        if (r > next.radius) next = {x, r};
      }
      if (next.radius > best.radius) {
        best = next;
        rounds_without_gain = 0;
      } else if (++rounds_without_gain == 3) {
        step *= 0.5f;
        rounds_without_gain = 0;
      }
    }
    return best;
  };
  // Across a plane that is not at right angles to the passage the largest ball lies beside the neck: the planes are turned to
  // the line of the balls found, twice.
  Vec3f along = way;
  Neck middle = largest_across(start, start, along);
  for (int turn = 0; turn < 2; ++turn) {
    const Vec3f ahead = largest_across(middle.centre + along, middle.centre + along, along).centre;
    const Vec3f behind = largest_across(middle.centre - along, middle.centre - along, along).centre;
    along = (ahead - behind).normalized();
    middle = largest_across(middle.centre, middle.centre, along);
  }
  Neck neck = middle;
  constexpr float kStep = 0.1f;
  for (const float side : {-1.0f, 1.0f}) {
    Neck last = middle;
    for (float s = kStep; s <= kReach_voxels; s += kStep) {
      const Neck here = largest_across(middle.centre + side * s * along, last.centre, along);
      if (here.radius > last.radius + 0.02f) break;  // past the narrowest place
      last = here;
      if (here.radius < neck.radius) neck = here;
    }
  }
  return neck;
}

}  // namespace spongiosa::lattice
