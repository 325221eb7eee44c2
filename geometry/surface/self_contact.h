#pragma once
/// Where a surface meets itself.

#include "core/progress.h"
#include "geometry/surface/mesh.h"

#include <utility>

namespace spongiosa::geometry {

struct SelfContacts {
  std::int64_t count = 0;                                     ///< pairs of triangles that meet improperly (triangle_contact.h)
  std::vector<std::pair<std::uint32_t, std::uint32_t>> first;  ///< up to `keep` of them, by the first triangle's number
};

/// Exact for the mesh's own floats: the sign of every volume and area is certain. Triangles without an area take no part (they
/// are degenerate, see MeshReport); corners are matched by their position.
/// Triangles are sorted along a Z-order curve into boxes of boxes (Karras, High Performance Graphics 2012, without the radix
/// tree: eight to a box); all pairs whose boxes meet are tested. About 13 bytes per triangle beside the mesh. Time grows
/// little more than linearly as long as triangles that are near each other are of like size.
/// Same result for any thread count.
/// @param same  match_positions(mesh.vertices)
SelfContacts find_self_contacts(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same, std::size_t keep, const Progress& progress);
SelfContacts find_self_contacts(const TriangleMesh& mesh, std::size_t keep, const Progress& progress);

}  // namespace spongiosa::geometry
