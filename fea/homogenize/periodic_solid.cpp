#include "fea/homogenize/periodic_solid.h"

#include "core/error.h"

#include <Eigen/LU>

#include <algorithm>

namespace spongiosa::fea {

namespace {

using Offset = Eigen::Vector3i;  // of a cell's periodic image, in whole periods

struct Piece {
  std::vector<std::int32_t> cells;
  double volume = 0.0;
  std::vector<Offset> periods;  ///< translations that map the piece onto itself
};

int independent_periods(const std::vector<Offset>& periods) {
  if (periods.empty()) return 0;
  Eigen::MatrixXd matrix(3, Eigen::Index(periods.size()));
  for (std::size_t p = 0; p < periods.size(); ++p) matrix.col(Eigen::Index(p)) = periods[p].cast<double>();
  return int(Eigen::FullPivLU<Eigen::MatrixXd>(matrix).rank());
}

/// Walks the piece without wrapping positions: a cell met again at another image shows a period of the piece.
Piece walk(const PeriodicCell& cell, std::int32_t seed, std::vector<char>& seen, std::vector<Offset>& image) {
  const std::int32_t n[3] = {std::int32_t(cell.size[0]), std::int32_t(cell.size[1]), std::int32_t(cell.size[2])};
  Piece piece;
  std::vector<std::int32_t> stack = {seed};
  bool spans_space = false;  // more periods tell nothing new
  seen[std::size_t(seed)] = 1;
  image[std::size_t(seed)].setZero();
  while (!stack.empty()) {
    const std::int32_t c = stack.back();
    stack.pop_back();
    piece.cells.push_back(c);
    piece.volume += cell.solid_share[std::size_t(c)];
    const Offset position(c % n[0], c / n[0] % n[1], c / (n[0] * n[1]));
    for (int axis = 0; axis < 3; ++axis)
      for (const int step : {-1, 1}) {
        Offset next = position, next_image = image[std::size_t(c)];
        next[axis] += step;
        if (next[axis] < 0 || next[axis] >= n[axis]) {
          next_image[axis] += step;
          next[axis] -= step * n[axis];
        }
        const std::int32_t neighbour = next[0] + n[0] * (next[1] + n[1] * next[2]);
        if (cell.solid_share[std::size_t(neighbour)] < cell.void_share) continue;
        if (!seen[std::size_t(neighbour)]) {
          seen[std::size_t(neighbour)] = 1;
          image[std::size_t(neighbour)] = next_image;
          stack.push_back(neighbour);
        } else if (!spans_space) {
          const Offset period = next_image - image[std::size_t(neighbour)];
          if (period.any() && std::find(piece.periods.begin(), piece.periods.end(), period) == piece.periods.end()) {
            piece.periods.push_back(period);
            spans_space = independent_periods(piece.periods) == 3;
          }
        }
      }
  }
  std::sort(piece.cells.begin(), piece.cells.end());
  return piece;
}

}  // namespace

PeriodicSolid find_periodic_solid(const PeriodicCell& cell) {
  for (const std::int64_t n : cell.size)
    if (n < 2 || n > 512)
      fail_input("the periodic cell has {} x {} x {} voxels; expected 2 to 512 along every axis", cell.size[0], cell.size[1], cell.size[2]);
  const std::size_t count = std::size_t(product(cell.size));
  if (cell.solid_share.size() != count)
    fail_input("the periodic cell has {} solid shares; expected {} x {} x {} = {}", cell.solid_share.size(), cell.size[0], cell.size[1],
               cell.size[2], count);
  for (std::size_t c = 0; c < count; ++c)
    if (!(cell.solid_share[c] >= 0.0f && cell.solid_share[c] <= 1.0001f))
      fail_input("the periodic cell has the solid share {} in cell {}; expected 0 to 1", cell.solid_share[c], c);
  if (!(cell.void_share > 0.0 && cell.void_share <= 1.0))
    fail_input("the void share of the periodic cell is {}; expected a number above 0, up to 1", cell.void_share);

  std::vector<char> seen(count, 0);
  std::vector<Offset> image(count);
  std::vector<Piece> through;
  double total = 0.0, largest = 0.0, kept = 0.0;
  int directions = 0;  // of the largest piece
  for (std::size_t c = 0; c < count; ++c) {
    if (seen[c] || cell.solid_share[c] < cell.void_share) continue;
    Piece piece = walk(cell, std::int32_t(c), seen, image);
    const int own = independent_periods(piece.periods);
    total += piece.volume;
    if (piece.volume > largest) {
      largest = piece.volume;
      directions = own;
    }
    if (own < 3) continue;
    kept += piece.volume;
    through.push_back(std::move(piece));
  }
  if (total == 0.0) fail_computation("the periodic cell has no solid: every cell is below the void share {}", cell.void_share);
  const double apart = 1.0 - (through.empty() ? largest : kept) / total;
  if (apart > 0.01)
    fail_computation("the solid of the periodic cell is not connected: {:.1f} % of it is apart from what runs through the lattice; use more "
                     "voxels ({} x {} x {} now) or a higher solid fraction",
                     100.0 * apart, cell.size[0], cell.size[1], cell.size[2]);
  if (through.empty())
    fail_computation("the solid of the periodic cell joins its own periodic images along {} of 3 directions, so it cannot carry "
                     "load in space; use more voxels ({} x {} x {} now) or a higher solid fraction",
                     directions, cell.size[0], cell.size[1], cell.size[2]);
  std::stable_sort(through.begin(), through.end(), [](const Piece& a, const Piece& b) { return a.volume > b.volume; });
  PeriodicSolid solid;
  solid.dropped_solid_fraction = (total - kept) / total;
  for (Piece& piece : through) solid.pieces.push_back(std::move(piece.cells));
  return solid;
}

}  // namespace spongiosa::fea
