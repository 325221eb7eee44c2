#pragma once
/// Effective conductivity (heat, electricity, diffusion) of one phase of a periodic cell.

#include "core/progress.h"
#include "core/vector.h"

#include <vector>

namespace spongiosa::fea {

struct PeriodicConductivity {
  Mat3 relative = Mat3::Zero();     ///< to the phase itself; symmetric. Zero along directions in which the phase does not run through
  double phase_fraction = 0.0;
  int iterations = 0;               ///< of the three solves together
  double relative_residual = 0.0;   ///< the largest
};

/// Finite volumes on equal cubes: a cube conducts with its share of the phase, a face between two cubes with the harmonic mean. The
/// other phase does not conduct. Conjugate gradients to `tolerance`, the energy form of the result is of second order in that error.
/// @param share  of the phase in each cube, 0..1, x fastest; cubes with less than 1e-3 do not conduct
/// @throws Error(kBadInput) when sizes or shares make no sense, Error(kComputationFailed) without convergence.
PeriodicConductivity effective_conductivity(const Index3& size, const std::vector<float>& share, double tolerance, const Progress& progress);

}  // namespace spongiosa::fea
