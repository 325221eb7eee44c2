#pragma once
/// Interpolation of stiffness between values that were computed.

#include "core/vector.h"

#include <vector>

namespace spongiosa::fea {

/// Piecewise cubic (Hermite) through y over rising x, slopes of the parabola through three neighbours (one-sided at the ends, a line for two
/// values). @pre at least two values; `at` within x.front()..x.back()
Mat6 cubic(const std::vector<double>& x, const std::vector<Mat6>& y, double at);

}  // namespace spongiosa::fea
