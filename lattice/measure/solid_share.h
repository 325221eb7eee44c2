#pragma once
/// The periodic cell as volume shares of a regular grid: what homogenisation computes with.

#include "lattice/cells/cell.h"

#include <vector>

namespace spongiosa::lattice {

/// Share of solid (0..1) in each of n^3 equal cubes of the unit cell, x fastest. Each cube is divided so that there are 96 or
/// more parts per cell edge, and in each part the surface is taken as a plane.
/// @param n  4..256.  @throws Error(kBadInput) for other n.
std::vector<float> solid_share(const Cell& cell, double level, int n);

}  // namespace spongiosa::lattice
