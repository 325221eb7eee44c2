#pragma once
/// Linear elasticity of a VoxelModel under several load cases, by deal.II (fea module).

#include "core/progress.h"
#include "fea/continuum/voxel_model.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::fea {

struct ContinuumOptions {
  double tolerance = 1e-8;      ///< residual of the linear system, relative to the load vector
  int max_iterations = 500;
};

/// The nodes on the fixed lower faces of the lowest layer of cells are held; the load acts on the loaded upper faces of the top layer
/// as a traction that is the cell's stiffness times a field linear in x and y, statically equivalent to the load case (force and
/// moment about the loaded face's stiffness-weighted centroid; see face_load in hex_mesh.h). All vectors and tensors are in the model's frame.
struct PartResult {
  std::string part;
  std::int64_t cells = 0;  ///< that hold at least half of the part; 0: the numbers below are 0 and mean nothing
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
  /// Of all linear solves that the case is made of; being linear, cases share solves (preload, unit moments) and superpose.
  int iterations = 0;
  double relative_residual = 0.0;  ///< of this case's own displacement, from the unconstrained element forces
  Vec3 reaction_force_n = Vec3::Zero(), reaction_moment_nmm = Vec3::Zero();  ///< of the support; moment about the loaded face's centroid
  double balance_error = 0.0;        ///< |applied + reaction| over |applied|, force (moment over a 10 mm lever)
  double strain_energy_nmm = 0.0, external_work_nmm = 0.0;  ///< 2 * energy equals the work of the loads
  Vec3 top_displacement_mm = Vec3::Zero();  ///< mean over the loaded face
  Vec3 top_rotation_deg = Vec3::Zero();     ///< least-squares rotation of the loaded face
  double max_displacement_mm = 0.0;
  std::vector<PartResult> parts;
  /// Per active cell (in the order of active_cells): displacement at the centre (mm), strain at the centre (Voigt).
  std::vector<Vec3> cell_displacement_mm;
  std::vector<Vec6> cell_strain;
  std::vector<Vec3> node_displacement_mm;  ///< in the order of active_nodes
};

struct ContinuumResult {
  std::int64_t cells = 0, unknowns = 0;
  double loaded_area_mm2 = 0.0;
  Vec3 loaded_centroid_mm = Vec3::Zero();
  std::vector<std::int64_t> active_cells;  ///< index into the model's cells
  std::vector<std::int64_t> active_nodes;  ///< node (i, j, k), i fastest, of the grid of (size + 1) nodes, that an active cell has
  std::vector<int> cell_part;              ///< per active cell: index of the part with the largest share
  std::vector<CaseResult> cases;
};

/// Writes `<fields_folder>/<load case>.vtu` and `.pvd` (an empty folder name: none) with displacement_mm, von_mises_mpa, stress and
/// strain components, part and share arrays; points, vectors and tensors in the patient frame (LPS). Stress of a cell is that of
/// the part with the largest share.
/// @throws Error(kComputationFailed) when a linear solve does not reach the tolerance: no numbers are returned then.
/// @throws Error(kBadInput) when a load is not finite or cells float free (see remove_unconnected_cells).
ContinuumResult solve_continuum(const VoxelModel& model, const std::vector<LoadCase>& cases, const ContinuumOptions& options,
                                const std::filesystem::path& fields_folder, const Progress& progress);

/// Displacement (mm) to prescribe at a surface node of the model at `p_Model`, or nothing where the node is free.
using PrescribedDisplacement = std::function<std::optional<Vec3>(const Vec3& p_Model)>;

/// The same model under given displacements instead of loads: for verification (patch tests, platen tests). One case, named
/// "prescribed"; reaction_force_n is that of the bottom face's prescribed nodes, external_work_nmm that of all prescribed nodes;
/// balance_error is the resultant of all nodal forces over the largest of them.
/// @throws Error(kBadInput) when fewer than three nodes are prescribed, as solve_continuum otherwise.
ContinuumResult solve_prescribed(const VoxelModel& model, const PrescribedDisplacement& displacement,
                                 const ContinuumOptions& options, const Progress& progress);

/// Memory and unknowns before starting, from measured bytes per unknown.
struct ContinuumEstimate {
  std::int64_t cells, unknowns;
  double memory_bytes;
};
ContinuumEstimate estimate_continuum(const VoxelModel& model);
/// The same from a number of cells alone: an upper bound for a compact part, before the model is built.
ContinuumEstimate estimate_continuum(std::int64_t cells);

/// A CalculiX/Abaqus input deck of one load case: C3D8 with one material per stiffness class, for independent checks.
void write_calculix(const std::filesystem::path& file, const VoxelModel& model, const LoadCase& load);

}  // namespace spongiosa::fea
