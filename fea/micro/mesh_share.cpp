#include "fea/micro/mesh_share.h"

#include "core/error.h"

#include <tbb/parallel_sort.h>

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

constexpr std::int64_t kPositionBits = 15;

/// Nodes told apart by their place and, where several have the same, by their order there: it is the same in all processes, because
/// elements are always in the order of their blocks, and in these in that of the finer level.
class NodeNames {
 public:
  explicit NodeNames(const CoarseMesh& mesh) : place_(std::size_t(mesh.node_count), -1) {
    for (std::size_t e = 0; e < mesh.element_count(); ++e)
      for (std::size_t a = 0; a < 8; ++a) {
        std::int64_t key = 0;
        for (std::size_t d = 0; d < 3; ++d) key |= std::int64_t(mesh.cube[e][d] + int(a >> d & 1)) << kPositionBits * int(d);
        place_[std::size_t(mesh.nodes[e][a])] = key;
      }
    for (std::size_t n = 0; n < place_.size(); ++n)
      if (place_[n] >= 0) sorted_.emplace_back(place_[n], std::int32_t(n));
    tbb::parallel_sort(sorted_.begin(), sorted_.end());
  }

  Index3 place(std::int32_t node) const {
    constexpr std::int64_t mask = (1 << kPositionBits) - 1;
    const std::int64_t key = place_[std::size_t(node)];
    return {key & mask, key >> kPositionBits & mask, key >> 2 * kPositionBits};
  }
  std::int64_t name(std::int32_t node) const {
    const auto first = first_at(place_[std::size_t(node)]);
    const auto own = std::lower_bound(first, sorted_.end(), std::pair(place_[std::size_t(node)], node));
    return place_[std::size_t(node)] << kCopyBits | (own - first);
  }
  /// -1 when there is none.
  std::int32_t find(std::int64_t name) const {
    const auto first = first_at(name >> kCopyBits);
    const std::int64_t copy = name & ((1 << kCopyBits) - 1);
    if (sorted_.end() - first <= copy || first[copy].first != name >> kCopyBits) return -1;
    return first[copy].second;
  }

 private:
  using Sorted = std::vector<std::pair<std::int64_t, std::int32_t>>;
  static constexpr std::int64_t kCopyBits = 12;
  Sorted::const_iterator first_at(std::int64_t place) const { return std::lower_bound(sorted_.begin(), sorted_.end(), std::pair(place, std::int32_t(-1))); }

  std::vector<std::int64_t> place_;
  Sorted sorted_;
};

}  // namespace

