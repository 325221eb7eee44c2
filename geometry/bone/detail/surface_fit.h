#pragma once
/// Smooth height fields through scattered points.

#include "geometry/bone/corpectomy.h"

#include <vector>

namespace spongiosa::geometry::bone_detail {

struct SurfacePoint {
  double x_mm, y_mm, z_mm;
  double weight = 1.0;
};

/// z = a + b x + c y
struct Plane {
  double a = 0.0, b = 0.0, c = 0.0;
  double z(double x, double y) const { return a + b * x + c * y; }
  Vec3 normal() const { return Vec3(-b, -c, 1.0).normalized(); }
};

/// Least squares; weighted.
Plane fit_plane(const std::vector<SurfacePoint>& points);

struct SurfaceFit {
  HeightField field;          ///< `measured` is left 0
  double rms_mm = 0.0;        ///< of the inliers about the field
  std::vector<double> weight; ///< final weight of every point; 0 for outliers
};

/// Minimises  sum w (z - z_i)^2 A + integral lambda |D^2 r|^2 + mu |D r|^2  over the grid, r = z - plane, A the area one point stands for:
/// a smoothing spline in tension. lambda is chosen so that a wave is halved where a Gaussian of `smoothing_mm` would halve it; the tension
/// lets the slope relative to the plane die away within 3 smoothing lengths beyond the data. Outliers are faded out by Tukey's
/// biweight in three rounds.
SurfaceFit fit_surface(const std::vector<SurfacePoint>& points, double area_per_point_mm2, double x_min_mm, double x_max_mm, double y_min_mm,
                       double y_max_mm, double step_mm, double smoothing_mm);

}  // namespace spongiosa::geometry::bone_detail
