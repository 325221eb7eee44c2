#include "geometry/implant/detail/face_surface.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

/// Weights of the uniform cubic B-spline and their derivatives at t in [0,1] between the middle two of four coefficients.
void spline_weights(double t, double value[4], double slope[4]) {
  const double u = 1.0 - t;
  value[0] = u * u * u / 6.0;
  value[1] = (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0;
  value[2] = (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0;
  value[3] = t * t * t / 6.0;
  slope[0] = -0.5 * u * u;
  slope[1] = 1.5 * t * t - 2.0 * t;
  slope[2] = -1.5 * u * u + 2.0 * u;
  slope[3] = 0.5 * t * t;
}

/// Gaussian along one axis; beyond the border the surface goes on straight, so that its slope is not flattened there.
void smooth_lines(std::vector<double>& z, int count, int lines, int stride, int line_stride, double sigma) {
  if (sigma < 0.05) return;
  const int reach = int(std::ceil(4.0 * sigma));
  std::vector<double> weight, line(std::size_t(count), 0.0);
  for (int n = -reach; n <= reach; ++n) weight.push_back(std::exp(-0.5 * n * n / (sigma * sigma)));
  double sum = 0.0;
  for (double w : weight) sum += w;
  const auto beyond = [&](int i) {
    if (i < 0) return 2.0 * line.front() - line[std::size_t(std::min(-i, count - 1))];
    if (i >= count) return 2.0 * line.back() - line[std::size_t(std::max(2 * count - 2 - i, 0))];
    return line[std::size_t(i)];
  };
  for (int l = 0; l < lines; ++l) {
    for (int i = 0; i < count; ++i) line[std::size_t(i)] = z[std::size_t(l * line_stride + i * stride)];
    for (int i = 0; i < count; ++i) {
      double value = 0.0;
      for (int n = -reach; n <= reach; ++n) value += weight[std::size_t(n + reach)] * beyond(i + n);
      z[std::size_t(l * line_stride + i * stride)] = value / sum;
    }
  }
}

}  // namespace

FaceSurface::FaceSurface(const HeightField& field, double smoothing_mm)
    : x0_mm_(field.x0_mm), y0_mm_(field.y0_mm), step_mm_(field.step_mm), nx_(field.nx), ny_(field.ny),
      z_mm_(field.z_mm.begin(), field.z_mm.end()) {
  // The B-spline has the variance of step^2 / 3; the Gaussian brings the rest.
  const double sigma = std::sqrt(std::max(0.0, smoothing_mm * smoothing_mm / (step_mm_ * step_mm_) - 1.0 / 3.0));
  smooth_lines(z_mm_, nx_, ny_, 1, nx_, sigma);
  smooth_lines(z_mm_, ny_, nx_, nx_, 1, sigma);
}

FaceSurface::Point FaceSurface::at(double x_mm, double y_mm) const {
  const double x = std::clamp((x_mm - x0_mm_) / step_mm_, 0.0, double(nx_ - 1)), y = std::clamp((y_mm - y0_mm_) / step_mm_, 0.0, double(ny_ - 1));
  const int i = std::min(int(x), nx_ - 2), j = std::min(int(y), ny_ - 2);
  double wx[4], sx[4], wy[4], sy[4];
  spline_weights(x - i, wx, sx);
  spline_weights(y - j, wy, sy);
  Point point{0.0, 0.0, 0.0};
  for (int b = 0; b < 4; ++b)
    for (int a = 0; a < 4; ++a) {
      const int at_x = std::clamp(i + a - 1, 0, nx_ - 1), at_y = std::clamp(j + b - 1, 0, ny_ - 1);
      const double z = z_mm_[std::size_t(at_x + nx_ * at_y)];
      point.z_mm += wx[a] * wy[b] * z;
      point.slope_x += sx[a] * wy[b] * z / step_mm_;
      point.slope_y += wx[a] * sy[b] * z / step_mm_;
    }
  return point;
}

}  // namespace spongiosa::geometry