MeshShare share_mesh(const CoarseMesh& around, int level, const std::vector<char>& transfers, const VoxelShare& share) {
  MeshShare part;
  CoarseMesh& mesh = part.mesh;
  mesh.grid = around.grid;
  const NodeNames names(around);
  const auto owner = [&](std::int32_t n) {
    const Index3 p = names.place(n);
    return share.owner({p[0] << level, p[1] << level, p[2] << level});
  };
  std::vector<char> own(std::size_t(around.node_count), 0), used(std::size_t(around.node_count), 0);
  for (std::int32_t n = 0; n < around.node_count; ++n) own[std::size_t(n)] = owner(n) == share.processes().rank();
  for (std::size_t e = 0; e < around.element_count(); ++e) {
    bool in = transfers[e] != 0;
    for (const std::int32_t n : around.nodes[e]) in = in || own[std::size_t(n)];
    if (!in) continue;
    part.elements.push_back(std::int32_t(e));
    for (const std::int32_t n : around.nodes[e]) used[std::size_t(n)] = 1;
  }
  // Own nodes by blocks, then the others.
  std::vector<std::int32_t> number(std::size_t(around.node_count), -1), ghosts;
  mesh.block_first_node.push_back(0);
  for (std::size_t b = 0; b + 1 < around.block_first_node.size(); ++b) {
    for (std::int32_t n = around.block_first_node[b]; n < around.block_first_node[b + 1]; ++n) {
      if (own[std::size_t(n)]) {
        number[std::size_t(n)] = std::int32_t(part.own_nodes.size());
        part.own_nodes.push_back(n);
      } else if (used[std::size_t(n)]) {
        ghosts.push_back(n);
      }
    }
    if (std::int32_t(part.own_nodes.size()) > mesh.block_first_node.back()) mesh.block_first_node.push_back(std::int32_t(part.own_nodes.size()));
  }
  const std::int64_t own_count = std::int64_t(part.own_nodes.size());
  for (std::size_t g = 0; g < ghosts.size(); ++g) number[std::size_t(ghosts[g])] = std::int32_t(own_count + std::int64_t(g));
  mesh.node_count = std::int32_t(own_count + std::int64_t(ghosts.size()));
  mesh.fixed.resize(std::size_t(mesh.node_count));
  for (std::size_t n = 0; n < number.size(); ++n)
    if (number[n] >= 0) mesh.fixed[std::size_t(number[n])] = around.fixed[n];
  for (const std::int32_t e : part.elements) {
    mesh.cube.push_back(around.cube[std::size_t(e)]);
    mesh.nodes.push_back(around.nodes[std::size_t(e)]);
    for (std::int32_t& n : mesh.nodes.back()) n = number[std::size_t(n)];
  }

  std::vector<int> owners;
  std::vector<std::int64_t> keys;
  for (const std::int32_t n : ghosts) {
    owners.push_back(owner(n));
    keys.push_back(names.name(n));
  }
  Processes& processes = share.processes();
  part.processes = &processes;
  const std::vector<std::int64_t> answers = ask_owners(processes, owners, keys, [&](std::int64_t name) {
    const std::int32_t n = names.find(name);
    SPONGIOSA_ASSERT(n >= 0 && own[std::size_t(n)]);
    return std::int64_t(number[std::size_t(n)]);
  });
  const std::vector<std::int64_t> counts = processes.gather(std::span<const std::int64_t>(&own_count, 1));
  std::vector<std::int64_t> first(1, 0);
  for (const std::int64_t c : counts) first.push_back(first.back() + c);
  SPONGIOSA_ASSERT(first.back() < (1LL << 31));
  for (std::int64_t n = 0; n < own_count; ++n) part.global.push_back(std::int32_t(first[std::size_t(processes.rank())] + n));
  std::vector<Ghost> exchanged;
  for (std::size_t g = 0; g < ghosts.size(); ++g) {
    part.global.push_back(std::int32_t(first[std::size_t(owners[g])] + answers[g]));
    for (std::int64_t c = 0; c < 4; ++c) exchanged.push_back({owners[g], 4 * answers[g] + c, 4 * (own_count + std::int64_t(g)) + c});
  }
  part.halo = processes.make_halo(4 * own_count, exchanged);
  return part;
}

FirstLevelShare share_first_level(const FirstCoarseLevel& around, const VoxelShare& share) {
  std::vector<char> transfers(around.mesh.element_count());
  for (std::size_t e = 0; e < transfers.size(); ++e) transfers[e] = around.transfer.begin[e + 1] > around.transfer.begin[e];
  FirstLevelShare own{share_mesh(around.mesh, 1, transfers, share), {}};
  // All entries belong to elements of the share, which are in the same order.
  own.level.transfer.x = around.transfer.x;
  own.level.transfer.stride_place = around.transfer.stride_place;
  for (const std::int32_t e : own.share.elements) {
    own.level.scale.push_back(around.scale[std::size_t(e)]);
    own.level.transfer.begin.push_back(around.transfer.begin[std::size_t(e)]);
  }
  own.level.transfer.begin.push_back(around.transfer.begin.back());
  return own;
}

GatheredLevel gather_level(const CoarseMesh& around, const std::vector<CubeMoments>& moments, int level, const MeshShare& part, const VoxelShare& share) {
  struct Element {
    std::array<std::int32_t, 3> cube;
    std::array<std::int32_t, 8> nodes;
    CubeMoments moments;
  };
  std::vector<Element> own;
  for (std::size_t i = 0; i < part.elements.size(); ++i) {
    const auto& cube = part.mesh.cube[i];
    if (!share.owns({std::int64_t(cube[0]) << level, std::int64_t(cube[1]) << level, std::int64_t(cube[2]) << level})) continue;
    own.push_back({cube, part.mesh.nodes[i], moments[std::size_t(part.elements[i])]});
    for (std::int32_t& n : own.back().nodes) n = part.global[std::size_t(n)];
  }
  GatheredLevel all;
  all.mesh.grid = around.grid;
  for (const Element& e : share.processes().gather(std::span<const Element>(own))) {
    all.mesh.cube.push_back(e.cube);
    all.mesh.nodes.push_back(e.nodes);
    all.moments.push_back(e.moments);
  }
  all.mesh.fixed = share.processes().gather(std::span<const std::uint8_t>(part.mesh.fixed.data(), std::size_t(part.own_count())));
  all.mesh.node_count = std::int32_t(all.mesh.fixed.size());
  return all;
}

}  // namespace spongiosa::fea::micro
