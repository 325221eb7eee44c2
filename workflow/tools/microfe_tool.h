#pragma once
/// A part between platens at the resolution of its voxels: what `spongiosa microfe` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct MicrofeLoad {
  std::string motion;      ///< "compression", "shear-x", "shear-y" (N), "torsion", "bending-x" or "bending-y" (N mm)
  double value = 0.0;      ///< of force or moment; 0: one per cent of the height (compression, shear) or one degree
};

struct MicrofeJob {
  /// Level set (.vdb, its grid "implant" or "lattice", or the only one), closed mesh (.stl, .ply), segmented image (.nrrd, .nii, .nii.gz, .mha), or a case's folder
  /// (its results/implant.vdb, implant.vdb, or what the fill stage left).
  std::filesystem::path source;
  std::vector<MicrofeLoad> loads;
  double voxel_mm = 0.0;          ///< 0: the level set's or the image's own; a mesh needs one
  int label = 0;                  ///< of an image; 0: everything that is not 0
  char axis = 'z';                ///< the platens' normal, an axis of the level set's frame or of the image
  double seat_mm = 0.0;           ///< depth of the platens' matched seats; 0: flat platens on the outermost voxels
  bool frictionless = false;
  bool remove_islands = false;    ///< else more than a ten-thousandth of the solid in loose pieces is refused
  std::string material = "ti-6al-4v-eli-pbf";
  double youngs_modulus_mpa = 0.0, poisson_ratio = -1.0, yield_stress_mpa = 0.0;  ///< override the material's when given
  std::string surface = "ti-as-built";  ///< an entry of fea::fatigue_strengths()
  double tolerance = 1e-6;
  int hot_spots = 10;             ///< at most so many are listed per load
  double critical_volume_mm3 = 0.0;  ///< the mean stress of so much of the solid, where it is stressed most, is reported too; 0: not asked for
  bool struts = true;             ///< divide the part into struts and report each
  std::filesystem::path folder;   ///< gets microfe.json, hot_spots.csv, struts.csv and two PNG per load; empty: nothing is written
};

/// Stiffness, stress percentiles, yield and fatigue factors of the part and of each strut, and hot spots, for every load.
/// @throws Error(kBadInput) for input that makes no sense, loose pieces, platens that touch nothing; Error(kComputationFailed) when it does
/// not fit into memory or does not converge.
Json run_microfe_job(const MicrofeJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
