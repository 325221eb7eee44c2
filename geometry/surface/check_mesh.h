#pragma once
/// check_mesh for callers that have matched the vertices already.

#include "geometry/surface/mesh.h"

namespace spongiosa::geometry {

/// @param same  match_positions(mesh.vertices)
MeshReport check_mesh(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same);

}  // namespace spongiosa::geometry
