#pragma once
/// A fill request checked and resolved to numbers, before any grid is made.

#include "lattice/build/fill.h"
#include "lattice/build/zone.h"
#include "lattice/grading/targets.h"

namespace spongiosa::lattice {

/// One lattice of the request.
struct LatticePlan {
  Zone zone;                    ///< cell, map and density; its level follows with the voxel
  double least_density = 0.0, most_density = 0.0;  ///< asked for in the porous zone
  double cell_size_mm = 0.0;    ///< mean over the porous zone
  double smallest_cell_mm = 0.0;
  // of the periodic cell at the mean density
  double pore_size_mm = 0.0;    ///< largest inscribed sphere
  double strut_size_mm = 0.0;
  double thinnest_wall_mm = 0.0;    ///< largest inscribed sphere of the solid at the least density
  std::vector<NamedSize> sizes_mm;  ///< with their definitions
  double crossings_per_mm = 0.0;
  std::vector<std::string> notes;
};

struct Plan {
  std::vector<Zone> zones;            ///< as PartField takes them: the core last
  std::vector<double> sizes_mm;       ///< mean cell size of each; 0 for solid and void
  LatticePlan core;
  double smallest_cell_mm = 0.0;
  double thinnest_wall_mm = 0.0;      ///< of all lattices, in their smallest cells
  double voxel_mm = 0.0;
  std::vector<std::string> notes;
};

/// @throws Error(kBadInput) for what cannot be made: says what, what was asked and what is possible.
Plan plan_fill(const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request, const FieldSources& sources,
               const Progress& progress);

}  // namespace spongiosa::lattice
