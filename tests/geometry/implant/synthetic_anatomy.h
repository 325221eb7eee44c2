#pragma once
/// A corpectomy whose endplates have a formula, so that the implant can be compared with it.

#include "geometry/bone/corpectomy.h"

#include <Eigen/Geometry>

#include <cmath>

namespace spongiosa::geometry {

/// Size and shape of a C5 or C6 corpectomy: the endplate above arched by 2.3 mm in the sagittal plane, the one below nearly
/// flat, the gap wider in front. `scale` 2 gives about lumbar size.
struct SyntheticAnatomy {
  double scale = 1.0;
  double gap_mm = 22.0;

  double cranial_z(double x, double y) const {
    return 0.5 * gap_mm - y * y / (2.0 * 13.0 * scale) - x * x / (2.0 * 40.0 * scale) - 0.05 * y;
  }
  double caudal_z(double x, double y) const {
    return -0.5 * gap_mm + y * y / (2.0 * 30.0 * scale) + x * x / (2.0 * 50.0 * scale) + 0.04 * y;
  }

  CorpectomyAnatomy anatomy() const {
    CorpectomyAnatomy anatomy;
    anatomy.frame.origin_Patient = Vec3(3.0, -120.0, 840.0);
    anatomy.frame.axes_Patient = Eigen::AngleAxisd(0.25, Vec3(1.0, 0.2, 0.1).normalized()).toRotationMatrix();
    anatomy.cranial_level = "C4";
    anatomy.replaced_level = "C5";
    anatomy.caudal_level = "C6";
    anatomy.cranial = endplate([this](double x, double y) { return cranial_z(x, y); });
    anatomy.caudal = endplate([this](double x, double y) { return caudal_z(x, y); });
    anatomy.gap_height_mm = gap_mm;
    anatomy.body_height_mm = gap_mm - 10.0;
    anatomy.canal_y_mm = 8.6 * scale;
    return anatomy;
  }

 private:
  template <class F>
  Endplate endplate(const F& z) const {
    Endplate plate;
    plate.width_mm = 17.0 * scale;
    plate.depth_mm = 15.5 * scale;
    plate.centre = Vec3(0.0, 0.0, z(0.0, 0.0));
    for (int n = 0; n < 120; ++n) {
      const double angle = 2.0 * 3.14159265358979323846 * n / 120.0, c = std::cos(angle), s = std::sin(angle);
      const double r = std::pow(std::pow(std::abs(c), 2.5) + std::pow(std::abs(s), 2.5), -1.0 / 2.5);
      plate.outline.emplace_back(0.5 * plate.width_mm * r * c, 0.5 * plate.depth_mm * r * s);
    }
    HeightField& surface = plate.surface;
    surface.step_mm = 0.5;
    surface.nx = surface.ny = 4 * int(13.0 * scale) + 1;
    surface.x0_mm = surface.y0_mm = -0.25 * (surface.nx - 1);
    for (int j = 0; j < surface.ny; ++j)
      for (int i = 0; i < surface.nx; ++i) {
        const double x = surface.x0_mm + 0.5 * i, y = surface.y0_mm + 0.5 * j;
        surface.z_mm.push_back(float(z(x, y)));
        surface.measured.push_back(std::pow(std::abs(x) / (0.5 * plate.width_mm), 2.5) + std::pow(std::abs(y) / (0.5 * plate.depth_mm), 2.5) <= 1.0);
      }
    return plate;
  }
};

}  // namespace spongiosa::geometry
