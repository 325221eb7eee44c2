#pragma once
/// A voxel solid as sparse blocks of 8^3 voxels, and the numbering of its nodes. Void costs nothing but a bit.
///
/// Voxel (i, j, k) has the nodes (i..i+1, j..j+1, k..k+1). Node (i, j, k) belongs to the block of voxel (i, j, k). Only voxels with
/// stiffness and only nodes that touch one are stored, in the order of blocks (z, y, x), and within a block by rows along x.
/// A nodal vector of n nodes has 3 n numbers: block by block, all x of the block, then all y, then all z.

#include "core/vector.h"

#include <functional>
#include <span>
#include <vector>

namespace spongiosa::fea::micro {

/// Extent of the voxel grid. Along a periodic axis the last voxel's upper nodes are the first voxel's lower nodes.
struct VoxelGrid {
  Index3 size{0, 0, 0};
  std::array<bool, 3> periodic{false, false, false};
};

struct VoxelBlock {
  std::int32_t x = 0, y = 0, z = 0;           ///< position, in blocks
  std::int32_t node_count = 0, voxel_count = 0;
  std::int64_t first_node = 0, first_voxel = 0;
  std::uint8_t node_mask[64] = {};            ///< bit i of row j + 8 k
  std::uint8_t voxel_mask[64] = {};
  std::uint16_t node_offset[64] = {};         ///< number of nodes in the rows before
  std::uint16_t voxel_offset[64] = {};
  /// Blocks around in y and z, [dy + 1 + 3 (dz + 1)], at this x and at the next; -1 where there is none.
  std::int32_t here[9], next[9];
};

/// Blocks with equal y and z, in the order of x: the unit of parallel work.
struct BlockStrip {
  std::int32_t first = 0, end = 0;
};

class VoxelBlocks {
 public:
  /// Writes the stiffness scale (0: void, 1: full) of the 512 voxels of one block, x fastest; false when all are void.
  /// Called from several threads. Voxels outside the grid are ignored.
  using Source = std::function<bool(const Index3& block, float* scale)>;

  /// Whether the nodes of the blocks at (y, z), in blocks, belong to this process.
  using Owned = std::function<bool(std::int64_t y, std::int64_t z)>;

  /// @param smallest_scale  voxels with less are void (above 0)
  /// @param owned  for a part of a solid that several processes share: own blocks are numbered first, and zeros lie behind their nodes;
  ///               everything belongs to this process when it is empty.
  /// @throws Error(kBadInput) for an empty solid, a grid or a scale that makes no sense.
  VoxelBlocks(const VoxelGrid& grid, const Source& source, float smallest_scale, const Owned& owned = {});
  /// From a dense array, x fastest.
  VoxelBlocks(const VoxelGrid& grid, const std::vector<float>& scale, float smallest_scale);

  const VoxelGrid& grid() const { return grid_; }
  const std::vector<VoxelBlock>& blocks() const { return blocks_; }
  const std::vector<BlockStrip>& strips() const { return strips_; }
  /// Without the blocks of other processes.
  std::span<const VoxelBlock> own_blocks() const { return {blocks_.data(), own_strip_count_ ? std::size_t(strips_[own_strip_count_ - 1].end) : 0}; }
  std::span<const BlockStrip> own_strips() const { return {strips_.data(), own_strip_count_}; }
  std::int64_t own_node_count() const { return own_node_count_; }
  std::int64_t own_unknown_count() const { return 3 * own_node_count_; }
  /// Stiffness scale of every voxel, in the order of blocks and rows; eight zeros follow, because rows are read whole.
  const std::vector<float>& scale() const { return scale_; }
  std::int64_t node_count() const { return node_count_; }
  std::int64_t voxel_count() const { return voxel_count_; }
  std::int64_t unknown_count() const { return 3 * node_count_; }
  std::int64_t bytes() const;

  /// The block that owns position (i, j, k) (wrapped along periodic axes); -1 when there is none.
  std::int32_t block_of(Index3 position) const;
  /// Index of the x component of a node in a nodal vector, and the distance to y and z; {-1, 0} when there is no such node.
  struct NodeIndex {
    std::int64_t x = -1;
    std::int32_t stride = 0;
  };
  NodeIndex node_index(const Index3& node) const;
  /// Number of a voxel in the order of blocks and rows; -1 for void.
  std::int64_t voxel_index(const Index3& voxel) const;
  /// 0 for void.
  float scale_at(const Index3& voxel) const {
    const std::int64_t index = voxel_index(voxel);
    return index < 0 ? 0.0f : scale_[std::size_t(index)];
  }
  /// Calls visit(block, Index3 node, NodeIndex) for all nodes of one block, in their order.
  template <class Visit>
  void visit_nodes(const VoxelBlock& block, const Visit& visit) const {
    std::int64_t index = 3 * block.first_node;
    for (int row = 0; row < 64; ++row)
      for (int i = 0; i < 8; ++i)
        if (block.node_mask[row] >> i & 1)
          visit(Index3{8L * block.x + i, 8L * block.y + row % 8, 8L * block.z + row / 8}, NodeIndex{index++, block.node_count});
  }
  /// Calls visit(Index3 voxel, index) for all voxels of one block, in their order.
  template <class Visit>
  void visit_voxels(const VoxelBlock& block, const Visit& visit) const {
    std::int64_t index = block.first_voxel;
    for (int row = 0; row < 64; ++row)
      for (int i = 0; i < 8; ++i)
        if (block.voxel_mask[row] >> i & 1) visit(Index3{8L * block.x + i, 8L * block.y + row % 8, 8L * block.z + row / 8}, index++);
  }
  /// Number of voxels of a block along an axis: 8, less at the end of a periodic axis.
  int extent(int axis, std::int32_t block_position) const {
    return int(std::min<std::int64_t>(8, grid_.periodic[std::size_t(axis)] ? grid_.size[std::size_t(axis)] - 8L * block_position : 8));
  }

 private:
  void link_blocks();

  VoxelGrid grid_;
  Index3 block_size_{0, 0, 0};              ///< of the table
  std::vector<std::int32_t> table_;         ///< block at a position, -1
  std::vector<VoxelBlock> blocks_;
  std::vector<BlockStrip> strips_;
  std::vector<float> scale_;
  std::int64_t node_count_ = 0, voxel_count_ = 0;
  std::size_t own_strip_count_ = 0;
  std::int64_t own_node_count_ = 0;
};

}  // namespace spongiosa::fea::micro
