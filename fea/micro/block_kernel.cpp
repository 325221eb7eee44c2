#include "fea/micro/block_kernel.h"

#include "fea/micro/block_places.h"
#include "fea/micro/block_rows.h"

// Compiled once per instruction set; the loader picks one.
#define SPONGIOSA_SIMD_CLONES [[gnu::target_clones("default", "avx2", "arch=x86-64-v4")]]

namespace spongiosa::fea::micro {

namespace {

constexpr int kStride = 520;  // 512 nodes and what the last row spills

/// By vector stores: the string instruction that the compiler makes of memset costs more than the row's arithmetic.
template <class Array>
[[gnu::always_inline]] inline void clear(Array& array) {
  static_assert(sizeof array % 32 == 0);
  char* bytes = reinterpret_cast<char*>(&array);
  for (std::size_t i = 0; i < sizeof array; i += 32) {
    store(bytes + i, Float8{});
    asm("" ::: "memory");
  }
}

/// Sums and differences along x of one node row, for the three components.
template <class Real>
[[gnu::always_inline]] inline void read_row(const VoxelBlock* blocks, std::int32_t here, std::int32_t next, int row, int width,
                                            const Real* displacement, Real (&sums)[6][8]) {
  using R = Row<Real>;
  using Vector = typename R::Vector;
  unsigned mask = 0;
  const Real* from = displacement;
  std::int64_t stride = 0;
  if (here >= 0) {
    const VoxelBlock& block = blocks[here];
    mask = block.node_mask[row];
    from = displacement + 3 * block.first_node + block.node_offset[row];
    stride = block.node_count;
  }
  const bool has_next = next >= 0 && (blocks[next].node_mask[row] & 1);
  const Real* next_from = displacement;
  std::int64_t next_stride = 0;
  if (has_next) {
    next_from = displacement + 3 * blocks[next].first_node + blocks[next].node_offset[row];
    next_stride = blocks[next].node_count;
  }
  for (int c = 0; c < 3; ++c) {
    Vector lower[R::kParts], upper[R::kParts];
    R::expand(from + c * stride, mask, lower);
    const Real after = has_next ? next_from[c * next_stride] : Real(0);
    if (width < 8) {  // end of a periodic axis inside the block
      Real lanes[8];
      std::memcpy(lanes, lower, sizeof lanes);
      lanes[width] = after;
      std::memcpy(lower, lanes, sizeof lanes);
    }
    R::shift_down(lower, after, upper);
    for (int part = 0; part < R::kParts; ++part) {
      store(&sums[c][R::kLanes * part], lower[part] + upper[part]);
      store(&sums[3 + c][R::kLanes * part], upper[part] - lower[part]);
    }
  }
}

/// One row of eight voxels: forces of its four node rows are added.
template <class Real>
[[gnu::always_inline]] inline void add_voxel_row(const float* scale, const ModalStiffness<Real>& stiffness, const Real (&s00)[6][8],
                                                 const Real (&s10)[6][8], const Real (&s01)[6][8], const Real (&s11)[6][8],
                                                 Real (&f00)[6][8], Real (&f10)[6][8], Real (&f01)[6][8], Real (&f11)[6][8]) {
  using R = Row<Real>;
  using Vector = typename R::Vector;
  for (int part = 0; part < R::kParts; ++part) {
    const int lane = R::kLanes * part;
    Vector h[3][8];
    for (int c = 0; c < 3; ++c)
      for (int x = 0; x < 2; ++x) {
        const int a = 3 * x + c;
        const Vector u00 = load<Vector>(&s00[a][lane]), u10 = load<Vector>(&s10[a][lane]);
        const Vector u01 = load<Vector>(&s01[a][lane]), u11 = load<Vector>(&s11[a][lane]);
        const Vector sum0 = u00 + u10, sum1 = u01 + u11, difference0 = u10 - u00, difference1 = u11 - u01;
        h[c][x] = sum0 + sum1;
        h[c][x + 2] = difference0 + difference1;
        h[c][x + 4] = sum1 - sum0;
        h[c][x + 6] = difference1 - difference0;
      }
    apply_modal_stiffness(stiffness, R::modulus(scale, part), h);
    for (int c = 0; c < 3; ++c)
      for (int x = 0; x < 2; ++x) {
        const int a = 3 * x + c;
        // h[c][0] is zero; the compiler may not know that adding it changes nothing.
        const Vector even0 = x ? h[c][1] - h[c][5] : -h[c][4], even1 = x ? h[c][1] + h[c][5] : h[c][4];
        const Vector odd0 = h[c][x + 2] - h[c][x + 6], odd1 = h[c][x + 2] + h[c][x + 6];
        store(&f00[a][lane], load<Vector>(&f00[a][lane]) + (even0 - odd0));
        store(&f10[a][lane], load<Vector>(&f10[a][lane]) + (even0 + odd0));
        store(&f01[a][lane], load<Vector>(&f01[a][lane]) + (even1 - odd1));
        store(&f11[a][lane], load<Vector>(&f11[a][lane]) + (even1 + odd1));
      }
  }
}

/// From forces on sums and differences to forces of nodes.
template <class Real>
[[gnu::always_inline]] inline void write_row(const Real (&loads)[6][8], unsigned mask, int width, const Real* carry_in, Real* carry_out,
                                             Real* to, int stride) {
  using R = Row<Real>;
  using Vector = typename R::Vector;
  for (int c = 0; c < 3; ++c) {
    Vector lower[R::kParts], upper[R::kParts], shifted[R::kParts];
    for (int part = 0; part < R::kParts; ++part) {
      const Vector sum = load<Vector>(&loads[c][R::kLanes * part]), difference = load<Vector>(&loads[3 + c][R::kLanes * part]);
      lower[part] = sum - difference;
      upper[part] = sum + difference;
    }
    R::shift_up(upper, carry_in[c], shifted);
    for (int part = 0; part < R::kParts; ++part) lower[part] += shifted[part];
    R::compress(lower, mask, to + c * stride);
    Real lanes[8];
    std::memcpy(lanes, upper, sizeof lanes);
    carry_out[c] = lanes[width - 1];
  }
}

template <class Real>
[[gnu::always_inline]] inline void compute_block(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                                 const ModalStiffness<Real>& stiffness, const Real* displacement,
                                                 BlockForces<Real>& forces) {
  const VoxelBlock* blocks = model.blocks().data();
  const int width = model.extent(0, block.x);
  const RowPlaces ys = row_places(model.extent(1, block.y), lower_extent(model, 1, block.y));
  const RowPlaces zs = row_places(model.extent(2, block.z), lower_extent(model, 2, block.z));
  clear(forces.carry_out.value);

  // Plane p holds the node rows with local k = p - 1; layer p the voxels between planes p and p + 1.
  const auto layer_active = [&](int p, int j) { return p >= 0 && p <= zs.count - 2 && j >= 0 && j <= ys.count - 2 && moduli.active[p][j]; };
  for (int p = 0; p < zs.count; ++p) {
    auto& sums = forces.sums[p & 1];
    auto& loads = forces.loads[p & 1];
    for (int j = 0; j < ys.count; ++j) {
      clear(loads[j]);
      if (!(layer_active(p - 1, j - 1) || layer_active(p - 1, j) || layer_active(p, j - 1) || layer_active(p, j))) continue;
      const int neighbour = ys.neighbour[j] + 3 * zs.neighbour[p], row = ys.row[j] + 8 * zs.row[p];
      read_row(blocks, block.here[neighbour], block.next[neighbour], row, width, displacement, sums[j]);
    }
    if (p == 0) continue;
    const int below = (p - 1) & 1, above = p & 1, layer = p - 1;
    for (int j = 0; j < ys.count - 1; ++j) {
      if (!moduli.active[layer][j]) continue;
      add_voxel_row(moduli.scale[layer][j], stiffness, forces.sums[below][j], forces.sums[below][j + 1], forces.sums[above][j],
                    forces.sums[above][j + 1], forces.loads[below][j], forces.loads[below][j + 1], forces.loads[above][j],
                    forces.loads[above][j + 1]);
    }
    if (p == 1) continue;
    const int k = p - 2;  // local node plane that is complete: its layers are p - 2 and p - 1
    for (int j = 1; j < ys.count - 1; ++j) {
      const int row = j - 1 + 8 * k;
      if (!block.node_mask[row] && !layer_active(p - 2, j - 1) && !layer_active(p - 2, j) && !layer_active(p - 1, j - 1) &&
          !layer_active(p - 1, j))
        continue;
      write_row(forces.loads[below][j], block.node_mask[row], width, forces.carry_in.value[row], forces.carry_out.value[row],
                forces.force + block.node_offset[row], kStride);
    }
  }
  // Rows are written whole and spill over their end, so components are packed only now.
  for (int c = 1; c < 3; ++c)
    std::memmove(forces.force + c * block.node_count, forces.force + c * kStride, std::size_t(block.node_count) * sizeof(Real));
}

}  // namespace

SPONGIOSA_SIMD_CLONES void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                        const ModalStiffness<float>& stiffness, const float* displacement, BlockForces<float>& forces) {
  compute_block(model, block, moduli, stiffness, displacement, forces);
}
SPONGIOSA_SIMD_CLONES void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli,
                                        const ModalStiffness<double>& stiffness, const double* displacement, BlockForces<double>& forces) {
  compute_block(model, block, moduli, stiffness, displacement, forces);
}
SPONGIOSA_SIMD_CLONES void read_moduli(const VoxelBlocks& model, const VoxelBlock& block, BlockModuli& moduli) {
  const VoxelBlock* blocks = model.blocks().data();
  const RowPlaces ys = row_places(model.extent(1, block.y), lower_extent(model, 1, block.y));
  const RowPlaces zs = row_places(model.extent(2, block.z), lower_extent(model, 2, block.z));
  for (int p = 0; p < zs.count - 1; ++p)
    for (int j = 0; j < ys.count - 1; ++j) {
      const std::int32_t at = block.here[ys.neighbour[j] + 3 * zs.neighbour[p]];
      const int row = ys.row[j] + 8 * zs.row[p];
      const unsigned mask = at < 0 ? 0 : blocks[at].voxel_mask[row];
      moduli.active[p][j] = mask != 0;
      if (!mask) continue;
      Float8 scale[1];
      Row<float>::expand(model.scale().data() + blocks[at].first_voxel + blocks[at].voxel_offset[row], mask, scale);
      store(moduli.scale[p][j], scale[0]);
    }
}

const char* simd_level() {
  if (__builtin_cpu_supports("x86-64-v4")) return "avx512";
  if (__builtin_cpu_supports("avx2")) return "avx2";
  return "baseline";
}

}  // namespace spongiosa::fea::micro
