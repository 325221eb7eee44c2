#pragma once
/// Triply periodic nodal surfaces f(x, y, z) = 0 with x = 2 pi u.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

struct Surface {
  std::string name;                        ///< "gyroid"
  std::string source;                      ///< where the equation is from
  double f_min, f_max;                     ///< range of f
  double half;                             ///< f < half in half of the cell
  void (*function)(const CellBatch& batch);  ///< f and its gradient per cell edge; batch.level is not read
};

const std::vector<Surface>& all_surfaces();

}  // namespace spongiosa::lattice
