#include "geometry/bone/corpectomy.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {
namespace {

/// Where a coordinate lies between two nodes of one grid axis; beyond the grid at its border.
struct Place {
  int low, high;
  double share_high;
};
Place place(double coordinate_mm, double first_mm, double step_mm, int count) {
  const double x = std::clamp((coordinate_mm - first_mm) / step_mm, 0.0, double(count - 1));
  const int low = std::min(int(x), std::max(count - 2, 0));
  return {low, std::min(low + 1, count - 1), x - low};
}

}  // namespace

double HeightField::z(double x_mm, double y_mm) const {
  if (nx < 1 || ny < 1) return 0.0;
  const Place x = place(x_mm, x0_mm, step_mm, nx), y = place(y_mm, y0_mm, step_mm, ny);
  const auto at = [&](int i, int j) { return double(z_mm[std::size_t(i) + std::size_t(nx) * std::size_t(j)]); };
  const double front = (1.0 - x.share_high) * at(x.low, y.low) + x.share_high * at(x.high, y.low);
  const double back = (1.0 - x.share_high) * at(x.low, y.high) + x.share_high * at(x.high, y.high);
  return (1.0 - y.share_high) * front + y.share_high * back;
}

bool HeightField::is_measured(double x_mm, double y_mm) const {
  const long i = std::lround((x_mm - x0_mm) / step_mm), j = std::lround((y_mm - y0_mm) / step_mm);
  if (i < 0 || j < 0 || i >= nx || j >= ny) return false;
  return measured[std::size_t(i) + std::size_t(nx) * std::size_t(j)] != 0;
}

}  // namespace spongiosa::geometry
