#pragma once
/// Coarse levels that respect what is connected: a coarse cube exists once per connected piece of solid inside it, and coarse cubes
/// share a node only where their solids touch. Struts that pass each other within one coarse cube stay apart, which plain averaging
/// of moduli would weld together.
///
/// The idea is that of composite finite elements with duplicated elements (Hackbusch and Sauter 1997 for composite elements; Nesme
/// et al. 2009 for copies per connected piece). A fine node takes the trilinear value of a coarse element that contains it; all
/// coarse elements that contain it have the same coarse nodes there, by construction.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

struct CoarseMesh {
  VoxelGrid grid;                                     ///< cubes of this level; several elements may have the same cube
  std::vector<std::array<std::int32_t, 8>> nodes;     ///< of each element, corner bits (x, y, z) = (1, 2, 4)
  std::vector<std::array<std::int32_t, 3>> cube;      ///< of each element
  std::int32_t node_count = 0;
  std::vector<std::uint8_t> fixed;                    ///< per node, bit c: component c is held
  /// Elements and nodes are numbered by blocks of 8^3 cubes: the first node of each block, and the end.
  std::vector<std::int32_t> block_first_node;

  std::size_t element_count() const { return nodes.size(); }
};

/// Where a fine node lies in its coarse element: x + 3 y + 9 z with 0, 1, 2 for lower side, middle, upper side.
using Place = std::uint8_t;

/// From voxels to the first coarse level, stored by coarse element: the own nodes (see VoxelBlocks).
struct VoxelTransfer {
  std::vector<std::int64_t> begin;       ///< per element, and the end
  std::vector<std::int32_t> x;           ///< index of the fine node's x component
  std::vector<std::uint16_t> stride_place;  ///< distance to y and z << 5 | place
};
struct FirstCoarseLevel {
  CoarseMesh mesh;
  /// Stiffness scale of the voxels in each element, by corner bits.
  std::vector<std::array<float, 8>> scale;
  VoxelTransfer transfer;
};
/// @param fixed  held components of the voxel model, ascending
/// @throws Error(kBadInput) when a periodic axis has an odd number of voxels
FirstCoarseLevel coarsen_voxels(const VoxelBlocks& model, const std::vector<std::int64_t>& fixed);

/// From one coarse mesh to the next.
struct NextCoarseLevel {
  CoarseMesh mesh;
  std::vector<std::int32_t> parent;       ///< coarse element of each fine element
  std::vector<std::int32_t> node_parent;  ///< a coarse element that contains the fine node
  std::vector<Place> node_place;
};
/// @pre can_coarsen(fine)
NextCoarseLevel coarsen_mesh(const CoarseMesh& fine);
/// Periodic axes need an even number of cubes, and some axis more than one.
bool can_coarsen(const CoarseMesh& mesh);

/// Trilinear weight of coarse corner `corner` at a place: 1, 1/2, 1/4, 1/8 or 0, as the exponent of 1/2; -1 for 0.
int weight_exponent(Place place, int corner);

}  // namespace spongiosa::fea::micro
