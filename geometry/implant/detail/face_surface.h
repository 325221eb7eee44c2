#pragma once
/// An endplate as a smooth surface with slopes.

#include "geometry/bone/corpectomy.h"

namespace spongiosa::geometry {

/// The height field smoothed by a Gaussian, as a cubic B-spline: twice continuously differentiable, so that the faces and
/// their rounded edges have no creases.
class FaceSurface {
 public:
  /// @param smoothing_mm  equivalent standard deviation; at least 0.58 of the field's step, which the spline itself brings.
  FaceSurface(const HeightField& field, double smoothing_mm);

  struct Point {
    double z_mm, slope_x, slope_y;
  };
  Point at(double x_mm, double y_mm) const;

 private:
  double x0_mm_, y0_mm_, step_mm_;
  int nx_, ny_;
  std::vector<double> z_mm_;
};

}  // namespace spongiosa::geometry
