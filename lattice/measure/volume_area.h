#pragma once
/// Volume of zone and solid, and area of the surface between them, below the size of a voxel.

#include "core/progress.h"
#include "lattice/measure/depth_bins.h"

#include <vector>

namespace spongiosa::lattice {

struct ZoneVolume {
  double zone_mm3 = 0.0;
  double solid_mm3 = 0.0;  ///< of it
};
/// How the share of a voxel is told.
enum class VolumeRule {
  kPlane,  ///< below the plane of the local value and gradient; exact for flat surfaces
  kCount,  ///< a sample is wholly in or out: for images that hold labels
};
/// The first entry is the whole zone; one per depth bin follows. A voxel reaches half its edge beyond its sample; its solid is
/// its share of {max(field, zone) < 0}, so that faces shared by part and zone count once.
/// @param zone  same grid; null: all voxels.
std::vector<ZoneVolume> zone_volumes(const geometry::FloatImage& field, const geometry::FloatImage* zone, VolumeRule rule,
                                     const DepthBins& bins);

/// Area, mm2, of the marching-cubes triangles of {field = 0} (the printed mesh's, see geometry/surface/marching_cubes.h) that lie
/// in {zone < 0}; triangles that cross the zone's surface count with the share of the linear interpolation. Between the samples
/// only: the border of the grid is no surface. First entry: the whole zone; one per depth bin (of the nearest sample) follows.
std::vector<double> surface_area_mm2(const geometry::FloatImage& field, const geometry::FloatImage* zone, const DepthBins& bins);

}  // namespace spongiosa::lattice
