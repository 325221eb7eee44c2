#pragma once
/// Linear elasticity of a VoxelModel under several load cases, by deal.II (fea module).

#include "core/progress.h"
#include "fea/continuum/voxel_model.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::fea {

struct ContinuumOptions {
  double tolerance = 1e-8;      ///< residual of the linear system, relative to the load vector
  int max_iterations = 500;
};

/// The nodes of the lowest layer of cells are fixed; the load acts on the faces of the top layer as a traction field that is
/// linear in x and y and statically equivalent to the load case (force and moment about the loaded face's centroid).
struct PartResult {
  std::string part;
  // von Mises stress, maximum principal stress and strain at cell centres, over cells that hold at least half of the part;
  // stress is the part's own (its stiffness times the cell's strain). Percentiles are weighted by the part's volume.
  double von_mises_max_mpa = 0.0, von_mises_p99_mpa = 0.0, von_mises_mean_mpa = 0.0;
  double principal_stress_max_mpa = 0.0, principal_stress_min_mpa = 0.0;
  double principal_strain_max = 0.0, principal_strain_min = 0.0;
  double principal_strain_min_p01 = 0.0, principal_strain_max_p99 = 0.0;  ///< 1st and 99th percentile
  Vec3 von_mises_max_position_mm = Vec3::Zero();
};

struct CaseResult {
  LoadCase load;
  int iterations = 0;
  double relative_residual = 0.0;
  Vec3 reaction_force_n = Vec3::Zero(), reaction_moment_nmm = Vec3::Zero();  ///< of the support; moment about the loaded face's centroid
  double balance_error = 0.0;        ///< |applied + reaction| over |applied|, force (moment over a 10 mm lever)
  double strain_energy_nmm = 0.0, external_work_nmm = 0.0;  ///< 2 * energy equals the work of the loads
  Vec3 top_displacement_mm = Vec3::Zero();  ///< mean over the loaded face
  Vec3 top_rotation_deg = Vec3::Zero();     ///< least-squares rotation of the loaded face
  double max_displacement_mm = 0.0;
  std::vector<PartResult> parts;
  /// Per active cell (in the order of active_cells): displacement at the centre (mm), strain (Voigt), per-cell dominant part.
  std::vector<Vec3> cell_displacement_mm;
  std::vector<Vec6> cell_strain;
};

struct ContinuumResult {
  std::int64_t cells = 0, unknowns = 0;
  double loaded_area_mm2 = 0.0;
  Vec3 loaded_centroid_mm = Vec3::Zero();
  std::vector<std::int64_t> active_cells;  ///< index into the model's cells
  std::vector<CaseResult> cases;
};

/// Writes `<fields_folder>/<load case>.vtu` and `.pvd` with displacement_mm, von_mises_mpa, stress and strain components, part and
/// share arrays, points in the patient frame (LPS).
/// @throws Error(kComputationFailed) when a linear solve does not reach the tolerance: no numbers are returned then.
ContinuumResult solve_continuum(const VoxelModel& model, const std::vector<LoadCase>& cases, const ContinuumOptions& options,
                                const std::filesystem::path& fields_folder, const Progress& progress);

/// Memory and unknowns before starting, from measured bytes per unknown.
struct ContinuumEstimate {
  std::int64_t cells, unknowns;
  double memory_bytes;
};
ContinuumEstimate estimate_continuum(const VoxelModel& model);

/// A CalculiX/Abaqus input deck of one load case: C3D8 with one material per stiffness class, for independent checks.
void write_calculix(const std::filesystem::path& file, const VoxelModel& model, const LoadCase& load);

}  // namespace spongiosa::fea
