#pragma once
/// Distances from every sample of a field to its sub-voxel surface. Lengths are in voxels, positions in index coordinates.

#include "core/progress.h"
#include "geometry/image/image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace spongiosa::lattice {

/// One crossing with the flat piece of surface around it.
struct SurfacePatch {
  Vec3f point, normal;

  /// The nearest crossing lies up to this far beside the foot of the perpendicular, voxels.
  static constexpr float kNearest = 0.9f;
  /// For necks, which saddles bound: further out, the tangent planes of a saddle cut into the room, and the least of many
  /// distances picks the one that cuts deepest. Walls of few voxels are read better with kNearest.
  static constexpr float kAmongMany = 0.6f;
  static constexpr float kFade = 0.6f;  ///< beyond that, over this way, the distance fades from the plane's to the point's

  /// Distance from `x` (>= 0). Up to `flat` voxels beside the foot: to the tangent plane, which is l^2 / (2 d) shorter than to a
  /// crossing l beside the foot; further, fading over to that of the point, so that there is no jump.
  float distance(const Vec3f& x, float flat) const {
    const float end = flat + kFade;
    const Vec3f w = x - point;
    const float across = normal.dot(w), whole2 = w.squaredNorm(), beside2 = whole2 - across * across;
    if (beside2 >= end * end || normal.squaredNorm() < 0.5f) return std::sqrt(whole2);
    if (beside2 <= flat * flat) return std::abs(across);
    return std::sqrt(whole2 - flat * flat * (end - std::sqrt(beside2)) / (end - flat));
  }
  /// Is the foot of the perpendicular from `x` on this piece?
  bool below(const Vec3f& x) const {
    const Vec3f w = x - point;
    const float across = normal.dot(w);
    return normal.squaredNorm() > 0.5f && w.squaredNorm() - across * across <= kNearest * kNearest;
  }
};

/// The surface {field = 0} as the points where it crosses grid edges, found by linear interpolation. A crossing is named by a
/// code, 3 * offset of the edge's lower sample + axis. Samples < 0 are solid; zero and NaN are void.
class SurfacePoints {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffu;

  explicit SurfacePoints(const geometry::FloatImage& field)
      : field_(&field), stride_{1, field.size[0], field.size[0] * field.size[1]}, labels_(two_values(field)) {}

  bool solid(std::size_t offset) const { return field_->data[offset] < 0.0f; }
  /// Position of the crossing on its edge, 0..1.
  float fraction(std::size_t lower, int axis) const {
    const float a = field_->data[lower], b = field_->data[lower + std::size_t(stride_[std::size_t(axis)])];
    const float t = a / (a - b);
    return t >= 0.0f && t <= 1.0f ? t : 0.5f;
  }
  static std::uint32_t code(std::size_t lower, int axis) { return std::uint32_t(3 * lower + std::size_t(axis)); }
  /// The normal is the unit gradient of the field (towards the void), from central differences at both ends of the edge; zero where there
  /// is none, and in label images (one value on each side), whose steps have normals of no meaning: distances then are to points.
  SurfacePatch patch(std::uint32_t code) const;

  const geometry::FloatImage& field() const { return *field_; }

 private:
  Vec3f gradient(const std::uint32_t at[3], std::size_t offset) const;
  static bool two_values(const geometry::FloatImage& field) {
    return std::all_of(field.data.begin(), field.data.end(), [size = std::abs(field.data[0])](float v) { return std::abs(v) == size; });
  }
  const geometry::FloatImage* field_;
  Index3 stride_;
  bool labels_;
};

struct SurfaceDistance {
  std::vector<float> signed_voxels;    ///< negative in the solid; +-1e7 where there is no surface at all
  std::vector<std::uint32_t> nearest;  ///< code of the nearest crossing, or SurfacePoints::kNone
};

constexpr float kNoSurface_voxels = 1e7f;

/// Exact nearest crossing of every sample: crossings on x edges have whole y and z, so the separable transform of Felzenszwalb &
/// Huttenlocher (Theory of Computing 8 (2012) 415) applies to each family of edges; the nearest of the three counts. The
/// distance then is taken to the tangent plane at that crossing (see SurfacePatch; below 12 voxels, beyond which that changes at
/// most 0.04). Error below 0.1 voxels, 0.01 on average, for a ball of 14 voxels radius. The border of the grid is no surface. Cost: linear; memory 16 bytes per sample while running,
/// 8 in the result. Same bytes for any thread count.
/// @throws Error(kBadInput) unless the grid is isotropic to 1e-3 and each size is 2 or more; Error(kComputationFailed) for more
/// than 1.4e9 samples.
SurfaceDistance surface_distance(const geometry::FloatImage& field, const Progress& progress);

/// Refuses grids whose spacing differs by more than 1e-3 between axes. @param what names the image in the message.
void require_isotropic(const geometry::FloatImage& image, const char* what);

}  // namespace spongiosa::lattice
