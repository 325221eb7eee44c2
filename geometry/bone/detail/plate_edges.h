#pragma once
/// Finds one endplate in the image: raw edge points between bone and disc, and the outline of the plate.

#include "geometry/bone/segment.h"
#include "geometry/frame.h"

#include <vector>

namespace spongiosa::geometry::bone_detail {

struct PlateEdges {
  Frame frame;                         ///< of the plate: origin at its centre, z out of the bone along its normal, x to the patient's left
  std::vector<Vec3> points_Patient;    ///< edge points, about one per `step_mm` squared of plate
  double step_mm = 0.5;
  std::vector<Vec3> outline_Patient;   ///< closed polygon on the surface, counter-clockwise seen from outside the bone
  double width_mm = 0.0, depth_mm = 0.0;  ///< extents of the outline in its own plane, left-right and front-back
};

/// @param outward_Patient  towards the vertebra across the disc, from the seed
/// @param name             for messages: "the inferior endplate of C6"
/// @throws Error(kBadInput) when no plate is found: why, and what to do.
PlateEdges find_plate(const Segmentation& segmentation, std::uint8_t label, const Vec3& seed_Patient, const Vec3& outward_Patient,
                      const std::string& name);

}  // namespace spongiosa::geometry::bone_detail
