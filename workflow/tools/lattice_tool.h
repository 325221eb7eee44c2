#pragma once
/// A lattice in any closed shape, without a patient: what `spongiosa lattice` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>

namespace spongiosa::workflow {

struct LatticeJob {
  /// "box:XxYxZ", "cylinder:DxH" (axis z), "sphere:D", lengths in mm, about the origin; or a closed mesh (.stl, .ply).
  std::string shape;
  Json lattice;                     ///< the lattice section of a case, complete (complete_lattice)
  std::filesystem::path folder;     ///< must exist; gets lattice.vdb, lattice.json, islands.csv and, where asked for, lattice.stl
  std::filesystem::path base;       ///< that relative paths of images begin at
  bool mesh = false;                ///< also the mesh, pores and struts: needs the whole field in memory
  double shape_voxel_mm = 0.0;      ///< of the body's level set; 0: two lattice voxels, at least 0.05 mm and a 400th of the longest side
};

/// Voxels, memory, triangles and file size, before anything is computed.
Json estimate_lattice_job(const LatticeJob& job);
/// Writes the files and returns what lattice.json holds: sizes, porosity per zone, islands, files.
/// @throws Error(kBadInput) for a shape or a request that cannot be made.
Json run_lattice_job(const LatticeJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
