#pragma once
/// Permeability of the pore space of a periodic cell: creeping (Stokes) flow under a uniform pressure gradient.

#include "core/progress.h"
#include "core/vector.h"

#include <vector>

namespace spongiosa::fea {

struct PeriodicPermeability {
  /// Darcy's k in units of the square of the cube's edge; rows: direction of the flow, columns: of the gradient. Symmetric up to the
  /// tolerance. Times edge^2 for mm2; 1 darcy is 9.869e-7 mm2.
  Mat3 per_edge_squared = Mat3::Zero();
  double void_fraction = 0.0;   ///< of the cubes that take part
  int steps = 0;                ///< of the three flows together
  double last_change = 0.0;     ///< relative change of the mean flow over the last 50 steps, the largest of the three
};

/// Cubes with at least half of their volume void are pore, the others wall; the wall lies on the cubes' faces (a first-order error in
/// the cube's edge for curved walls). Lattice Boltzmann with 19 velocities, two relaxation times with (1/w+ - 1/2)(1/w- - 1/2) = 3/16, so
/// that the result does not depend on the viscosity and plane channels along the grid are exact at the cubes' middles (Ginzburg, Verhaeghe
/// and d'Humieres, Commun. Comput. Phys. 3 (2008) 427), without inertia (linear equilibrium). Run until the mean flow changes by less than
/// `tolerance` in 50 steps (where nothing flows: by less than 1e-4 edge^2 times that).
/// @param solid_share  of each cube, 0..1, x fastest
/// @throws Error(kBadInput) when sizes or shares make no sense or nothing is pore, Error(kComputationFailed) without convergence.
PeriodicPermeability permeability(const Index3& size, const std::vector<float>& solid_share, double tolerance, const Progress& progress);

}  // namespace spongiosa::fea
