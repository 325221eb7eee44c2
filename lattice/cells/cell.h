#pragma once
/// Implicit periodic cells. A new cell is one row (or file) here and appears in the registry by itself.

#include <string>
#include <vector>

namespace spongiosa::lattice {

/// A triply periodic level-set function f(x,y,z) with period 2*pi in each argument.
struct Surface {
  std::string name;                                ///< "gyroid"
  double (*value)(double x, double y, double z);   ///< dimensionless
  std::string source;                              ///< where the equation is from
};

/// How a solid is made of a surface: names as in `<surface>-<phase>`.
enum class Phase {
  kNetworkMinus,  ///< solid where f < t
  kSheet,         ///< solid where |f| < t
};

struct Cell {
  std::string name;  ///< "gyroid-network-minus", "gyroid-sheet"
  const Surface* surface = nullptr;
  Phase phase = Phase::kNetworkMinus;

  /// Negative inside the solid with threshold t; same unit as f.
  double field(double x, double y, double z, double threshold) const {
    const double f = surface->value(x, y, z);
    return (phase == Phase::kSheet ? (f < 0 ? -f : f) : f) - threshold;
  }
};

const std::vector<Cell>& all_cells();
/// @throws Error(kBadInput) naming the nearest known cell.
const Cell& find_cell(const std::string& name);

}  // namespace spongiosa::lattice
