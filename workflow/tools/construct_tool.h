#pragma once
/// Bone and implant with the real lattice, voxel by voxel, under the load cases of a solved case: what `spongiosa construct` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>

namespace spongiosa::workflow {

struct ConstructJob {
  std::filesystem::path results;   ///< of a case that has been solved: the folder with stages/, or the case's folder
  double voxel_mm = 0.2;
  double tolerance = 1e-6;
  int max_iterations = 300;
  bool estimate_only = false;
  std::filesystem::path folder;    ///< gets construct.json and a picture of the implant per load case; empty: nothing is written
};

/// Voxels, unknowns and memory; then, unless only that was asked for, displacement and turn of the loaded face, and stress in the implant,
/// of every load case, beside those of the homogenised construct.
/// @throws Error(kBadInput) for a case that is not solved, Error(kComputationFailed) when it does not fit into memory or does not converge.
Json run_construct_job(const ConstructJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
