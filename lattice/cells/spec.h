#pragma once
/// A cell as a user names it: a name and the few parameters that some cells take.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace spongiosa::lattice {

/// Parameters that are absent have the cell's own default; a parameter that the cell does not take is refused.
struct CellSpec {
  std::string name;  ///< "gyroid-sheet", "octet", "voronoi-foam"
  /// `-offset-sheet`: the value of f the sheet is centred on. Default: the one that halves the cell.
  std::optional<double> offset = {};
};

}  // namespace spongiosa::lattice
