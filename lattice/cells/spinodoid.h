#pragma once
/// Spinodal-like structures: level sets of a Gaussian random field of one wave length.

#include "lattice/cells/phase.h"

#include <cstdint>

namespace spongiosa::lattice {

struct SpinodoidShape {
  int tile = 6;                                  ///< wave lengths per edge of the periodic tile
  std::uint64_t seed = 1;
  std::array<double, 3> cone_deg{90, 90, 90};    ///< half angles of the cones about x, y, z that wave vectors lie in
};

/// phi = sqrt(2/N) sum cos(2 pi n.u + gamma) over all integer vectors n of length tile +- 1/2 within a cone (of n and -n one),
/// gamma uniform; solid = {phi < level}. With many modes phi is normal: level = sqrt 2 erfinv(2 density - 1)
/// (Kumar, Tan, Zheng, Kochmann, npj Comput. Mater. 6 (2020) 73, there with random modes and not periodic).
/// phi is kept as cubic B-spline with 16 knots per wave length, whose coefficients are exact for each mode at the knots.
/// @throws Error(kBadInput) for cones that hold fewer than 12 modes.
CellPtr make_spinodoid(CellInfo info, const SpinodoidShape& shape);

}  // namespace spongiosa::lattice
