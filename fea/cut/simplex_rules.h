#pragma once
/// Quadrature on triangles and tetrahedra.

#include <array>
#include <span>

namespace spongiosa::fea::cut {

/// Barycentric coordinates and weight; weights add up to 1 and are to be multiplied by the area or volume.
struct TrianglePoint {
  std::array<double, 3> at;
  double weight;
};
struct TetrahedronPoint {
  std::array<double, 4> at;
  double weight;
};

/// Exact for polynomials up to `degree`: 4 (6 points) or 6 (12 points, Dunavant 1985).
std::span<const TrianglePoint> triangle_rule(int degree);
/// Exact for polynomials up to `degree`: 2 (4 points) or 5 (14 points, Walkington 2000).
std::span<const TetrahedronPoint> tetrahedron_rule(int degree);

}  // namespace spongiosa::fea::cut
