#pragma once
/// What fills a region of a part: solid, void, or a cell with its map and its density.

#include "lattice/cells/cell.h"
#include "lattice/grading/blend.h"
#include "lattice/grading/field.h"
#include "lattice/grading/level_table.h"
#include "lattice/grading/phase_map.h"
#include "lattice/grading/surface_layers.h"

#include <memory>
#include <optional>
#include <string>

namespace spongiosa::lattice {

enum class ZoneFill { kLattice, kSolid, kVoid };

struct Zone {
  std::string name;
  std::optional<Field> region;               ///< negative inside, mm near the boundary; absent: everywhere
  /// Over this width, half on each side of the region's boundary, two lattices are blended; 0: a step.
  double transition_mm = 0.0;
  ZoneFill fill = ZoneFill::kLattice;

  // of a lattice
  CellPtr cell = {};
  std::shared_ptr<const PhaseMap> map = {};
  std::shared_ptr<const SurfaceLayers> layers = {};  ///< instead of `map`: the union of the charts' lattices
  std::optional<Field> density = {};         ///< solid share asked for, 0..1
  std::shared_ptr<const LevelTable> level = {};
  std::shared_ptr<const CellBlend> blend = {};  ///< instead of `cell` and `level`, with `weight`
  std::optional<Field> weight = {};          ///< 0..1
  double density_shift = 0.0;                ///< added to `density`
  /// Added too, times a weight that falls from one at the borders that cut cells to zero where cells are whole: what the cut
  /// pieces of cells lack or have too much is made up for where it arises. Between border_shift_least and _most, so that the cells
  /// stay usable there.
  double border_shift = 0.0;
  double border_shift_least = 0.0, border_shift_most = 0.0;
  double cell_size_mm = 1.0;                 ///< the largest in the zone
};

}  // namespace spongiosa::lattice
