#pragma once
/// What was found out about a mesh file, property by property, as one document.

#include "core/json.h"
#include "geometry/surface/inspect_mesh.h"

namespace spongiosa::workflow {

/// {sound, triangles, vertices, edges, euler_number, volume_mm3, area_mm2, bounds_mm, component_count, components,
/// checks: [{id, title, value, limit, comparison, verdict}], contacts}. Of components and contacts the first twenty.
Json proof_of(const geometry::TriangleMesh& mesh, const geometry::MeshInspection& inspection);

/// One line that names what is wrong: "3 open edges, 12 self-intersections"; empty for a sound mesh.
std::string faults_of(const geometry::MeshInspection& inspection);

constexpr std::size_t kNamedContacts = 20;

}  // namespace spongiosa::workflow
