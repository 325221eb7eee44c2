#pragma once
/// The steps of mesh_solid().

#include "geometry/tetrahedra/mesh_solid.h"

namespace spongiosa::geometry::detail {

/// Sharp edges of the solid in the box: where its surface meets the faces of the box, and the parts of the box's edges within the solid.
/// Chains end where three edges meet; a closed chain has its first point again as its last. Points that are shared have equal coordinates.
/// @param step_mm  of the squares on the faces that the surface is traced through
std::vector<std::vector<Vec3>> sharp_edges(const SolidFunction& solid, const SolidBox& box, double step_mm);

struct LinearTets {
  std::vector<Vec3> points_mm;
  std::vector<std::array<std::int32_t, 4>> cells;  ///< positive volume
};
/// All of CGAL is in here.
LinearTets delaunay_tets(const SolidFunction& solid, const SolidBox& box, const std::vector<std::vector<Vec3>>& edges, const TetMeshOptions& options,
                         const Progress& progress);

/// Middle nodes, boundary, points moved onto the surface.
TetMesh quadratic(const LinearTets& linear, const SolidFunction& solid, const SolidBox& box, bool curved);

}  // namespace spongiosa::geometry::detail
