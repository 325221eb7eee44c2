#pragma once
/// What each layer lies on: islands on powder, and spans between supports.

#include "workflow/print/build_field.h"

#include <vector>

namespace spongiosa::workflow {

/// A piece of a layer below which the layer before has no solid at all. The first layer lies on the plate.
struct LayerIsland {
  double height_mm = 0.0;      ///< of the layer's middle above the plate
  double area_mm2 = 0.0;
  Vec3 place_Build = Vec3::Zero();
};

struct LayerSupport {
  std::int64_t layers = 0;
  std::int64_t island_count = 0;
  double island_mm2 = 0.0;                 ///< of all of them
  std::vector<LayerIsland> largest;        ///< up to 20, by falling area; of equal area the lower one first
  double span_mm = 0.0;                    ///< twice the largest distance to support: the width of a bridge, twice the reach of a ledge
  double span_height_mm = 0.0;
  Vec3 span_Build = Vec3::Zero();          ///< the point farthest from support
};

/// Sections half way up each layer, in pixels of one voxel. Pixels join across sides. A pixel is supported when there is solid below it within a cone of
/// the critical angle; the cone is looked at where it is one and a half pixels wide, with its rim between the pixels; reaches are straight to the
/// solid below, within a pixel.
/// @param critical_angle_deg  from the plate, 5 to 85
/// Memory: 40 bytes per pixel of the layers in work. Same result for any thread count.
LayerSupport measure_layer_support(const BuildField& build, double layer_mm, double critical_angle_deg, const Progress& progress);

}  // namespace spongiosa::workflow
