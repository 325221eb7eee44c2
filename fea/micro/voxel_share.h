#pragma once
/// The part of a voxel solid that one of several processes works on.
///
/// Blocks are divided in whole rows along x: each process gets a run of rows in the order of y, then z, with about the same number of
/// voxels. It holds these and one layer of voxels around them, whose nodes' values it gets from their owners.

#include "core/processes.h"
#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

class VoxelShare {
 public:
  /// @param source  of the whole solid, see VoxelBlocks; asked for no more than this process's blocks and those around, and for its part of
  ///                the counting
  /// @param processes  must outlive the share
  /// @throws Error(kBadInput) for a periodic solid, or one with too few rows of blocks for so many processes.
  VoxelShare(const VoxelGrid& grid, const VoxelBlocks::Source& source, float smallest_scale, Processes& processes);

  Processes& processes() const { return processes_; }
  /// Own blocks, and what of others touches their nodes.
  const VoxelBlocks& model() const { return *model_; }
  /// Of the unknowns of model().
  Halo& halo() const { return *halo_; }
  std::int64_t unknowns_of_all() const { return unknowns_of_all_; }
  /// Which process owns the nodes at a position; beyond the grid that of the last block.
  int owner(const Index3& node) const;
  bool owns(const Index3& node) const { return owner(node) == processes_.rank(); }

  /// Own blocks with ten layers of voxels before and six behind: all that the first two coarse levels of the own nodes depend on
  /// (a coarse node is complete when all cubes around it are, a coarse cube when all its nodes are). Its own nodes are numbered
  /// as in model().
  VoxelBlocks surroundings() const;
  /// Held components of `around` (surroundings()), with those of other processes. @param own_fixed  this process's, own unknowns
  std::vector<std::int64_t> fixed_around(const VoxelBlocks& around, const std::vector<std::int64_t>& own_fixed) const;

 private:
  void divide();
  /// Own blocks with layers of voxels around.
  VoxelBlocks with_layers(int before, int behind) const;
  std::unique_ptr<Halo> halo_of(const VoxelBlocks& model) const;

  VoxelGrid grid_;
  VoxelBlocks::Source source_;
  float smallest_scale_;
  Processes& processes_;
  std::int64_t rows_[2];                     ///< of blocks along y and z
  std::vector<std::int64_t> first_row_;      ///< of each process, y + rows_[0] z; and the end
  std::unique_ptr<VoxelBlocks> model_;
  std::unique_ptr<Halo> halo_;
  std::int64_t unknowns_of_all_ = 0;
};

/// The voxels of a solid as a source.
VoxelBlocks::Source source_of(const VoxelBlocks& model);

/// What the owners answer to questions about their things: answer(key) is called where `owner` says. Collective.
template <class Answer>
std::vector<std::int64_t> ask_owners(Processes& processes, const std::vector<int>& owner, const std::vector<std::int64_t>& key, const Answer& answer) {
  std::vector<std::vector<std::int64_t>> questions(std::size_t(processes.size()));
  for (std::size_t i = 0; i < key.size(); ++i) questions[std::size_t(owner[i])].push_back(key[i]);
  std::vector<std::vector<std::int64_t>> answers = processes.exchange(questions);
  for (std::vector<std::int64_t>& list : answers)
    for (std::int64_t& k : list) k = answer(k);
  const std::vector<std::vector<std::int64_t>> back = processes.exchange(answers);
  std::vector<std::size_t> next(back.size(), 0);
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < key.size(); ++i) result.push_back(back[std::size_t(owner[i])][next[std::size_t(owner[i])]++]);
  return result;
}

}  // namespace spongiosa::fea::micro
