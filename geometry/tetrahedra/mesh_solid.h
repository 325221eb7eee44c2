#pragma once
/// Quadratic tetrahedra of a solid given by a function, cut by a box: for a second opinion on stresses of voxel models.
///
/// Mesher: CGAL Mesh_3 (Delaunay refinement; Jamin, Alliez, Yvinec, Boissonnat, CGALmesh, ACM Trans. Math. Softw. 41 (2015) 23), with the edges
/// where the surface meets the box, and the box's own edges within the solid, protected by balls. Library spongiosa_tetrahedra.

#include "core/progress.h"
#include "geometry/tetrahedra/tet_mesh.h"

#include <functional>

namespace spongiosa::geometry {

/// The solid is where the value is negative. The gradient (per mm) is used to move points onto the surface; value and gradient should be
/// smooth near the surface within an element.
struct SolidValue {
  double value;
  Vec3 gradient;
};
using SolidFunction = std::function<SolidValue(const Vec3& place_mm)>;

struct SolidBox {
  Vec3 low_mm, high_mm;
};

struct TetMeshOptions {
  double edge_mm = 0.0;               ///< length of the elements' edges, about
  double surface_distance_mm = 0.0;   ///< of flat triangles to the surface, at most; 0: a twentieth of edge_mm
  bool curved = true;                 ///< middle nodes on the surface
};

/// The solid within the box. The same call gives the same mesh.
/// @throws Error(kBadInput) for a box or an edge that makes no sense, or no surface in the box; Error(kComputationFailed) when the volume of the
/// mesh is more than 2 % off that counted on a grid (a closed void or a loose piece that the mesher did not find), or would need more than 5
/// million elements.
TetMesh mesh_solid(const SolidFunction& solid, const SolidBox& box, const TetMeshOptions& options, const Progress& progress);

}  // namespace spongiosa::geometry
