#pragma once
/// Surfaces that face the build plate, by their angle to it.

#include "geometry/surface/mesh.h"

#include <array>

namespace spongiosa::workflow {

struct Overhang {
  double surface_mm2 = 0.0;         ///< of the whole part
  double overhang_mm2 = 0.0;        ///< flatter than the critical angle and not on the plate
  double on_plate_mm2 = 0.0;        ///< faces down within a layer of the lowest point
  std::array<double, 18> by_angle_mm2{};  ///< area that faces down and is not on the plate, bins of 5 degrees from 0 (lies flat) to 90
  Vec3 flattest_Build = Vec3::Zero();     ///< middle of the flattest overhanging triangle; of equals the first
};

/// @param mesh  closed, normals outwards, third axis away from the plate  @param critical_angle_deg  from the plate, 0 to 90
Overhang measure_overhang(const geometry::TriangleMesh& mesh, double critical_angle_deg, double layer_mm);

}  // namespace spongiosa::workflow
