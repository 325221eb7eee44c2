#pragma once
/// Which cells of a periodic cell carry load: the piece that is connected by faces, across the periodic boundary too.

#include "fea/homogenize/homogenize.h"

#include <cstdint>
#include <vector>

namespace spongiosa::fea {

struct PeriodicSolid {
  std::vector<std::int32_t> cells;      ///< of the largest piece, ascending
  double dropped_solid_fraction = 0.0;  ///< solid volume of all other pieces over that of all
};

/// @throws Error(kBadInput) when sizes, shares or material make no sense; Error(kComputationFailed) when more than 1 % of the
/// solid is in other pieces, or when the largest piece does not reach its own periodic images along three independent
/// directions (its effective stiffness would be zero).
PeriodicSolid find_periodic_solid(const PeriodicCell& cell);

}  // namespace spongiosa::fea
