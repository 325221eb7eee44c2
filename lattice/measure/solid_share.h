#pragma once
/// The periodic cell as volume shares of a regular grid: what homogenisation computes with.

#include "lattice/cells/cell.h"

#include <vector>

namespace spongiosa::lattice {

/// Share of solid (0..1) in each of n[0] n[1] n[2] equal boxes of the unit cell, x fastest. Each box is divided so that there are 96 or
/// more parts per cell edge, and in each part the surface is taken as a plane. Same bytes for any thread count.
/// @param n  4..512 along every axis.  @throws Error(kBadInput) for other n.
std::vector<float> solid_share(const Cell& cell, double level, const Index3& n);
/// n boxes along every axis.
std::vector<float> solid_share(const Cell& cell, double level, int n);

}  // namespace spongiosa::lattice
