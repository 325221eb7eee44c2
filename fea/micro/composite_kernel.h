#pragma once
/// Galerkin product of coarse cubes from the moments of their moduli (cube_moments.h): eight cubes at a time for one load case, or eight
/// load cases at a time cube by cube.
///
/// With u = 1/8 sum h[m] xi^m as in element_modes.h, strains are polynomials in xi, and the forces of the modes are sums of moments times
/// their coefficients. Of cubes with 2x2x2 voxels only eight moments differ by more than a constant: modulus and square of an axis
/// are independent within an octant.

#include "fea/micro/block_rows.h"
#include "fea/micro/cube_moments.h"

#include <cstdint>

namespace spongiosa::fea::micro {

/// Lame's first and second parameter for unit modulus, over 64: (1/8)^2 from the two gradients.
struct CompositeConstants {
  float lambda, mu;
  explicit CompositeConstants(double poisson_ratio)
      : lambda(float(poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio)) / 64.0)),
        mu(float(0.5 / (1.0 + poisson_ratio) / 64.0)) {}
};

/// Eight cubes: local numbers of their corners, and their moments. 27 of them, or the 8 without a square, [x + 2 y + 4 z].
template <int Count>
struct alignas(32) CompositeBatch {
  std::uint16_t corner[8][8];  ///< [corner][cube]
  float moment[Count][8];      ///< [moment][cube]
};

/// force += A displacement for `count` batches. Both are arrays of four floats per local node.
void composite_forces(const CompositeBatch<8>* batches, std::size_t count, const CompositeConstants& constants, const float* displacement,
                      float* force);
void composite_forces(const CompositeBatch<27>* batches, std::size_t count, const CompositeConstants& constants, const float* displacement,
                      float* force);
/// The same for eight load cases: 24 floats per local node, [component][load case].
void composite_lane_forces(const CompositeBatch<8>* batches, std::size_t count, const CompositeConstants& constants,
                           const float* displacement, float* force);
void composite_lane_forces(const CompositeBatch<27>* batches, std::size_t count, const CompositeConstants& constants,
                           const float* displacement, float* force);
/// Sets one cube's moments.
void set_moments(CompositeBatch<8>& batch, std::size_t cube, const CubeMoments& moments);
void set_moments(CompositeBatch<27>& batch, std::size_t cube, const CubeMoments& moments);

}  // namespace spongiosa::fea::micro
