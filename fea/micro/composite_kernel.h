#pragma once
/// Galerkin product of coarse cubes with 2x2x2 moduli each, eight cubes at a time.
///
/// With xi in [-1, 1] over the coarse cube, u = 1/8 sum h[m] xi^m as in element_modes.h, and moduli that are constant in each octant s,
/// the integral of E xi^a xi^b over an octant is E_s times the product over axes of 1, s/2 or 1/3 for exponents 0, 1, 2. So all that
/// enters is the eight Hadamard sums of the moduli, moment[set] = sum_s E_s prod_(d in set) s_d.

#include "fea/micro/block_rows.h"

#include <cstdint>

namespace spongiosa::fea::micro {

/// Lame's first and second parameter for unit modulus, over 64: (1/8)^2 from the two gradients.
struct CompositeConstants {
  float lambda, mu;
  explicit CompositeConstants(double poisson_ratio)
      : lambda(float(poisson_ratio / ((1.0 + poisson_ratio) * (1.0 - 2.0 * poisson_ratio)) / 64.0)),
        mu(float(0.5 / (1.0 + poisson_ratio) / 64.0)) {}
};

/// Eight cubes: local numbers of their corners, and their moments.
struct alignas(32) CompositeBatch {
  std::uint16_t corner[8][8];  ///< [corner][cube]
  float moment[8][8];          ///< [set of axes][cube]
};

/// force += A displacement for `count` batches. Both are arrays of four floats per local node.
void composite_forces(const CompositeBatch* batches, std::size_t count, const CompositeConstants& constants, const float* displacement,
                      float* force);
/// Hadamard sums of eight octant moduli.
void composite_moments(const float (&scale)[8], float (&moment)[8]);

}  // namespace spongiosa::fea::micro
