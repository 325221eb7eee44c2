#include "fea/micro/lane_kernel.h"

#include "fea/micro/block_places.h"
#include "fea/micro/block_rows.h"

#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

namespace {

/// A row of nodes: displacements, and forces where the row belongs to the block.
template <class Real>
struct NodeRow {
  unsigned mask = 0;
  const Real *displacement = nullptr, *next_displacement = nullptr;  ///< `next`: the first node of the row in the next block
  std::int64_t stride = 0, next_stride = 0;                          ///< to the next component
  Real *force = nullptr, *next_force = nullptr;
};

/// The four nodes (y, z) of one plane across x, sums and differences along y and z of the three components.
template <class Vector>
struct Column {
  Vector value[3][4];
};

template <class Real, class Vector>
struct RowOfVoxels {
  const NodeRow<Real>* row[4];  ///< (y, z) = (0, 0) (1, 0) (0, 1) (1, 1)
  int width;
  std::int64_t force_stride;

  [[gnu::always_inline]] inline std::int64_t place(int q, int i) const {
    return kLoadLanes * std::int64_t(__builtin_popcount(row[q]->mask & ((1u << i) - 1u)));
  }
  [[gnu::always_inline]] inline void read(int i, Column<Vector>& column) const {
    const Real* at[4];
    std::int64_t stride[4];
    for (int q = 0; q < 4; ++q) {
      at[q] = i < width ? row[q]->displacement + place(q, i) : row[q]->next_displacement;
      stride[q] = i < width ? row[q]->stride : row[q]->next_stride;
    }
    for (int c = 0; c < 3; ++c) {
      const Vector u00 = load<Vector>(at[0] + c * stride[0]), u10 = load<Vector>(at[1] + c * stride[1]);
      const Vector u01 = load<Vector>(at[2] + c * stride[2]), u11 = load<Vector>(at[3] + c * stride[3]);
      const Vector sum0 = u00 + u10, sum1 = u01 + u11, difference0 = u10 - u00, difference1 = u11 - u01;
      column.value[c][0] = sum0 + sum1;
      column.value[c][1] = difference0 + difference1;
      column.value[c][2] = sum1 - sum0;
      column.value[c][3] = difference1 - difference0;
    }
  }
  [[gnu::always_inline]] inline void add(int i, const Column<Vector>& column) const {
    for (int q = 0; q < 4; ++q) {
      Real* to = i < width ? row[q]->force : row[q]->next_force;
      if (!to) continue;
      if (i < width) to += place(q, i);
      const std::int64_t stride = i < width ? force_stride : kLoadLanes;
      for (int c = 0; c < 3; ++c) {
        const auto& g = column.value[c];
        const Vector even = q & 1 ? g[0] + g[1] : g[0] - g[1], odd = q & 1 ? g[2] + g[3] : g[2] - g[3];
        store(to + c * stride, load<Vector>(to + c * stride) + (q & 2 ? even + odd : even - odd));
      }
    }
  }
};

template <class Real, class Vector>
[[gnu::always_inline]] inline void add_voxels(const RowOfVoxels<Real, Vector>& row, const float* scale, const ModalStiffness<Real>& stiffness) {
  Column<Vector> lower, upper, lower_force, upper_force{};
  bool joined = false;  // the voxel before has left its upper side
  for (int i = 0; i < row.width; ++i) {
    if (scale[i] == 0.0f) {
      joined = false;
      continue;
    }
    if (joined) {
      lower = upper;
      lower_force = upper_force;
    } else {
      row.read(i, lower);
      lower_force = Column<Vector>{};
    }
    row.read(i + 1, upper);
    Vector h[3][8];
    for (int c = 0; c < 3; ++c)
      for (int q = 0; q < 4; ++q) {
        h[c][2 * q] = lower.value[c][q] + upper.value[c][q];
        h[c][2 * q + 1] = upper.value[c][q] - lower.value[c][q];
      }
    apply_modal_stiffness(stiffness, Vector{} + Real(scale[i]), h);
    for (int c = 0; c < 3; ++c)
      for (int q = 0; q < 4; ++q) {
        lower_force.value[c][q] += h[c][2 * q] - h[c][2 * q + 1];
        upper_force.value[c][q] = h[c][2 * q] + h[c][2 * q + 1];
      }
    row.add(i, lower_force);
    joined = i + 1 < row.width && scale[i + 1] != 0.0f;
    if (!joined) row.add(i + 1, upper_force);
  }
}

template <class Real, class Vector>
[[gnu::always_inline]] inline void compute_block(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                                 const ModalStiffness<Real>& stiffness, const Real* displacement, LaneForces<Real>& forces) {
  const VoxelBlock* blocks = model.blocks().data();
  const int width = model.extent(0, block.x);
  const RowPlaces ys = row_places(model.extent(1, block.y), lower_extent(model, 1, block.y));
  const RowPlaces zs = row_places(model.extent(2, block.z), lower_extent(model, 2, block.z));
  std::memset(forces.force, 0, std::size_t(3 * kLoadLanes * block.node_count) * sizeof(Real));
  std::memset(&forces.carry_out, 0, sizeof forces.carry_out);
  const std::int64_t stride = kLoadLanes * std::int64_t(block.node_count);
  for (int row = 0; row < 64; ++row)
    if (block.node_mask[row] & 1)
      for (int c = 0; c < 3; ++c)
        std::memcpy(forces.force + kLoadLanes * block.node_offset[row] + c * stride, forces.carry_in.value[row][c],
                    sizeof forces.carry_in.value[row][c]);
  constexpr int kLanes = int(sizeof(Vector) / sizeof(Real));
  for (int lane = 0; lane < kLoadLanes; lane += kLanes) {
    NodeRow<Real> rows[10][10];
    for (int p = 0; p < zs.count; ++p)
      for (int j = 0; j < ys.count; ++j) {
        NodeRow<Real>& to = rows[p][j];
        const int neighbour = ys.neighbour[j] + 3 * zs.neighbour[p], row = ys.row[j] + 8 * zs.row[p];
        const auto displacement_of = [&](const VoxelBlock& from) {
          return displacement + kLoadLanes * (3 * from.first_node + from.node_offset[row]) + lane;
        };
        if (const std::int32_t here = block.here[neighbour]; here >= 0) {
          to.mask = blocks[here].node_mask[row];
          to.displacement = displacement_of(blocks[here]);
          to.stride = kLoadLanes * std::int64_t(blocks[here].node_count);
        }
        if (const std::int32_t next = block.next[neighbour]; next >= 0) {
          to.next_displacement = displacement_of(blocks[next]);
          to.next_stride = kLoadLanes * std::int64_t(blocks[next].node_count);
        }
        if (p == 0 || p == zs.count - 1 || j == 0 || j == ys.count - 1) continue;
        to.force = forces.force + kLoadLanes * block.node_offset[row] + lane;
        to.next_force = &forces.carry_out.value[row][0][lane];
      }
    for (int p = 0; p < zs.count - 1; ++p)
      for (int j = 0; j < ys.count - 1; ++j)
        if (moduli.active[p][j])
          add_voxels<Real, Vector>({{&rows[p][j], &rows[p][j + 1], &rows[p + 1][j], &rows[p + 1][j + 1]}, width, stride},
                                   moduli.scale[p][j], stiffness);
  }
}

}  // namespace

SPONGIOSA_SIMD_CLONES void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                        const ModalStiffness<float>& stiffness, const float* displacement, LaneForces<float>& forces) {
  compute_block<float, Float8>(model, block, moduli, stiffness, displacement, forces);
}
SPONGIOSA_SIMD_CLONES void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                        const ModalStiffness<double>& stiffness, const double* displacement, LaneForces<double>& forces) {
  compute_block<double, Double4>(model, block, moduli, stiffness, displacement, forces);
}

}  // namespace spongiosa::fea::micro
