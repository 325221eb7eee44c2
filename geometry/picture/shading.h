#pragma once
/// From visible surfaces to colours.

#include "geometry/picture/visibility.h"

#include <limits>

namespace spongiosa::geometry::rendering {

constexpr float kFar = std::numeric_limits<float>::infinity();

/// What is seen at each sample; depth is kFar where nothing is.
struct Surfaces {
  std::vector<float> depth;     ///< mm along the camera's look
  std::vector<Vec3f> normal;    ///< towards the camera, in its axes right, down, look
  std::vector<Rgb> colour;

  explicit Surfaces(std::size_t samples) : depth(samples, kFar), normal(samples), colour(samples) {}
};

/// Adds the surfaces of `part` that lie before those already there.
void add_surfaces(const SceneMesh& part, const Camera& camera, const std::vector<std::uint64_t>& seen, Surfaces& surfaces);

/// Fraction of the surroundings that is open, per sample; 1 for the background.
std::vector<float> ambient_openness(const Surfaces& surfaces, const Camera& camera);

/// Colour of a lit surface. @param openness from ambient_openness, @param depth_fraction 0 nearest, 1 farthest
Vec3f lit(const Rgb& colour, const Vec3f& normal, float openness, float depth_fraction);

}  // namespace spongiosa::geometry::rendering
