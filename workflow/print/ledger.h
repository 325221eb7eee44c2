#pragma once
/// The record of conversions: what came of a part each time its form changed.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/mesh.h"

#include <filesystem>

namespace spongiosa::workflow {

/// {from, to: {file, sha256}, triangles, max_deviation_mm, rms_deviation_mm, volume_change_fraction}
/// From a level set to the mesh of its surface: deviations as in SurfaceDeviation, volume against that of the surface before its corners were rounded to floats.
/// @throws Error(kComputationFailed) when the mesh has other triangles than the level set's surface
Json level_set_to_mesh(const geometry::LevelSet& level_set, const std::filesystem::path& from, const geometry::TriangleMesh& mesh,
                       const std::filesystem::path& to, const Progress& progress);

/// From a mesh to a file of it that was read back, triangle by triangle in the same order: deviation of the corners.
/// @throws Error(kComputationFailed) when the number of triangles has changed
Json mesh_to_file(const geometry::TriangleMesh& mesh, const std::filesystem::path& from, const geometry::TriangleMesh& read_back,
                  const std::filesystem::path& to);

}  // namespace spongiosa::workflow
