#include "fea/micro/voxel_share.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kPositionBits = 15;  // nodes 0 to 16384 along an axis

std::int64_t key_of(const Index3& p) { return p[0] | p[1] << kPositionBits | p[2] << 2 * kPositionBits; }
Index3 position_of(std::int64_t key) {
  constexpr std::int64_t mask = (1 << kPositionBits) - 1;
  return {key & mask, key >> kPositionBits & mask, key >> 2 * kPositionBits};
}
std::int64_t floor_eighth(std::int64_t i) { return i >> 3; }

}  // namespace

VoxelShare::VoxelShare(const VoxelGrid& grid, const VoxelBlocks::Source& source, float smallest_scale, Processes& processes)
    : grid_(grid), source_(source), smallest_scale_(smallest_scale), processes_(processes) {
  for (const bool periodic : grid.periodic)
    if (periodic) fail_input("a periodic voxel model cannot be divided over several processes; start one only");
  for (std::size_t a = 0; a < 2; ++a) rows_[a] = grid.size[a + 1] / 8 + 1;
  divide();
  model_ = std::make_unique<VoxelBlocks>(with_layers(1, 0));
  halo_ = halo_of(*model_);
  double unknowns = double(model_->own_unknown_count());
  processes_.sum(std::span(&unknowns, 1));
  unknowns_of_all_ = std::int64_t(unknowns);
}

void VoxelShare::divide() {
  const std::size_t rows = std::size_t(rows_[0] * rows_[1]), parts = std::size_t(processes_.size());
  std::vector<double> voxels(rows, 0.0);
  tbb::parallel_for(std::size_t(0), rows, [&](std::size_t row) {
    if (row % parts != std::size_t(processes_.rank())) return;
    float scale[512];
    const std::int64_t y = std::int64_t(row) % rows_[0], z = std::int64_t(row) / rows_[0];
    if (8 * y >= grid_.size[1] || 8 * z >= grid_.size[2]) return;
    for (std::int64_t x = 0; 8 * x < grid_.size[0]; ++x) {
      if (!source_({x, y, z}, scale)) continue;
      for (std::int64_t v = 0; v < 512; ++v)
        voxels[row] += 8 * x + v % 8 < grid_.size[0] && 8 * y + v / 8 % 8 < grid_.size[1] && 8 * z + v / 64 < grid_.size[2] && scale[v] >= smallest_scale_;
    }
  });
  processes_.sum(voxels);
  double total = 0.0, before = 0.0;
  std::size_t filled = 0;
  for (const double v : voxels) total += v, filled += v > 0.0;
  if (filled < parts)
    fail_input("the solid fills {} rows of 8x8 voxels, too few for {} processes; start at most {}", filled, parts, std::max<std::size_t>(1, filled));
  // A process ends with the row that brings it closest to its share, but leaves one with solid for each process after it.
  first_row_.assign(1, 0);
  double own = 0.0;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t process = first_row_.size();
    if (voxels[row] > 0.0) {
      if (process < parts && own > 0.0 &&
          (before + 0.5 * voxels[row] > total * double(process) / double(parts) || filled <= parts - process)) {
        first_row_.push_back(std::int64_t(row));
        own = 0.0;
      }
      --filled;
    }
    own += voxels[row];
    before += voxels[row];
  }
  SPONGIOSA_ASSERT(first_row_.size() == parts);
  first_row_.push_back(std::int64_t(rows));
}

int VoxelShare::owner(const Index3& node) const {
  const std::int64_t y = std::min(node[1] / 8, rows_[0] - 1), z = std::min(node[2] / 8, rows_[1] - 1);
  return int(std::upper_bound(first_row_.begin(), first_row_.end(), y + rows_[0] * z) - first_row_.begin()) - 1;
}

