#pragma once
/// A box cut out of a larger solid and driven by displacements on its cut faces (sub-model, cut-boundary displacement method): what lies
/// around the box acts through the displacements alone. They come from a coarser model and know nothing of single struts, so that a layer
/// next to the cut is disturbed (Saint-Venant) and only the inner part of the box counts.

#include "fea/micro/voxel_solver.h"

#include <functional>
#include <optional>

namespace spongiosa::fea::micro {

/// Displacement (voxel edges) of a node, or nothing where it is free. Called for every node of the solid, from one thread.
/// @param on_face  the node lies on an outer face of the grid
using DrivenDisplacement = std::function<std::optional<Vec3>(const Index3& node, bool on_face)>;

struct DrivenBox {
  VoxelBlocks model;                    ///< what was solved: all pieces that three or more driven nodes not in line hold
  NodalVector<double> displacement;     ///< voxel edges
  std::int64_t driven_nodes = 0;
  std::int64_t free_face_nodes = 0;     ///< on outer faces without a displacement
  std::int64_t removed_pieces = 0;      ///< that nothing holds: cut off from the rest by the box
  double removed_solid_fraction = 0.0;  ///< of the solid in the box
  SolveReport solve;
};

/// @throws Error(kBadInput) when no piece is held or a displacement is not finite, Error(kComputationFailed) without convergence.
DrivenBox solve_driven_box(const VoxelBlocks& model, double poisson_ratio, const DrivenDisplacement& driven, const SolveOptions& options,
                           const Progress& progress);

/// Mean stress for unit modulus over the voxels first..last (inclusive), void counted as without stress. The strain in the middle of a
/// trilinear voxel is its mean. Same bytes for any thread count.
Vec6 mean_stress(const DrivenBox& box, double poisson_ratio, const Index3& first, const Index3& last);

}  // namespace spongiosa::fea::micro
