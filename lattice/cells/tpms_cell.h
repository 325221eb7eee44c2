#pragma once
/// The five solids of a nodal surface.

#include "lattice/cells/phase.h"
#include "lattice/cells/surfaces.h"

namespace spongiosa::lattice {

struct NamedPhase {
  const char* suffix;  ///< of the cell's name: "-sheet"
  Phase phase;
  bool takes_offset;
  const char* level;   ///< text for CellInfo::level
  const char* solid;   ///< what is solid, in words
};
const std::vector<NamedPhase>& named_phases();

CellPtr make_tpms_cell(const Surface& surface, const NamedPhase& phase, const CellSpec& spec);

}  // namespace spongiosa::lattice
