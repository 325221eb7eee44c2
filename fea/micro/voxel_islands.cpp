#include "fea/micro/voxel_islands.h"

#include "core/error.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace spongiosa::fea::micro {

SolidPieces find_pieces(const VoxelBlocks& model) {
  SPONGIOSA_ASSERT(model.voxel_count() < (1LL << 31));
  std::vector<std::int32_t> parent(std::size_t(model.voxel_count()));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](std::int32_t v) {
    while (parent[std::size_t(v)] != v) v = parent[std::size_t(v)] = parent[std::size_t(parent[std::size_t(v)])];
    return v;
  };
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        Index3 neighbour = voxel;
        ++neighbour[axis];
        const std::int64_t other = model.voxel_index(neighbour);
        if (other < 0) continue;
        const std::int32_t a = root(std::int32_t(index)), b = root(std::int32_t(other));
        parent[std::size_t(std::max(a, b))] = std::min(a, b);
      }
    });
  SolidPieces found;
  found.of_voxel.resize(parent.size());
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      const std::int32_t r = root(std::int32_t(index));
      if (r == index) {
        found.of_voxel[std::size_t(index)] = std::int32_t(found.pieces.size());
        found.pieces.push_back({0, 0.0, voxel});
      } else {
        found.of_voxel[std::size_t(index)] = found.of_voxel[std::size_t(r)];  // a root comes before its members
      }
      SolidPiece& piece = found.pieces[std::size_t(found.of_voxel[std::size_t(index)])];
      ++piece.voxels;
      piece.volume += double(model.scale()[std::size_t(index)]);
    });
  std::vector<std::int32_t> order(found.pieces.size()), place(found.pieces.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return found.pieces[std::size_t(a)].volume > found.pieces[std::size_t(b)].volume; });
  std::vector<SolidPiece> sorted;
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[std::size_t(order[i])] = std::int32_t(i);
    sorted.push_back(found.pieces[std::size_t(order[i])]);
  }
  found.pieces = std::move(sorted);
  for (std::int32_t& piece : found.of_voxel) piece = place[std::size_t(piece)];
  return found;
}

VoxelBlocks with_pieces(const VoxelBlocks& model, const SolidPieces& found, const std::vector<char>& keep) {
  const auto source = [&](const Index3& block, float* scale) {
    bool any = false;
    for (int v = 0; v < 512; ++v) {
      const std::int64_t index = model.voxel_index({8 * block[0] + v % 8, 8 * block[1] + v / 8 % 8, 8 * block[2] + v / 64});
      scale[v] = index >= 0 && keep[std::size_t(found.of_voxel[std::size_t(index)])] ? model.scale()[std::size_t(index)] : 0.0f;
      any = any || scale[v] > 0.0f;
    }
    return any;
  };
  return VoxelBlocks(model.grid(), source, std::numeric_limits<float>::min());
}

LargestPiece largest_piece(const VoxelBlocks& model, Islands islands) {
  const SolidPieces found = find_pieces(model);
  if (found.pieces.size() == 1) return {model};
  double total = 0.0;
  for (const SolidPiece& piece : found.pieces) total += piece.volume;
  const double removed = (total - found.pieces[0].volume) / total;
  if (islands == Islands::kRefuse) {
    const Index3& at = found.pieces[1].first_voxel;
    fail_input("the voxel model has {} pieces that are not joined by faces; {:.3g} % of the solid is apart from the largest, the next of "
               "{} voxels from voxel ({}, {}, {}) on; leave the islands out or join them",
               found.pieces.size(), 100.0 * removed, found.pieces[1].voxels, at[0], at[1], at[2]);
  }
  std::vector<char> keep(found.pieces.size(), 0);
  keep[0] = 1;
  return {with_pieces(model, found, keep), std::int64_t(found.pieces.size()) - 1, removed};
}

}  // namespace spongiosa::fea::micro
