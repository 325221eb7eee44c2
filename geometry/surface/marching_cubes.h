#pragma once
/// Closed 2-manifold surfaces from sampled fields.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/surface/mesh.h"

namespace spongiosa::geometry {

/// Marching cubes with a fixed rule on ambiguous faces (solid corners are kept apart), so that the result is closed and
/// 2-manifold for any input: the surface of {field < 0}, vertices in the patient frame of `field`, outward normals.
/// The outermost layer of samples counts as outside, as do zero and NaN. Solid samples that touch only across a diagonal
/// stay separate: each 6-connected component of solid samples has its own outer surface, and each cavity its own inner one
/// (a cavity is an 18-connected component of outside samples).
/// Vertices lie at the linear zero on a grid edge but keep 1 % of the edge away from its ends (more where floats are
/// coarser than that, 25 um voxels at 1000 mm), so that no triangle degenerates.
/// Memory: 1/32 of the field, the mesh (12 bytes per vertex and triangle), five layers of numbers per thread.
/// Same bytes for any thread count.
/// @throws Error(kComputationFailed) for more than 2^32 - 1 vertices, or voxels below 16 float steps of the coordinates.
TriangleMesh extract_surface(const FloatImage& field, const Progress& progress);

/// The volume, mm3, that extract_surface encloses, without building the mesh: the same triangles with their corners in
/// double. The mesh's own volume differs by the rounding of its vertices to floats (below 1e-6 relative near the origin,
/// 5e-6 for a lattice of 0.05 mm voxels 464 mm away).
double enclosed_volume_mm3(const FloatImage& field, const Progress& progress);

/// The same of a field that is never in memory at once: stacks of layers in ascending order, each beginning with the last
/// layer of the one before. How the layers are stacked changes the result by rounding only.
class VolumeOfLayers {
 public:
  /// @param whole  size and place of the field; its data are not used
  explicit VolumeOfLayers(const FloatImage& whole);
  void add(const FloatImage& layers, std::int64_t first_layer, const Progress& progress);
  double mm3() const;

 private:
  FloatImage whole_;
  std::int64_t next_layer_ = 0;
  double six_volumes_voxels_ = 0.0;
};

}  // namespace spongiosa::geometry
