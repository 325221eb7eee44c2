#pragma once
/// Cells made of flat plates: plate lattices with openings, and honeycombs, whose walls run through along z.

#include "lattice/cells/phase.h"

namespace spongiosa::lattice {

/// A convex polygon in units of the cell size, corners in order.
using Polygon = std::vector<Vec3>;

/// @param info  with name, family, source and aspect; the rest is filled in.
/// @param opening  diameter of a round hole in each plate over that of the largest circle in it; 0: none
CellPtr make_plate_cell(CellInfo info, const std::vector<Polygon>& plates, double opening);

struct PlateTable {
  std::string name, family, source;
  Vec3 aspect = Vec3::Ones();
  std::vector<Polygon> plates;
  bool has_openings = true;
};
const std::vector<PlateTable>& plate_tables();

}  // namespace spongiosa::lattice
