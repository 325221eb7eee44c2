#pragma once
/// Cells made of straight struts with round ends.

#include "lattice/cells/phase.h"

namespace spongiosa::lattice {

struct StrutShape {
  double taper = 1.0;   ///< radius at mid-length over radius at the nodes
  double fillet = 0.0;  ///< radius of the roundings where struts meet, per cell size
  double hollow = 0.0;  ///< inner over outer diameter of tubes; 0: full struts
};

/// @param info  with name, family, source and aspect; the rest is filled in.
/// @param parameters  that the graph was made with, for CellInfo::key: " seed=1"
/// @throws Error(kBadInput) for a shape out of range.
CellPtr make_strut_cell(CellInfo info, StrutGraph graph, const StrutShape& shape, const std::string& parameters = "");

}  // namespace spongiosa::lattice
