#pragma once
/// Forces of one block for eight load cases at once: the SIMD lanes are load cases, so that neither masks nor shuffles are needed and
/// moduli, masks and places are read once for all.

#include "fea/micro/block_kernel.h"
#include "fea/micro/coarse_vector.h"

namespace spongiosa::fea::micro {

/// What one block's last voxels add to the nodes of the next block with local x = 0, [row][component][load case].
template <class Real>
struct LaneCarry {
  Real value[64][3][kLoadLanes];
};
template <class Real>
struct alignas(64) LaneForces {
  LaneCarry<Real> carry_in, carry_out;
  Real force[3 * 512 * kLoadLanes];  ///< of the block's nodes, all x, all y, all z, eight load cases each
};

/// forces.force and forces.carry_out from the displacements (eight numbers per unknown) and forces.carry_in.
void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli, const ModalStiffness<float>& stiffness,
                  const float* displacement, LaneForces<float>& forces);
void block_forces(const VoxelBlocks& model, const VoxelBlock& block, const BlockModuli& moduli, const ModalStiffness<double>& stiffness,
                  const double* displacement, LaneForces<double>& forces);

}  // namespace spongiosa::fea::micro
