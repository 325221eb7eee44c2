#pragma once
/// Smooth cross fields on closed surfaces: four tangent directions at right angles at every vertex, and the places where no
/// such field can be continuous.

#include "geometry/surface/mesh.h"
#include "lattice/grading/phase_map.h"

#include <vector>

namespace spongiosa::lattice {

struct CrossField {
  std::vector<Vec3> normal;     ///< unit, area-weighted, per vertex
  std::vector<Vec3> direction;  ///< one of the four unit tangents, per vertex
  /// Where the field turns by a multiple of a quarter turn; index = that multiple / 4. Same frame as the mesh.
  std::vector<PhaseSingularity> singularities;
  double index_sum = 0.0;       ///< equals the Euler characteristic of the surface
};

/// A smooth cross field: its fourth power starts as the eigenvector of least eigenvalue of the connection Laplacian (Knoeppel,
/// Crane, Pinkall and Schroeder, Globally optimal direction fields, 2013; here with unit weights and the shortest rotation of
/// normals as the transport) and is then diffused and brought to unit length in turn (Viertel and Osting, 2019).
/// A triangle's index is the turn of the field round it, transport included.
/// @param mesh  closed, 2-manifold, outward; vertices shared by index.
/// @throws Error(kBadInput) when it is not closed or has no triangle; Error(kComputationFailed) when the factorisation fails.
CrossField smooth_cross_field(const geometry::TriangleMesh& mesh);

}  // namespace spongiosa::lattice