VoxelBlocks VoxelShare::with_layers(int before, int behind) const {
  const std::int64_t first = first_row_[std::size_t(processes_.rank())], end = first_row_[std::size_t(processes_.rank()) + 1];
  const auto own = [&](std::int64_t y, std::int64_t z) {
    if (y < 0 || z < 0 || y >= rows_[0] || z >= rows_[1]) return false;
    return y + rows_[0] * z >= first && y + rows_[0] * z < end;
  };
  // Whether own blocks are near the voxels (j, k).
  const auto near = [&](std::int64_t j0, std::int64_t j1, std::int64_t k0, std::int64_t k1) {
    for (std::int64_t z = floor_eighth(k0 - behind); z <= floor_eighth(k1 + before); ++z)
      for (std::int64_t y = floor_eighth(j0 - behind); y <= floor_eighth(j1 + before); ++y)
        if (own(y, z)) return true;
    return false;
  };
  return VoxelBlocks(
      grid_,
      [&](const Index3& block, float* scale) {
        const std::int64_t j = 8 * block[1], k = 8 * block[2];
        if (!near(j, j + 7, k, k + 7) || !source_(block, scale)) return false;
        if (own(block[1], block[2])) return true;
        for (std::int64_t row = 0; row < 64; ++row)
          if (!near(j + row % 8, j + row % 8, k + row / 8, k + row / 8)) std::fill_n(scale + 8 * row, 8, 0.0f);
        return true;
      },
      smallest_scale_, own);
}

VoxelBlocks VoxelShare::surroundings() const { return with_layers(10, 6); }

std::unique_ptr<Halo> VoxelShare::halo_of(const VoxelBlocks& model) const {
  std::vector<int> owners;
  std::vector<std::int64_t> keys;
  std::vector<VoxelBlocks::NodeIndex> here;
  for (std::size_t b = model.own_blocks().size(); b < model.blocks().size(); ++b)
    model.visit_nodes(model.blocks()[b], [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      owners.push_back(owner(node));
      keys.push_back(key_of(node));
      here.push_back(at);
    });
  constexpr std::int64_t kStrideBits = 10;
  const std::vector<std::int64_t> answers = ask_owners(processes_, owners, keys, [&](std::int64_t key) {
    const VoxelBlocks::NodeIndex at = model.node_index(position_of(key));
    SPONGIOSA_ASSERT(at.x >= 0 && at.x < model.own_unknown_count());
    return at.x << kStrideBits | at.stride;
  });
  std::vector<Ghost> ghosts;
  for (std::size_t i = 0; i < answers.size(); ++i)
    for (std::int64_t c = 0; c < 3; ++c)
      ghosts.push_back({owners[i], (answers[i] >> kStrideBits) + c * (answers[i] & ((1 << kStrideBits) - 1)), here[i].x + c * here[i].stride});
  return processes_.make_halo(model.own_unknown_count(), ghosts);
}

std::vector<std::int64_t> VoxelShare::fixed_around(const VoxelBlocks& around, const std::vector<std::int64_t>& own_fixed) const {
  std::vector<float> held(std::size_t(around.unknown_count()), 0.0f);
  for (const std::int64_t i : own_fixed) held[std::size_t(i)] = 1.0f;
  halo_of(around)->update(held.data());
  std::vector<std::int64_t> fixed;
  for (std::size_t i = 0; i < held.size(); ++i)
    if (held[i] != 0.0f) fixed.push_back(std::int64_t(i));
  return fixed;
}

VoxelBlocks::Source source_of(const VoxelBlocks& model) {
  return [&model](const Index3& block, float* scale) {
    const std::int32_t b = model.block_of({8 * block[0], 8 * block[1], 8 * block[2]});
    if (b < 0) return false;
    std::fill(scale, scale + 512, 0.0f);
    model.visit_voxels(model.blocks()[std::size_t(b)], [&](const Index3& voxel, std::int64_t index) {
      scale[voxel[0] % 8 + 8 * (voxel[1] % 8) + 64 * (voxel[2] % 8)] = model.scale()[std::size_t(index)];
    });
    return true;
  };
}

}  // namespace spongiosa::fea::micro
