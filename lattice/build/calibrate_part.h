#pragma once
/// Brings the porosity of a part to the request: the part differs from the periodic cell by its cut faces, the mixing of
/// zones and the grid.

#include "lattice/build/part_volumes.h"

namespace spongiosa::lattice {

struct PartPorosity {
  double solid_mm3 = 0.0;              ///< of the part's mesh
  double porosity_fraction = 0.0;      ///< 1 - (solid - solid zone) / porous zone, of meshes
  double wanted_fraction = 0.0;        ///< mean of the request over the porous zone
  std::vector<double> zone_fraction;   ///< of each zone; NaN where the zone is empty
  std::vector<double> zone_wanted;
  int steps = 0;                       ///< corrections made
  SolidPieces::Islands islands;        ///< pieces of the calibrated part joined to nothing
};

/// Corrects the zones' densities, at their borders as far as the cells stay usable there and the rest everywhere, until the porosity of the part is within 0.04 percentage points of the mean of the request;
/// with several zones, until that of each lattice zone is within 0.05. Leaves `part` with the corrected densities.
/// @throws Error(kComputationFailed) when twelve corrections do not get there.
PartPorosity calibrate_part(PartField& part, const EnvelopeVolumes& envelope, const Progress& progress);

}  // namespace spongiosa::lattice
