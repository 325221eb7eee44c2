#pragma once
/// Largest inscribed spheres of pores and struts.

#include "core/progress.h"
#include "geometry/image/image.h"

namespace spongiosa::lattice {

/// Squared Euclidean distance (voxel units) from each voxel to the nearest voxel with mask != 0 (Felzenszwalb & Huttenlocher 2012).
std::vector<float> squared_distance_to(const geometry::LabelImage& mask);

struct InscribedSphere {
  double diameter_mm = 0.0;
  Vec3 centre_Patient = Vec3::Zero();
  /// The other phase alone holds it: it cannot grow by moving. False: no such sphere lies within the zone, and this one, the
  /// largest within it, ends at an open face of the zone (or at the border of the grid) too.
  bool held_by_walls = false;
};
/// Largest ball inside {field > 0} (void) or {field < 0} (solid) that the walls of its phase hold and that lies within {zone < 0} and
/// the grid: a hollow that opens through a face of the zone holds no ball unless one has room in it behind the face. Where there is
/// none, the largest ball for which the faces of zone and grid count as walls, see held_by_walls.
/// The centre is refined between voxels against the sub-voxel surface of `field`; both images share one grid; a ball may touch the
/// faces to a tenth of a voxel. Zero where no voxel's centre is free. The largest balls are held by smooth surfaces fitted to the samples:
/// both sides of a wall or slit of up to five voxels at once (see thin_wall.h), else the walls where the ball touches them, up to radii of 12
/// voxels (see fitted_walls.h). Within 1 % of the largest balls of seven triply periodic surfaces at 24 voxels per cell. Same result for
/// any thread count.
InscribedSphere largest_void_sphere(const geometry::FloatImage& field, const geometry::FloatImage& zone, const Progress& progress);
InscribedSphere largest_solid_sphere(const geometry::FloatImage& field, const geometry::FloatImage& zone, const Progress& progress);

}  // namespace spongiosa::lattice
