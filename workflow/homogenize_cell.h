#pragma once
/// Effective properties of a unit cell by name and density, or of a voxel cell from a file: what `spongiosa homogenize` prints.

#include "core/json.h"
#include "core/progress.h"
#include "core/vector.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct CellRequest {
  std::string cell;                  ///< a name of lattice::cell_names(); empty when `field` is given
  std::string blend;                 ///< name of a second cell, that the first is blended with; empty: none
  double weight = 0.5;               ///< of the second cell, 0..1
  std::vector<double> weights;       ///< rising; when given with densities, a table over both
  double density_fraction = 0.0;     ///< solid share of the cell, above 0, below 1
  std::vector<double> densities;     ///< ascending; when given, a sweep instead of density_fraction
  int voxels = 64;                   ///< along the x edge of the cell (the longest edge of a level set's box); 4..256
  std::filesystem::path field;       ///< image of solid shares 0..1 (NRRD, NIfTI, MHA) or level set (.vdb) of a periodic block
  std::optional<std::array<double, 6>> box_mm;  ///< of a level set: x0 y0 z0 x1 y1 z1, one period; absent: the box of its solid
  double youngs_modulus_mpa = 1.0;   ///< of the solid
  double poisson_ratio = 0.3;
  double cell_size_mm = 1.0;         ///< edge along x, for the permeability in mm2
  bool transport = false;            ///< also conductivity of solid and pore space, and permeability
  std::optional<std::array<Vec3, 2>> frame;     ///< directions of the x and z axes in which the tensor is also given
  std::filesystem::path picture;     ///< PNG of Young's modulus over all directions; empty: none
  bool keep_sweeps = true;           ///< finished sweeps are kept on disk and read back
  /// Where they are kept; empty: SPONGIOSA_CACHE, else XDG_CACHE_HOME/spongiosa, else HOME/.cache/spongiosa, else nowhere.
  std::filesystem::path cache;
};

/// One density: {cell or field, voxels, solid_fraction, stiffness_mpa (6x6, Voigt xx yy zz yz xz xy, engineering shear), elastic constants,
/// bounds, stress_amplification, yield_surface, transport, solver}. Several: {densities: [...], gibson_ashby, stiffness_table}. Several
/// weights of a blend: {weights: [{weight, densities: [...]}], blend_table}.
/// @throws Error(kBadInput) for a request that makes no sense or a density at which the cell is not connected, Error(kComputationFailed)
/// when a voxel cell carries no load in space, the solver does not converge or the result breaks a bound of theory.
Json homogenize_cell(const CellRequest& request, const Progress& progress);

}  // namespace spongiosa::workflow
