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
};
/// Largest ball inside {field > 0} (void) or {field < 0} (solid) that does not leave {zone < 0}.
/// The centre is refined between voxels against the sub-voxel surface of `field`; both images share one grid. What lies beyond
/// the grid counts as obstacle. Zero where no voxel's centre is free. For a gyroid at 16 voxels per cell the error is below 1 %;
/// walls thinner than three voxels are read less accurately, as the mesh itself shows them.
InscribedSphere largest_void_sphere(const geometry::FloatImage& field, const geometry::FloatImage& zone, const Progress& progress);
InscribedSphere largest_solid_sphere(const geometry::FloatImage& field, const geometry::FloatImage& zone, const Progress& progress);

}  // namespace spongiosa::lattice
