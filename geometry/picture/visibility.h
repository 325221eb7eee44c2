#pragma once
/// Which triangle of a mesh is seen at each sample of a picture.

#include "geometry/picture/picture.h"

#include <cstdint>
#include <vector>

namespace spongiosa::geometry::rendering {

/// Maps the scene to samples: x to the right, y downwards in samples, depth in mm away from the camera.
struct Camera {
  Vec3 right, down, look;
  Vec3 centre;                   ///< scene point in the middle of the picture
  double samples_per_mm = 1.0;
  int width = 0, height = 0;     ///< in samples
  double depth_min = 0.0, depth_max = 1.0;

  Vec3 project(const Vec3& p) const {
    const Vec3 d = p - centre;
    return {0.5 * width + samples_per_mm * right.dot(d), 0.5 * height + samples_per_mm * down.dot(d), look.dot(d)};
  }
};

/// For each sample the nearest triangle: depth in the upper 32 bits, triangle in the lower. Equal depths go to the lower
/// number, so that the result does not depend on the order of drawing.
constexpr std::uint64_t kNothing = ~std::uint64_t(0);
inline std::uint32_t triangle_of(std::uint64_t seen) { return std::uint32_t(seen); }

/// Draws `part` into `seen`, which is set to kNothing first.
void find_visible(const SceneMesh& part, const Camera& camera, std::vector<std::uint64_t>& seen);

}  // namespace spongiosa::geometry::rendering
