#pragma once
/// A level set as print mesh, proven on the bytes of the file: what `spongiosa mesh` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <string>

namespace spongiosa::workflow {

struct MeshJob {
  std::filesystem::path file;      ///< .vdb
  std::string grid;                ///< its name; empty: see load_level_set
  std::filesystem::path out;       ///< .stl (streamed), .3mf, .ply or .obj
  double max_deviation_mm = 0.0;   ///< of the triangles from the field; 0: half a voxel
  bool local_origin = false;       ///< move the part so that its box begins at 0: floats are finest there
};

/// Writes `out` only when the mesh read back from the written bytes is sound and within the bound.
/// @param announce  called with one line on size and memory before the work starts
/// @returns {format: "spongiosa-mesh", version, source: {file, sha256, grid, voxel_mm}, out: {file, bytes, sha256},
///   moved_by_mm, deviation: {max_mm, rms_mm, limit_mm, max_voxels}, field_surface_mm3, volume_change_fraction, proof: see mesh_proof.h}
/// @throws Error(kBadInput), Error(kComputationFailed) naming what is wrong with the mesh
Json run_mesh_job(const MeshJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
