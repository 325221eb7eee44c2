#pragma once
/// What is measured on one periodic cell, as multiples of the cell size.

#include "lattice/cells/cell.h"

namespace spongiosa::lattice {

struct CellSizes {
  double porosity_fraction = 0.0;
  double pore_diameter = 0.0;      ///< largest inscribed sphere of the void
  double strut_diameter = 0.0;     ///< largest inscribed sphere of the solid (the wall, for a sheet)
  Vec3 pore_centre = Vec3::Zero(), strut_centre = Vec3::Zero();  ///< where these spheres are
  double throat_diameter = 0.0;    ///< largest sphere that can travel through the void to other cells; 0: none
  double neck_diameter = 0.0;      ///< the same in the solid
  double pore_thickness = 0.0;     ///< mean local thickness of the void (Hildebrand & Rueegsegger 1997); 0: not asked for
  double strut_thickness = 0.0;    ///< the same of the solid
  double area_per_volume = 0.0;    ///< surface per volume of lattice, 1 / cell size
  double pore_intercept = 0.0;     ///< mean length of straight lines in the void, over all directions: 4 void volume / area
  double strut_intercept = 0.0;    ///< the same in the solid
};
struct SizeOptions {
  bool throats = false;            ///< throat_diameter and neck_diameter too
  bool thickness = false;          ///< pore_thickness and strut_thickness too
};
/// Spheres are refined against the cell's equation: error below 0.5 %, in the solid of strut cells, where the ball touches creases, up to 2 % too large; throats and necks below 1 %, areas and intercepts 0.2 %
/// (checked against published and closed values). Thickness is read on a grid, within 2 %. In large tiles the samples that
/// searches begin from are 24 per cell size. Same values for any thread count.
/// @throws Error(kBadInput) when the cell is wholly solid or wholly void at this level.
CellSizes measure_unit_cell(const Cell& cell, double level, const SizeOptions& options = {});

}  // namespace spongiosa::lattice
