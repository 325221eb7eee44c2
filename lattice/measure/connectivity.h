#pragma once
/// Does the solid of a periodic cell hold together, and is its void open? Both end at levels of their own for each cell.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

struct Connectivity {
  bool solid_connected = false;   ///< one piece runs through the lattice in all three directions
  double solid_loose_share = 0.0; ///< of the cell's volume: pieces that do not belong to a piece running through
  /// The void runs through in all three directions; of honeycombs, whose pores are channels, in one.
  bool void_open = false;
  double void_closed_share = 0.0; ///< of the cell's volume: pores without a way out
  int solid_networks = 0;         ///< pieces that run through and do not touch each other
};

/// On 64 samples per cell size (16 in large tiles) with face neighbours only, so that a neck thinner than a sample counts as cut;
/// struts and plates thinner than a sample do not.
Connectivity measure_connectivity(const Cell& cell, double level);

constexpr const char* kSolidFallsApart = "the solid falls apart";
constexpr const char* kPoresClose = "pores close";
constexpr const char* kNoLimit = "no limit was found";

/// The densities at which a cell can be used: all of its solid hangs together and all of its pores are open.
struct DensityRange {
  double least = 0.0, most = 0.0;
  std::string least_because, most_because;  ///< one of the three texts above
};
/// The level at which the set below (or above) it begins to run through is found on 64 samples per cell size (16 in large tiles)
/// and then between them; loose pieces and closed pores may take 0.2 % of the volume. Rounded inwards to 0.001; within
/// 0.01..0.99. Absent for a cell that is never usable. Computed once per CellInfo::key and kept for the life of the process.
std::optional<DensityRange> usable_densities(const Cell& cell);

}  // namespace spongiosa::lattice
