#pragma once
/// The level set of what a closed mesh encloses.

#include "core/progress.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/mesh.h"

namespace spongiosa::geometry {

/// Distances to the triangles, exact within the band. @param mesh  in the patient's coordinates
/// @param frame  the grid is aligned with it   @param band_voxels  half width of the band, >= 2
/// @throws Error(kBadInput) for a mesh that is empty, open, not 2-manifold, inside out, or smaller than three voxels.
LevelSet level_set_of_mesh(std::string name, const TriangleMesh& mesh, const Frame& frame, double voxel_mm, double band_voxels,
                           const Progress& progress);

}  // namespace spongiosa::geometry
