#include "workflow/print/overhang.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace spongiosa::workflow {

Overhang measure_overhang(const geometry::TriangleMesh& mesh, double critical_angle_deg, double layer_mm) {
  Overhang result;
  const double plate = mesh.bounds().min[2];
  double flattest_deg = critical_angle_deg;
  for (const auto& t : mesh.triangles) {
    const Vec3 a = mesh.vertices[t[0]].cast<double>(), b = mesh.vertices[t[1]].cast<double>(), c = mesh.vertices[t[2]].cast<double>();
    const Vec3 twice = (b - a).cross(c - a);
    const double length = twice.norm(), area = 0.5 * length;
    result.surface_mm2 += area;
    if (!(twice[2] < 0.0)) continue;
    const Vec3 middle = (a + b + c) / 3.0;
    if (middle[2] - plate < layer_mm) {
      result.on_plate_mm2 += area;
      continue;
    }
    const double angle_deg = std::acos(std::min(1.0, -twice[2] / length)) * 180.0 / std::numbers::pi;
    result.by_angle_mm2[std::size_t(std::min(17, int(angle_deg / 5.0)))] += area;
    if (angle_deg < critical_angle_deg) result.overhang_mm2 += area;
    if (angle_deg < flattest_deg) {
      flattest_deg = angle_deg;
      result.flattest_Build = middle;
    }
  }
  return result;
}

}  // namespace spongiosa::workflow
