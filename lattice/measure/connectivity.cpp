#include "lattice/measure/connectivity.h"

#include "lattice/measure/cell_grid.h"

#include <Eigen/LU>

#include <array>
#include <vector>

namespace spongiosa::lattice {
namespace {

constexpr int kSamplesPerCellSize = 64, kSamplesInTiles = 16;
using Shift = std::array<int, 3>;

struct Pieces {
  int networks = 0;
  double loose_share = 0.0;
};

/// Floods each piece of the periodic cell and notes in which copy of the cell it reaches every sample; a sample reached in two
/// different copies proves that the piece runs through along their difference (Newman & Ziff, Phys. Rev. E 64 (2001) 016706).
/// A piece is loose unless the differences found span `directions` dimensions.
Pieces find_pieces(const CellGrid& grid, const std::vector<std::uint8_t>& member, int directions) {
  std::vector<std::uint8_t> seen(member.size(), 0);
  std::vector<Shift> copy(member.size());
  Pieces pieces;
  std::int64_t loose = 0;
  std::vector<std::array<int, 3>> stack;
  for (std::size_t start = 0; start < member.size(); ++start) {
    if (!member[start] || seen[start]) continue;
    std::int64_t count = 0;
    Mat3 span = Mat3::Zero();
    stack.assign(1, grid.place(start));
    seen[start] = 1;
    copy[start] = {0, 0, 0};
    while (!stack.empty()) {
      const auto at = stack.back();
      stack.pop_back();
      ++count;
      const Shift here = copy[grid.offset(at[0], at[1], at[2])];
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (int step = -1; step <= 1; step += 2) {
          auto next = at;
          Shift there = here;
          next[axis] += step;
          if (next[axis] < 0 || next[axis] >= grid.n[axis]) {
            next[axis] -= step * grid.n[axis];
            there[axis] += step;
          }
          const std::size_t n = grid.offset(next[0], next[1], next[2]);
          if (!member[n]) continue;
          if (!seen[n]) {
            seen[n] = 1;
            copy[n] = there;
            stack.push_back(next);
          } else if (copy[n] != there) {
            const Vec3 difference(there[0] - copy[n][0], there[1] - copy[n][1], there[2] - copy[n][2]);
            span += difference * difference.transpose();
          }
        }
    }
    if (int(Eigen::FullPivLU<Mat3>(span).setThreshold(1e-9).rank()) >= directions)
      ++pieces.networks;
    else
      loose += count;
  }
  pieces.loose_share = double(loose) / double(member.size());
  return pieces;
}

}  // namespace

Connectivity measure_connectivity(const Cell& cell, double level) {
  const CellGrid grid(cell, kSamplesPerCellSize, kSamplesInTiles);
  const std::vector<float> g = grid.function(cell);
  const Band band = cell.band(level);
  std::vector<std::uint8_t> solid(g.size()), open(g.size());
  for (std::size_t n = 0; n < g.size(); ++n) {
    const bool inside = (!band.low || g[n] > *band.low) && (!band.high || g[n] < *band.high);
    solid[n] = inside != band.outside;
    open[n] = !solid[n];
  }
  if (cell.info().is_distance && band.high && !band.low) {
    // Struts and plates thinner than a sample still are there: half a sample's diagonal around their axes.
    const double thinnest = 0.5 * grid.spacing().norm();
    for (std::size_t n = 0; n < g.size(); ++n) solid[n] = solid[n] || g[n] <= thinnest;
  }
  if (band.low && band.high && *band.high > *band.low) {
    // A band thinner than a sample still is there wherever g passes through it between two samples.
    std::vector<std::uint8_t>& thin = band.outside ? open : solid;
    const double middle = 0.5 * (*band.low + *band.high);
    for (std::size_t n = 0; n < g.size(); ++n) {
      const auto [i, j, k] = grid.place(n);
      for (const std::size_t m : {grid.offset((i + 1) % grid.n[0], j, k), grid.offset(i, (j + 1) % grid.n[1], k), grid.offset(i, j, (k + 1) % grid.n[2])})
        if ((g[n] < middle) != (g[m] < middle)) thin[n] = thin[m] = 1;
    }
  }
  const int void_directions = cell.info().family == "honeycomb" ? 1 : 3;
  const Pieces solid_pieces = find_pieces(grid, solid, 3), void_pieces = find_pieces(grid, open, void_directions);
  return {solid_pieces.networks > 0, solid_pieces.loose_share, void_pieces.networks > 0, void_pieces.loose_share, solid_pieces.networks};
}

}  // namespace spongiosa::lattice
