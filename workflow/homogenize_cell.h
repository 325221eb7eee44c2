#pragma once
/// Effective stiffness of a unit cell by name and density, or of a voxel cell from a file: what `spongiosa homogenize` prints.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>

namespace spongiosa::workflow {

struct CellRequest {
  std::string cell;                  ///< a name of lattice::cell_names(); empty when `field` is given
  double density_fraction = 0.0;     ///< solid share of the cell, above 0, below 1
  int voxels = 64;                   ///< along an edge of the cell; 4..256
  std::filesystem::path field;       ///< image of solid shares 0..1, as many voxels along each axis (NRRD, NIfTI, MHA)
  double youngs_modulus_mpa = 1.0;   ///< of the solid
  double poisson_ratio = 0.3;
};

/// {cell, voxels_per_edge, solid_fraction, stiffness_mpa (6x6, Voigt xx yy zz yz xz xy, engineering shear), moduli, bounds, solver}.
/// @throws Error(kBadInput) for a request that makes no sense, Error(kComputationFailed) when the cell carries no load in space, the
/// solver does not converge or the result breaks a bound of theory.
Json homogenize_cell(const CellRequest& request, const Progress& progress);

}  // namespace spongiosa::workflow
