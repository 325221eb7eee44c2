#pragma once
/// Closed 2-manifold surfaces from sampled fields.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/surface/mesh.h"

namespace spongiosa::geometry {

/// Marching cubes with a fixed rule on ambiguous faces (solid corners are kept apart), so that the result is closed and
/// 2-manifold for any input: the surface of {field < 0}, vertices in the patient frame of `field`, outward normals.
/// The outermost layer of samples counts as outside. Solid corners that touch only across a diagonal stay separate, so
/// the mesh's components are the 6-connected components of the solid samples.
/// Vertices keep 1 % of an edge away from its ends, so that no triangle degenerates.
/// Same bytes for any thread count.
TriangleMesh extract_surface(const FloatImage& field, const Progress& progress);

/// The volume that extract_surface would enclose, without building the mesh.
double enclosed_volume_mm3(const FloatImage& field, const Progress& progress);

}  // namespace spongiosa::geometry
