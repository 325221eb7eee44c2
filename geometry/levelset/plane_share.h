#pragma once
/// The share of a unit cube on one side of a plane: how volumes are measured below the size of a voxel.

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

/// Share (0..1) of the cube [-1/2,1/2]^3 where value + gradient . x < 0 (gradient per cube edge).
/// Inclusion-exclusion over the corners cut off: Scardovelli & Zaleski, J. Comput. Phys. 164 (2000) 228, eq. 2.
inline double share_below_plane(double value, double gx, double gy, double gz) {
  double n[3] = {std::abs(gx), std::abs(gy), std::abs(gz)};
  const double sum = n[0] + n[1] + n[2];
  if (2.0 * std::abs(value) >= sum || sum == 0.0) return value < 0.0 ? 1.0 : 0.0;
  // The formula divides by all three components; a thousandth of the sum moves the result by less than 1e-6.
  double total = 0.0;
  for (double& c : n) total += (c = std::max(c, 1e-3 * sum));
  // By symmetry only the smaller part is computed, which keeps the differences of cubes accurate.
  const double alpha = 0.5 * total - std::abs(value);
  const auto cube = [](double x) { return x > 0.0 ? x * x * x : 0.0; };
  const double part = cube(alpha) - cube(alpha - n[0]) - cube(alpha - n[1]) - cube(alpha - n[2]) + cube(alpha - n[0] - n[1]) +
                      cube(alpha - n[0] - n[2]) + cube(alpha - n[1] - n[2]);
  const double smaller = std::clamp(part / (6.0 * n[0] * n[1] * n[2]), 0.0, 0.5);
  return value < 0.0 ? 1.0 - smaller : smaller;
}

}  // namespace spongiosa::geometry
