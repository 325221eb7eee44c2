#pragma once
/// What a coarse cube with any distribution of stiffness inside needs for its exact Galerkin matrix: 27 moments of the modulus.
///
/// With xi in [-1, 1]^3 over the cube of edge H, moment[p + 3 q + 9 r] = H/2 times the integral of E xi^p eta^q zeta^r, exponents 0 to 2.
/// The gradients of two trilinear functions multiply to such monomials only, so the moments hold all that the voxels inside tell the cube;
/// those of a cube are sums of its children's, with the origin shifted.

#include <Eigen/Core>

#include <array>

namespace spongiosa::fea::micro {

using CubeMoments = std::array<double, 27>;

/// Place of the monomial xi^a xi^b in the moments, a and b sets of axes (bits).
constexpr int moment_place(int a, int b) {
  return (a & 1) + (b & 1) + 3 * ((a >> 1 & 1) + (b >> 1 & 1)) + 9 * ((a >> 2) + (b >> 2));
}

/// Of a cube of 2x2x2 unit voxels with the moduli `scale` (by corner bits).
CubeMoments octant_moments(const std::array<float, 8>& scale);
/// Adds what the child at the octant (bits) gives to its parent.
void add_child_moments(const CubeMoments& child, int octant, CubeMoments& parent);
/// Galerkin matrix of the cube, row 3 a + c: component c of corner a (bits x, y, z = 1, 2, 4).
Eigen::Matrix<double, 24, 24> moment_matrix(const CubeMoments& moments, double poisson_ratio);

}  // namespace spongiosa::fea::micro
