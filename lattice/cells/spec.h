#pragma once
/// A cell as a user names it: a name and the few parameters that some cells take.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// Parameters that are absent have the cell's own default; a parameter that the cell does not take is refused.
struct CellSpec {
  std::string name;  ///< "gyroid-sheet", "octet", "voronoi-foam", "expression-sheet"
  /// `-offset-sheet`: the value of f the sheet is centred on. Default: the one that halves the cell.
  std::optional<double> offset = {};
  /// Struts: radius at mid-length over radius at the nodes, 0.3..3. Default 1.
  std::optional<double> strut_taper = {};
  /// Struts: radius of the roundings where struts meet, per cell size, 0..0.5. Default 0.
  std::optional<double> node_fillet = {};
  /// Struts: inner over outer diameter of tubes, 0..0.95. Default 0, full.
  std::optional<double> hollow = {};
  /// Plates: diameter of the round opening in each plate over that of the plate's inscribed circle, 0..0.95. Default 0.6; with 0
  /// the pores are closed.
  std::optional<double> plate_opening = {};
  /// Stochastic cells: another number, another arrangement. Default 1.
  std::optional<std::uint64_t> seed = {};
  /// Stochastic cells: edge of the periodic tile in multiples of cell_size_mm, which is the mean seed distance (foam, struts) or
  /// the wave length (spinodoid), 3..12. Default 6.
  std::optional<int> tile = {};
  /// Spinodoid: half angles of the cones about x, y, z in which wave vectors may lie, 0..90 degrees. Default 90 each (isotropic).
  std::optional<std::array<double, 3>> cone_deg = {};
  /// `expression-network-minus`, `expression-sheet` ...: f(x, y, z), radians, period 2 pi; grammar in core/expression.h.
  std::optional<std::string> expression = {};
};

}  // namespace spongiosa::lattice
