#pragma once
/// Volumes of a part and of its zones, by going through its layers once.

#include "core/progress.h"
#include "lattice/build/islands.h"
#include "lattice/build/part_field.h"

#include <vector>

namespace spongiosa::lattice {

/// What the density of the lattice does not change.
struct EnvelopeVolumes {
  struct OfZone {
    double volume_mm3 = 0.0;  ///< within (body and porous)
    double wanted_mm3 = 0.0;  ///< solid asked for: the integral of the requested density
    double border_share = 0.0;  ///< mean of PartField::border_weights, 0..1
  };
  double porous_zone_mm3 = 0.0;  ///< of (body and porous), of its mesh
  double solid_zone_mm3 = 0.0;   ///< of (body without porous), of its mesh
  std::vector<OfZone> zones;     ///< sums over voxels of the share below the plane of the local value and slopes
};
EnvelopeVolumes measure_envelope(const PartField& part, const Progress& progress);
/// EnvelopeVolumes::porous_zone_mm3 alone, without a look at single cells.
double porous_zone_mm3(const PartField& part, const Progress& progress);

struct PartVolumes {
  double solid_mm3 = 0.0;              ///< of the mesh
  std::vector<double> zone_solid_mm3;  ///< by the same sums as the envelopes; empty when there is one zone only
  SolidPieces pieces;                  ///< of the solid, ready for islands()
};
PartVolumes measure_part(const PartField& part, const Progress& progress);

}  // namespace spongiosa::lattice
