#pragma once
/// Maps of the zones of a part on a coarse grid.

#include "lattice/build/fill.h"
#include "lattice/build/part_field.h"

namespace spongiosa::lattice {

/// @param spacing_mm  of the maps, rounded to a multiple of the part's voxel.  Same result for any thread count.
ZoneMaps zone_maps(const PartField& part, double spacing_mm);

}  // namespace spongiosa::lattice
