#include "workflow/study/grid_convergence.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::workflow {

GridConvergence grid_convergence(double h1, double h2, double h3, double f1, double f2, double f3) {
  if (!(h1 < h2 && h2 < h3 && h1 > 0.0)) fail_input("a convergence study needs three element sizes in ascending order, got {:g}, {:g}, {:g} mm", h1, h2, h3);
  const double r21 = h2 / h1, r32 = h3 / h2, e21 = f2 - f1, e32 = f3 - f2;
  GridConvergence result;
  result.extrapolated = f1;
  const double scale = std::max({std::abs(f1), std::abs(f2), std::abs(f3)});
  if (std::abs(e21) <= 1e-12 * scale && std::abs(e32) <= 1e-12 * scale) {  // no element size matters
    result.monotone = true;
    result.order = result.used_order = 2.0;
    result.safety = 1.25;
    return result;
  }
  if (e21 * e32 > 0.0) {
    double order = 1.0;
    for (int i = 0; i < 100; ++i) {
      const double q = std::log((std::pow(r21, order) - 1.0) / (std::pow(r32, order) - 1.0));
      order = std::clamp((std::log(e32 / e21) + q) / std::log(r21), -20.0, 20.0);
      if (std::abs(order) < 1e-6) order = 1e-6;
    }
    if (order > 0.0) {
      result.monotone = true;
      result.order = order;
      result.used_order = std::clamp(order, 0.5, 2.0);
      result.safety = 1.25;
      result.extrapolated = f1 - e21 / (std::pow(r21, result.used_order) - 1.0);
    }
  }
  result.index_fraction = f1 == 0.0 ? 0.0 : result.safety * std::abs(e21 / f1) / (std::pow(r21, result.used_order) - 1.0);
  return result;
}

}  // namespace spongiosa::workflow
