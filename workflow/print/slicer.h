#pragma once
/// Layers of a part for printing, straight from its level set: no mesh is made.

#include "core/progress.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/slice_contours.h"

#include <functional>

namespace spongiosa::workflow {

/// Build direction is the third axis of the level set's frame. Coordinates are the frame's, mm.
struct SliceOptions {
  double layer_mm = 0.03;
  /// Distance of the samples in a layer; 0: the voxel of the level set.
  double step_mm = 0.0;
};

struct PrintLayer {
  double bottom_mm = 0.0, top_mm = 0.0;  ///< the section is taken half way
  double area_mm2 = 0.0;                 ///< solid
  std::vector<geometry::Contour> contours;
};

struct SlicePlan {
  double bottom_mm = 0.0;      ///< a multiple of the layer, at or below the lowest point of the solid
  std::int64_t layers = 0;
  double step_mm = 0.0;
  std::array<std::int64_t, 2> size{0, 0};  ///< samples in a layer
  Vec2 first_mm = Vec2::Zero();
};

/// @throws Error(kBadInput) for lengths that are not above 0, more than a million layers, or a level set without a solid
SlicePlan plan_slices(const geometry::LevelSet& part, const SliceOptions& options);

/// Calls `take` for every layer from the bottom up, from the calling thread. Values between samples are trilinear. Same
/// contours for any thread count. Memory: 20 bytes per sample of 16 layers.
void slice(const geometry::LevelSet& part, const SliceOptions& options, const std::function<void(const PrintLayer&)>& take,
           const Progress& progress);

}  // namespace spongiosa::workflow
