#pragma once
/// Curve skeleton of a solid: thinned one voxel after the other, nearest to the surface first, never changing how the solid hangs together.

#include "core/progress.h"
#include "geometry/image/image.h"

namespace spongiosa::lattice {

/// Homotopic thinning ordered by distance (Pudney, Computer Vision and Image Understanding 72 (1998) 404): a voxel goes when it is simple
/// (26-neighbours in the solid, 6-neighbours in the void; Bertrand & Malandain, Pattern Recognition Letters 15 (1994) 169) and not the end of a
/// line. An end stays only where the solid is about as thick as three to five voxels further on (thicker by less than 0.3 of the way): lines
/// that run into an edge or a corner of the solid, such as the rim of a cut strut, draw back to where the strut has its full thickness. So does the
/// free end of a cone steeper than that. What remains is one voxel thick but for its junctions, and has as many pieces, handles and cavities as
/// the solid.
/// @param solid  not 0: solid; the border of the image must be void
/// @param squared_distance  of every voxel to the nearest void one (squared_distance_to), voxels
/// @throws Error(kBadInput) for solid at the border.  Cost: every voxel of the solid is looked at a few times; one thread.
geometry::LabelImage curve_skeleton(const geometry::LabelImage& solid, const std::vector<float>& squared_distance, const Progress& progress);

/// Whether taking the middle out of 3^3 voxels leaves pieces and handles as they are. Bit i + 3 j + 9 k: solid.
bool is_simple_voxel(std::uint32_t neighbourhood);

}  // namespace spongiosa::lattice
