#pragma once
/// Does the solid of a periodic cell hold together, and is its void open? Both end at thresholds of their own for each surface.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

struct Connectivity {
  bool solid_connected = false;   ///< one piece runs through the lattice in all three directions
  double solid_loose_share = 0.0; ///< of the cell's volume: pieces that do not belong to a piece running through
  bool void_open = false;         ///< the void runs through in all three directions
  double void_closed_share = 0.0; ///< of the cell's volume: pores without a way out
};

/// On 64 samples per cell edge with face neighbours only, so that a neck thinner than a sample counts as cut.
Connectivity measure_connectivity(const Cell& cell, double level);

}  // namespace spongiosa::lattice
