#pragma once
/// The part of a coarse level that one of several processes works on, cut out of the level that it has built over its surroundings
/// (VoxelShare::surroundings), and the whole level gathered from all.

#include "fea/micro/coarse_mesh.h"
#include "fea/micro/coarse_vector.h"
#include "fea/micro/cube_moments.h"
#include "fea/micro/voxel_share.h"

namespace spongiosa::fea::micro {

/// A node belongs to the process that owns the voxel nodes at its place.
struct MeshShare {
  CoarseMesh mesh;                      ///< own nodes first, then those of others that their cubes have; blocks are of own nodes
  std::vector<std::int32_t> elements;   ///< of the mesh, as numbers of the surroundings' mesh
  std::vector<std::int32_t> own_nodes;  ///< the same of the own nodes
  std::vector<std::int32_t> global;     ///< number of every node in the whole level: by process, then as here
  std::unique_ptr<Halo> halo;           ///< of vectors with four numbers per node

  Processes* processes = nullptr;

  std::int32_t own_count() const { return mesh.block_first_node.back(); }
  /// Gets the values of other processes' nodes.
  void update(CoarseVector& v) const { halo->update(reinterpret_cast<float*>(v.data())); }
};
/// @param around  level `level` (1: cubes of two voxels) over the surroundings; right at own nodes and one cube beyond
/// @param transfers  elements that interpolate own nodes of the finer level: they are part of the share, beside those at own nodes
MeshShare share_mesh(const CoarseMesh& around, int level, const std::vector<char>& transfers, const VoxelShare& share);

/// The first coarse level of the share. @param around  over the surroundings
struct FirstLevelShare {
  MeshShare share;
  FirstCoarseLevel level;  ///< its mesh is empty: it is that of the share
};
FirstLevelShare share_first_level(const FirstCoarseLevel& around, const VoxelShare& share);

/// A whole level, its nodes numbered as MeshShare::global.
struct GatheredLevel {
  CoarseMesh mesh;  ///< without blocks
  std::vector<CubeMoments> moments;
};
/// @param moments  of the elements of `around`
GatheredLevel gather_level(const CoarseMesh& around, const std::vector<CubeMoments>& moments, int level, const MeshShare& part, const VoxelShare& share);

}  // namespace spongiosa::fea::micro
