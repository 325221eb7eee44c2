#pragma once
/// Mean local thickness of a periodic cell.

#include "lattice/measure/medial_balls.h"
#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// Volume mean of the local thickness (see local_thickness.h) of one phase, in units of the cell size. The cell is sampled with
/// so much of its neighbours around it that no ball meets the border: at least 32 samples per cell size (12 in large tiles) and 8
/// across the largest ball, as far as 6 million samples allow.
/// @param largest  diameter of the largest inscribed sphere of the phase, units of the cell size
double mean_local_thickness(const Cell& cell, double level, MaterialPhase phase, double largest);

}  // namespace spongiosa::lattice
