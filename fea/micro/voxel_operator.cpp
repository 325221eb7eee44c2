#include "fea/micro/voxel_operator.h"

#include "core/error.h"

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

double checked_poisson_ratio(double poisson_ratio) {
  if (!(poisson_ratio > -1.0 && poisson_ratio < 0.5))
    fail_input("Poisson's ratio of the voxel model is {}; expected a number above -1 and below 0.5", poisson_ratio);
  return poisson_ratio;
}

}  // namespace

VoxelOperator::VoxelOperator(const VoxelBlocks& model, double poisson_ratio, std::vector<std::int64_t> fixed)
    : model_(model), poisson_ratio_(checked_poisson_ratio(poisson_ratio)), single_(poisson_ratio), double_(poisson_ratio),
      fixed_(std::move(fixed)) {
  std::sort(fixed_.begin(), fixed_.end());
  fixed_.erase(std::unique(fixed_.begin(), fixed_.end()), fixed_.end());
  SPONGIOSA_ASSERT(fixed_.empty() || (fixed_.front() >= 0 && fixed_.back() < model.unknown_count()));
  fixed_begin_.push_back(0);
  for (const VoxelBlock& block : model.blocks())
    fixed_begin_.push_back(std::lower_bound(fixed_.begin() + fixed_begin_.back(), fixed_.end(), 3 * (block.first_node + block.node_count)) -
                           fixed_.begin());
}

template <class Real>
void VoxelOperator::apply(const NodalVector<Real>& x, NodalVector<Real>& y, Rows rows) const {
  SPONGIOSA_ASSERT(x.size() == model_.unknown_count() && y.size() == x.size() && x.data() != y.data());
  apply_blocks<1>(x.data(), rows, [&](std::size_t, const VoxelBlock& block, const Real* force) {
    std::memcpy(y.data() + 3 * block.first_node, force, std::size_t(3 * block.node_count) * sizeof(Real));
  });
}
template void VoxelOperator::apply(const NodalVector<float>&, NodalVector<float>&, Rows) const;
template void VoxelOperator::apply(const NodalVector<double>&, NodalVector<double>&, Rows) const;

std::vector<float> VoxelOperator::inverse_diagonal() const {
  std::vector<float> inverse(std::size_t(model_.node_count()));
  const auto& blocks = model_.blocks();
  const std::span<const BlockStrip> strips = model_.own_strips();
  tbb::parallel_for(std::size_t(0), strips.size(), [&](std::size_t s) {
    BlockModuli moduli;
    float before[64], after[64];  // modulus of the four voxels left of a row's first node
    const auto compute = [&](const VoxelBlock& block, float* out) {
      read_moduli(model_, block, moduli);
      const int width = model_.extent(0, block.x);
      for (int row = 0; row < 64; ++row) {
        float sum[9] = {};
        const int j = row % 8, k = row / 8;
        if (j < model_.extent(1, block.y) && k < model_.extent(2, block.z))
          for (int side = 0; side < 4; ++side)
            if (moduli.active[k + side / 2][j + side % 2])
              for (int i = 0; i < 8; ++i) sum[i + 1] += moduli.scale[k + side / 2][j + side % 2][i];
        sum[0] = before[row];
        after[row] = sum[width];
        if (!out) continue;
        float* to = out + block.first_node + block.node_offset[row];
        for (int i = 0; i < 8; ++i)
          if (block.node_mask[row] >> i & 1) *to++ = 1.0f / (single_.diagonal() * (sum[i] + sum[i + 1]));
      }
    };
    const VoxelBlock& last = blocks[std::size_t(strips[s].end - 1)];
    std::fill(before, before + 64, 0.0f);
    if (model_.grid().periodic[0] && blocks[std::size_t(strips[s].first)].x == 0 && 8 * (last.x + 1L) >= model_.grid().size[0]) {
      compute(last, nullptr);
      std::copy(after, after + 64, before);
    }
    for (std::int32_t b = strips[s].first; b < strips[s].end; ++b) {
      if (b > strips[s].first && blocks[std::size_t(b - 1)].x + 1 != blocks[std::size_t(b)].x) std::fill(before, before + 64, 0.0f);
      compute(blocks[std::size_t(b)], inverse.data());
      std::copy(after, after + 64, before);
    }
  });
  return inverse;
}

}  // namespace spongiosa::fea::micro
