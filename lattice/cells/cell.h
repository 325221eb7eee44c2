#pragma once
/// Implicit periodic cells. A new surface is one entry in surfaces.cpp and appears in the registry by itself.

#include <cstdint>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// Sine and cosine of one argument and of its double: what the surfaces are made of, tabulated once per grid axis.
struct Trig {
  double s, c, s2, c2;
};
Trig trig(double x);

/// A triply periodic level-set function f(x,y,z) with period 2*pi in each argument.
struct Surface {
  std::string name;                                ///< "gyroid"
  double (*value)(double x, double y, double z);   ///< dimensionless
  std::string source;                              ///< where the equation is from
  /// f and |grad f| at `n` points of a row along x.
  void (*row)(const Trig* x, std::int64_t n, const Trig& y, const Trig& z, float* f, float* gradient_norm) = nullptr;
  /// Returns f and its gradient.
  double (*gradient)(double x, double y, double z, double gradient[3]) = nullptr;
};

const std::vector<Surface>& all_surfaces();

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
