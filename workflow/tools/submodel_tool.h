#pragma once
/// A region of a solved case's real lattice, driven by the continuum solution around it: what `spongiosa submodel` does.

#include "core/json.h"
#include "core/progress.h"
#include "core/vector.h"

#include <filesystem>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct SubmodelJob {
  std::filesystem::path results;          ///< of a case that has been solved: the folder with stages/, or the case's folder
  std::string load_case = "compression";  ///< a name of the case's load cases
  std::optional<Vec3> centre_mm;          ///< of the region, patient frame (LPS); absent: round the highest strut stress of the continuum model
  double size_mm = 0.0;                   ///< edge of the cube whose stress counts, along the implant's axes; 0: two cells
  double margin_mm = 0.0;                 ///< of lattice around it up to the driven faces; 0: one cell
  double voxel_mm = 0.0;                  ///< 0: that of the lattice's level set, or a 32nd of the cell where that is smaller
  std::string surface = "ti-as-built";    ///< an entry of fea::fatigue_strengths()
  double tolerance = 1e-6;
  int hot_spots = 10;
  std::filesystem::path folder;           ///< gets submodel.json, hot_spots.csv and von_mises.png; empty: nothing is written
};

/// Stress percentiles, factors and hot spots in the cube, the mean stress in it, and what half the margin changes.
/// @throws Error(kBadInput) for a case that is not solved, an unknown load case, a region without lattice; Error(kComputationFailed) when
/// it does not fit into memory or does not converge.
Json run_submodel_job(const SubmodelJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
