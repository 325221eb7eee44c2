#pragma once
/// From a request to the voxels of one period.

#include "fea/homogenize/homogenize.h"
#include "lattice/cells/cell.h"
#include "workflow/homogenize_cell.h"

namespace spongiosa::workflow {

/// The voxels of a registry cell at one density; says in `document` what they are.
/// @throws Error(kBadInput) when the cell is not connected at this density, naming from where on it is.
fea::PeriodicCell voxels_of_cell(const lattice::Cell& cell, double density_fraction, const CellRequest& request, Json& document);
/// The voxels of request.field.
fea::PeriodicCell voxels_of_field(const CellRequest& request, Json& document, const Progress& progress);

/// Numbers of cubes along the edges of a cell of the given aspect, whose edges they match best: multiples of 8 where that is within half a
/// percent, of 4 otherwise, near `voxels` along x. `distortion` is the largest relative mismatch of an edge.
struct CubeCount {
  Index3 size{0, 0, 0};
  double distortion = 0.0;
};
CubeCount cubes_of_aspect(const Vec3& aspect, int voxels);

}  // namespace spongiosa::workflow
