#pragma once
/// The named strut cells as graphs.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

/// All pairs of nodes (with their periodic copies) whose distance is `length`, in units of the cell size.
struct BondRule {
  double length;
  /// Only between the first `first_kind` nodes on the one side and the rest on the other; 0: between any.
  int first_kind = 0;
};

struct StrutTable {
  std::string name, source;
  Vec3 aspect = Vec3::Ones();
  std::vector<Vec3> nodes;            ///< in units of the cell size
  std::vector<BondRule> bonds;
  std::vector<StrutGraph::Edge> more; ///< struts that no rule gives
};

const std::vector<StrutTable>& strut_tables();
StrutGraph graph_of(const StrutTable& table);

}  // namespace spongiosa::lattice
