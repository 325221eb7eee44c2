#include "lattice/measure/connectivity.h"

#include "core/vector.h"

#include <Eigen/LU>

#include <array>
#include <cmath>
#include <vector>

namespace spongiosa::lattice {
namespace {

constexpr int kN = 64;
using Shift = std::array<int, 3>;

struct Pieces {
  bool runs_through = false;
  double loose_share = 0.0;
};

/// Floods each piece of the periodic cell and notes in which copy of the cell it reaches every sample; a sample reached in two
/// different copies proves that the piece runs through along their difference (Newman & Ziff, Phys. Rev. E 64 (2001) 016706).
/// A piece runs through in all directions when the differences found span space.
Pieces find_pieces(const std::vector<std::uint8_t>& member) {
  const auto index = [](int i, int j, int k) { return std::size_t(i + kN * (j + kN * k)); };
  std::vector<std::uint8_t> seen(member.size(), 0);
  std::vector<Shift> copy(member.size());
  Pieces pieces;
  std::int64_t loose = 0;
  std::vector<std::array<int, 3>> stack;
  for (int start = 0; start < int(member.size()); ++start) {
    if (!member[std::size_t(start)] || seen[std::size_t(start)]) continue;
    std::int64_t count = 0;
    Mat3 span = Mat3::Zero();
    stack.assign(1, {start % kN, start / kN % kN, start / kN / kN});
    seen[std::size_t(start)] = 1;
    copy[std::size_t(start)] = {0, 0, 0};
    while (!stack.empty()) {
      const auto at = stack.back();
      stack.pop_back();
      ++count;
      const Shift here = copy[index(at[0], at[1], at[2])];
      for (int axis = 0; axis < 3; ++axis)
        for (int step = -1; step <= 1; step += 2) {
          auto next = at;
          Shift there = here;
          next[std::size_t(axis)] += step;
          if (next[std::size_t(axis)] < 0 || next[std::size_t(axis)] >= kN) {
            next[std::size_t(axis)] -= step * kN;
            there[std::size_t(axis)] += step;
          }
          const std::size_t n = index(next[0], next[1], next[2]);
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
    if (span.determinant() > 0.5)
      pieces.runs_through = true;
    else
      loose += count;
  }
  pieces.loose_share = double(loose) / double(member.size());
  return pieces;
}

}  // namespace

Connectivity measure_connectivity(const Cell& cell, double level) {
  std::vector<double> g, value;
  for (int n = 0; n < kN * kN * kN; ++n) {
    const Vec3 u = Vec3(n % kN, n / kN % kN, n / kN / kN) / kN;
    g.push_back(function_at(cell, u).value);
    value.push_back(value_at(cell, u, level).value);
  }
  std::vector<std::uint8_t> solid(g.size()), open(g.size());
  for (std::size_t n = 0; n < g.size(); ++n) {
    solid[n] = value[n] < 0.0;
    open[n] = !solid[n];
  }
  const Band band = cell.band(level);
  if (band.low && band.high && !band.outside && *band.high > *band.low) {
    // A sheet thinner than a sample still is there wherever g passes through it between two samples.
    const double middle = 0.5 * (*band.low + *band.high);
    for (int n = 0; n < kN * kN * kN; ++n) {
      const int i = n % kN, j = n / kN % kN, k = n / kN / kN;
      for (const int m : {(i + 1) % kN + kN * (j + kN * k), i + kN * ((j + 1) % kN + kN * k), i + kN * (j + kN * ((k + 1) % kN))})
        if ((g[std::size_t(n)] < middle) != (g[std::size_t(m)] < middle)) solid[std::size_t(n)] = solid[std::size_t(m)] = 1;
    }
  }
  const Pieces solid_pieces = find_pieces(solid), void_pieces = find_pieces(open);
  return {solid_pieces.runs_through, solid_pieces.loose_share, void_pieces.runs_through, void_pieces.loose_share};
}

}  // namespace spongiosa::lattice
