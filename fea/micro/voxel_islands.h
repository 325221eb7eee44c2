#pragma once
/// Pieces of a voxel solid that hang together by faces. A piece that nothing holds moves without force, and one that touches the rest at
/// an edge or a corner only is a hinge: neither has a meaning in a strength computation.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

struct SolidPiece {
  std::int64_t voxels = 0;
  double volume = 0.0;       ///< sum of the stiffness scales
  Index3 first_voxel{0, 0, 0};
};

struct SolidPieces {
  std::vector<SolidPiece> pieces;        ///< by falling volume; equal ones by the order of their first voxels
  std::vector<std::int32_t> of_voxel;    ///< piece of every voxel, in the order of voxels
};
SolidPieces find_pieces(const VoxelBlocks& model);
/// The model with those pieces only. @param keep  one entry per piece; at least one must be true
VoxelBlocks with_pieces(const VoxelBlocks& model, const SolidPieces& found, const std::vector<char>& keep);

enum class Islands {
  kRefuse,  ///< more than one piece is an error
  kRemove,  ///< all but the largest are left out; the caller reports what that was
};
struct LargestPiece {
  VoxelBlocks model;
  std::int64_t removed_pieces = 0;
  double removed_solid_fraction = 0.0;  ///< of the whole solid
};
/// @throws Error(kBadInput) with kRefuse and more than one piece: how many, how much, where.
LargestPiece largest_piece(const VoxelBlocks& model, Islands islands);

}  // namespace spongiosa::fea::micro
