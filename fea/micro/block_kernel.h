#pragma once
/// Forces of the nodes of one 8^3 block: the inner loop of the voxel engine. Vectorised by rows of eight voxels, chosen at run time
/// for the machine (baseline x86-64, AVX2, AVX-512); the same bits on all of them, because no multiplication is fused.
///
/// A block computes all voxels that touch its own nodes, so that it alone writes them: rows of neighbours in y and z are computed
/// twice. Along x blocks are taken in order, and what a block's last voxels do to the next block's first nodes is carried over.

#include "fea/micro/element_modes.h"
#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

/// Moduli of the 9 x 9 voxel rows that touch a block's nodes: [k + 1][j + 1], voxel row (j, k) from -1 to 7.
struct alignas(64) BlockModuli {
  float scale[9][9][8];
  bool active[9][9];
};
/// What one block's last voxels add to the nodes of the next block with local x = 0, [row][component].
template <class Real>
struct BlockCarry {
  Real value[64][3];
};
template <class Real>
struct alignas(64) BlockForces {
  Real sums[2][10][6][8];   ///< node rows of two planes: sum and difference along x of each component
  Real loads[2][10][6][8];  ///< the forces on those sums and differences
  BlockCarry<Real> carry_in, carry_out;
  Real force[3 * 520];      ///< of the block's nodes, all x, all y, all z
};

/// Reads the moduli around a block.
void read_moduli(const VoxelBlocks& model, const VoxelBlock& block, BlockModuli& moduli);
/// forces.force and forces.carry_out from the displacements and forces.carry_in.
/// @param displacement  nodal vector with 8 more numbers behind its end that may be read
void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli, const ModalStiffness<float>& stiffness,
                  const float* displacement, BlockForces<float>& forces);
void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli, const ModalStiffness<double>& stiffness,
                  const double* displacement, BlockForces<double>& forces);

/// "avx512", "avx2" or "baseline": what this machine runs.
const char* simd_level();

}  // namespace spongiosa::fea::micro
