#pragma once
/// At which value does a periodic set begin to run through the lattice?

#include "lattice/measure/cell_grid.h"

#include <functional>

namespace spongiosa::lattice {

/// Where the samples, joined from the highest value to the lowest, first run through in `directions` independent directions.
struct Percolation {
  bool found = false;
  std::size_t sample = 0;   ///< the one that closed the way
  float value = 0.0f;       ///< of that sample
  Vec3 way = Vec3::UnitX(); ///< unit vector roughly along the passage there, axes of the cell
};
/// Union-find over face neighbours in which every sample knows in which copy of the cell its root lies; a piece that meets itself in
/// another copy runs through along their difference (Newman & Ziff, Phys. Rev. E 64 (2001) 016706).
/// @param apart  samples with different numbers are never joined (the two sides of a sheet thinner than a sample); may be empty
Percolation percolation(const CellGrid& grid, const std::vector<float>& value, const std::vector<std::uint8_t>& apart, int directions);

/// The saddle near `start` (units of the cell size): least along `way` of the greatest value in the plane across it.
struct Saddle {
  double value;
  Vec3 place;  ///< units of the cell size
};
/// @param step  about the spacing of the samples: the search stays within 2 steps along and 3 across.
/// @param turns  how often the planes may be turned to be at right angles to the passage found. A smooth function's saddle is met without;
/// a distance has creases, along which it otherwise is up to 1 % too high.
Saddle find_saddle(const std::function<double(const Vec3&)>& value, const Vec3& start, const Vec3& way, double step, int turns = 0);

}  // namespace spongiosa::lattice
