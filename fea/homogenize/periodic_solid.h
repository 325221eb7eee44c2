#pragma once
/// Which cells of a periodic cell carry load: the pieces that are connected by faces, across the periodic boundary too, and run through
/// the lattice along all three axes. There is one, but for cells of interpenetrating networks.

#include "fea/homogenize/homogenize.h"

#include <cstdint>
#include <vector>

namespace spongiosa::fea {

struct PeriodicSolid {
  std::vector<std::vector<std::int32_t>> pieces;  ///< cells of each, ascending; pieces by falling volume
  double dropped_solid_fraction = 0.0;            ///< solid volume of all other pieces over that of all
};

/// @throws Error(kBadInput) when sizes, shares or material make no sense; Error(kComputationFailed) when more than 1 % of the
/// solid is in other pieces, or when no piece reaches its own periodic images along three independent directions (the effective
/// stiffness would be zero).
PeriodicSolid find_periodic_solid(const PeriodicCell& cell);

}  // namespace spongiosa::fea
