#include "fea/micro/voxel_blocks.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kGapNodes = 8;  ///< loops over own numbers run to the next multiple of eight

using Masks = std::array<std::uint8_t, 64>;

/// Wrapped position along one axis; -1 outside.
std::int64_t wrapped(std::int64_t i, std::int64_t size, bool periodic) {
  if (periodic) return i < 0 ? i + size : i >= size ? i - size : i;
  return i < 0 || i > size ? -1 : i;
}

void check_grid(const VoxelGrid& grid, float smallest_scale) {
  for (std::size_t a = 0; a < 3; ++a) {
    if (grid.size[a] < 1 || grid.size[a] > 16384)
      fail_input("the voxel model has {} voxels along axis {}; expected 1 to 16384", grid.size[a], a);
  }
  if (!(smallest_scale > 0.0f)) fail_input("the smallest stiffness scale is {}; expected a number above 0", smallest_scale);
}

}  // namespace

VoxelBlocks::VoxelBlocks(const VoxelGrid& grid, const std::vector<float>& scale, float smallest_scale)
    : VoxelBlocks(
          [&] {
            check_grid(grid, smallest_scale);
            if (std::int64_t(scale.size()) != product(grid.size))
              fail_input("the voxel model has {} stiffness scales; expected {} x {} x {} = {}", scale.size(), grid.size[0], grid.size[1],
                         grid.size[2], product(grid.size));
            return grid;
          }(),
          [&](const Index3& block, float* out) {
            std::fill(out, out + 512, 0.0f);
            const Index3 first{8 * block[0], 8 * block[1], 8 * block[2]};
            for (std::int64_t k = first[2]; k < std::min(first[2] + 8, grid.size[2]); ++k)
              for (std::int64_t j = first[1]; j < std::min(first[1] + 8, grid.size[1]); ++j)
                for (std::int64_t i = first[0]; i < std::min(first[0] + 8, grid.size[0]); ++i)
                  out[(i - first[0]) + 8 * (j - first[1]) + 64 * (k - first[2])] =
                      scale[std::size_t(i + grid.size[0] * (j + grid.size[1] * k))];
            return true;
          },
          smallest_scale) {}

VoxelBlocks::VoxelBlocks(const VoxelGrid& grid, const Source& source, float smallest_scale, const Owned& owned) : grid_(grid) {
  check_grid(grid, smallest_scale);
  for (std::size_t a = 0; a < 3; ++a) block_size_[a] = grid.periodic[a] ? (grid.size[a] + 7) / 8 : grid.size[a] / 8 + 1;
  const std::size_t count = std::size_t(product(block_size_));
  const auto position = [&](std::size_t p) {
    return Index3{std::int64_t(p) % block_size_[0], std::int64_t(p) / block_size_[0] % block_size_[1],
                  std::int64_t(p) / (block_size_[0] * block_size_[1])};
  };

  std::vector<Masks> voxels(count, Masks{});
  std::vector<std::vector<float>> scales(count);
  std::atomic<std::size_t> wrong = count;
  tbb::parallel_for(std::size_t(0), count, [&](std::size_t p) {
    float scale[512];
    const Index3 at = position(p);
    for (std::size_t a = 0; a < 3; ++a)
      if (8 * at[a] >= grid.size[a]) return;
    if (!source(at, scale)) return;
    for (int v = 0; v < 512; ++v) {
      if (8 * at[0] + v % 8 >= grid.size[0] || 8 * at[1] + v / 8 % 8 >= grid.size[1] || 8 * at[2] + v / 64 >= grid.size[2]) continue;
      if (!(scale[v] >= 0.0f && scale[v] < 1e30f)) wrong = p;
      if (!(scale[v] >= smallest_scale)) continue;
      voxels[p][std::size_t(v / 8)] |= std::uint8_t(1 << v % 8);
      scales[p].push_back(scale[v]);
    }
  });
  if (wrong < count) {
    const Index3 at = position(wrong);
    fail_input("the voxel model has a stiffness scale that is negative or not finite in the block from voxel ({}, {}, {}); expected 0 "
               "(void) or more",
               8 * at[0], 8 * at[1], 8 * at[2]);
  }

  // A node is active when one of its 8 voxels is: rows of four neighbours in y and z, each with its upper neighbour in x.
  std::vector<Masks> nodes(count, Masks{});
  const auto row_of = [&](std::int64_t x, std::int64_t j, std::int64_t k) -> unsigned {
    j = wrapped(j, grid.size[1], grid.periodic[1]);
    k = wrapped(k, grid.size[2], grid.periodic[2]);
    if (j < 0 || k < 0) return 0;
    return voxels[std::size_t(x + block_size_[0] * (j / 8 + block_size_[1] * (k / 8)))][std::size_t(j % 8 + 8 * (k % 8))];
  };
  tbb::parallel_for(std::size_t(0), count, [&](std::size_t p) {
    const Index3 at = position(p);
    const int width = extent(0, std::int32_t(at[0]));
    for (int row = 0; row < 64; ++row) {
      if (row % 8 >= extent(1, std::int32_t(at[1])) || row / 8 >= extent(2, std::int32_t(at[2]))) continue;
      unsigned mask = 0;
      for (int side = 0; side < 4; ++side) {
        const std::int64_t j = 8 * at[1] + row % 8 - side % 2, k = 8 * at[2] + row / 8 - side / 2;
        const unsigned own = row_of(at[0], j, k);
        mask |= own | own << 1;
        std::int64_t before = at[0] - 1;
        if (before < 0 && grid.periodic[0]) before = block_size_[0] - 1;
        if (before >= 0) mask |= row_of(before, j, k) >> (extent(0, std::int32_t(before)) - 1) & 1u;
      }
      nodes[p][std::size_t(row)] = std::uint8_t(mask & ((1u << width) - 1u));
    }
  });

  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::size_t own_count = count;
  if (owned)
    own_count = std::size_t(std::stable_partition(order.begin(), order.end(), [&](std::size_t p) { return owned(position(p)[1], position(p)[2]); }) -
                            order.begin());
  const auto end_own = [&] {
    own_strip_count_ = strips_.size();
    own_node_count_ = node_count_;
  };
  table_.assign(count, -1);
  for (std::size_t number = 0; number < count; ++number) {
    if (number == own_count) {
      end_own();
      node_count_ += kGapNodes;
    }
    const std::size_t p = order[number];
    VoxelBlock block;
    const Index3 at = position(p);
    block.x = std::int32_t(at[0]);
    block.y = std::int32_t(at[1]);
    block.z = std::int32_t(at[2]);
    block.first_node = node_count_;
    block.first_voxel = std::int64_t(scale_.size());
    for (std::size_t row = 0; row < 64; ++row) {
      block.node_mask[row] = nodes[p][row];
      block.voxel_mask[row] = voxels[p][row];
      block.node_offset[row] = std::uint16_t(block.node_count);
      block.voxel_offset[row] = std::uint16_t(block.voxel_count);
      block.node_count += std::popcount(nodes[p][row]);
      block.voxel_count += std::popcount(voxels[p][row]);
    }
    if (block.node_count == 0) continue;
    scale_.insert(scale_.end(), scales[p].begin(), scales[p].end());
    std::vector<float>().swap(scales[p]);
    node_count_ += block.node_count;
    table_[p] = std::int32_t(blocks_.size());
    if (blocks_.empty() || blocks_.back().y != block.y || blocks_.back().z != block.z)
      strips_.push_back({std::int32_t(blocks_.size()), std::int32_t(blocks_.size())});
    strips_.back().end = std::int32_t(blocks_.size() + 1);
    blocks_.push_back(block);
  }
  if (scale_.empty()) fail_input("the voxel model has no solid: every voxel is below the smallest stiffness scale {}", smallest_scale);
  if (own_count == count) end_own();
  voxel_count_ = std::int64_t(scale_.size());
  scale_.insert(scale_.end(), 8, 0.0f);
  link_blocks();
}

void VoxelBlocks::link_blocks() {
  const auto at = [&](Index3 b) -> std::int32_t {
    for (std::size_t a = 0; a < 3; ++a) {
      if (grid_.periodic[a]) b[a] = (b[a] + block_size_[a]) % block_size_[a];
      if (b[a] < 0 || b[a] >= block_size_[a]) return -1;
    }
    return table_[std::size_t(b[0] + block_size_[0] * (b[1] + block_size_[1] * b[2]))];
  };
  for (VoxelBlock& block : blocks_)
    for (int n = 0; n < 9; ++n) {
      block.here[n] = at({block.x, block.y + n % 3 - 1, block.z + n / 3 - 1});
      block.next[n] = at({block.x + 1, block.y + n % 3 - 1, block.z + n / 3 - 1});
    }
}

std::int64_t VoxelBlocks::bytes() const {
  return std::int64_t(blocks_.size() * sizeof(VoxelBlock) + scale_.size() * sizeof(float) + table_.size() * sizeof(std::int32_t));
}

std::int32_t VoxelBlocks::block_of(Index3 position) const {
  for (std::size_t a = 0; a < 3; ++a) {
    position[a] = wrapped(position[a], grid_.size[a], grid_.periodic[a]);
    if (position[a] < 0) return -1;
    position[a] /= 8;
  }
  return table_[std::size_t(position[0] + block_size_[0] * (position[1] + block_size_[1] * position[2]))];
}

VoxelBlocks::NodeIndex VoxelBlocks::node_index(const Index3& node) const {
  const std::int32_t b = block_of(node);
  if (b < 0) return {};
  const VoxelBlock& block = blocks_[std::size_t(b)];
  const std::int64_t i = wrapped(node[0], grid_.size[0], grid_.periodic[0]) % 8;
  const std::int64_t row = wrapped(node[1], grid_.size[1], grid_.periodic[1]) % 8 + 8 * (wrapped(node[2], grid_.size[2], grid_.periodic[2]) % 8);
  const unsigned mask = block.node_mask[row];
  if (!(mask >> i & 1)) return {};
  return {3 * block.first_node + block.node_offset[row] + std::popcount(mask & ((1u << i) - 1u)), block.node_count};
}

std::int64_t VoxelBlocks::voxel_index(const Index3& voxel) const {
  const std::int32_t b = block_of(voxel);
  if (b < 0) return -1;
  const VoxelBlock& block = blocks_[std::size_t(b)];
  const std::int64_t i = wrapped(voxel[0], grid_.size[0], grid_.periodic[0]) % 8;
  const std::int64_t row =
      wrapped(voxel[1], grid_.size[1], grid_.periodic[1]) % 8 + 8 * (wrapped(voxel[2], grid_.size[2], grid_.periodic[2]) % 8);
  const unsigned mask = block.voxel_mask[row];
  if (!(mask >> i & 1)) return -1;
  return block.first_voxel + block.voxel_offset[row] + std::popcount(mask & ((1u << i) - 1u));
}

}  // namespace spongiosa::fea::micro
