#include "fea/micro/coarse_mesh.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>

namespace spongiosa::fea::micro {

namespace {

/// A 2x2x2 cube's voxels all share its middle node, so there is one coarse element per cube with solid; only its nodes may be doubled.
/// Around a coarse vertex lie 8 cubes (slot s at side (s & 1, s >> 1 & 1, s >> 2)) with 8 voxels each: 64 bits, slot * 8 + voxel.
/// kTouch[n][s] are the voxels of slot s that touch the n-th of the 27 fine nodes that depend on the vertex.
struct VertexTables {
  std::array<std::array<std::uint8_t, 8>, 27> touch{};
};
constexpr VertexTables make_vertex_tables() {
  VertexTables tables;
  for (int n = 0; n < 27; ++n) {
    const int offset[3] = {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1};
    for (int s = 0; s < 8; ++s)
      for (int v = 0; v < 8; ++v) {
        bool touches = true;
        for (int d = 0; d < 3; ++d) {
          const int position = 2 * (s >> d & 1) + (v >> d & 1);  // 0..3; the vertex is node 2
          const int node = 2 + offset[d];
          if (position != node - 1 && position != node) touches = false;
        }
        if (touches) tables.touch[std::size_t(n)][std::size_t(s)] |= std::uint8_t(1 << v);
      }
  }
  return tables;
}
constexpr VertexTables kVertex = make_vertex_tables();

/// Number of separate nodes at a vertex, and which one each slot has (-1: no solid in that cube).
int split_vertex(const std::uint8_t (&voxels)[8], int (&copy)[8]) {
  int group[8];
  for (int s = 0; s < 8; ++s) group[s] = voxels[s] ? s : -1;
  for (int n = 0; n < 27; ++n) {
    int first = -1;
    for (int s = 0; s < 8; ++s) {
      if (!(voxels[s] & kVertex.touch[std::size_t(n)][std::size_t(s)])) continue;
      if (first < 0) {
        first = s;
        continue;
      }
      const int keep = std::min(group[first], group[s]), drop = std::max(group[first], group[s]);
      for (int t = 0; t < 8; ++t)
        if (group[t] == drop) group[t] = keep;
    }
  }
  int count = 0, number[8];
  for (int s = 0; s < 8; ++s) {
    if (group[s] == s) number[s] = count++;
    copy[s] = group[s] < 0 ? -1 : number[group[s]];
  }
  return count;
}

Index3 plus(const Index3& a, int bits, int sign) {
  return {a[0] + sign * (bits & 1), a[1] + sign * (bits >> 1 & 1), a[2] + sign * (bits >> 2)};
}

}  // namespace

FirstCoarseLevel coarsen_voxels(const VoxelBlocks& model, const std::vector<std::int64_t>& fixed) {
  SPONGIOSA_ASSERT(model.unknown_count() < (1LL << 31));
  for (std::size_t a = 0; a < 3; ++a)
    if (model.grid().periodic[a] && model.grid().size[a] % 2)
      fail_input("the periodic voxel model has {} voxels along axis {}; the solver expects an even number, for its coarse levels",
                 model.grid().size[a], a);
  FirstCoarseLevel level;
  CoarseMesh& mesh = level.mesh;
  mesh.grid = model.grid();
  for (std::size_t a = 0; a < 3; ++a) mesh.grid.size[a] = (mesh.grid.size[a] + 1) / 2;

  // The cubes as a voxel solid of half the resolution give numbering and look-up.
  const VoxelBlocks cubes(
      mesh.grid,
      [&](const Index3& block, float* scale) {
        bool any = false;
        for (int v = 0; v < 512; ++v) {
          const Index3 cube{8 * block[0] + v % 8, 8 * block[1] + v / 8 % 8, 8 * block[2] + v / 64};
          scale[v] = 0.0f;
          if (cube[0] >= mesh.grid.size[0] || cube[1] >= mesh.grid.size[1] || cube[2] >= mesh.grid.size[2]) continue;
          for (int child = 0; child < 8; ++child)
            if (model.voxel_index(plus({2 * cube[0], 2 * cube[1], 2 * cube[2]}, child, 1)) >= 0) scale[v] = 1.0f;
          any = any || scale[v] > 0.0f;
        }
        return any;
      },
      0.5f);
  const std::size_t count = std::size_t(cubes.voxel_count());
  mesh.cube.resize(count);
  mesh.nodes.resize(count);
  level.scale.resize(count);
  std::vector<std::uint8_t> solid(count, 0);
  const std::size_t block_count = cubes.blocks().size();
  tbb::parallel_for(std::size_t(0), block_count, [&](std::size_t b) {
    cubes.visit_voxels(cubes.blocks()[b], [&](const Index3& cube, std::int64_t e) {
      mesh.cube[std::size_t(e)] = {std::int32_t(cube[0]), std::int32_t(cube[1]), std::int32_t(cube[2])};
      for (int child = 0; child < 8; ++child) {
        const float scale = model.scale_at(plus({2 * cube[0], 2 * cube[1], 2 * cube[2]}, child, 1));
        level.scale[std::size_t(e)][std::size_t(child)] = scale;
        if (scale > 0.0f) solid[std::size_t(e)] |= std::uint8_t(1 << child);
      }
    });
  });

  // Twice over the vertices: count the nodes of every block, then number them.
  std::vector<std::int32_t> first_node(block_count + 1, 0), copies_in(block_count, 0);
  const auto visit_vertices = [&](bool write) {
    tbb::parallel_for(std::size_t(0), block_count, [&](std::size_t b) {
      std::int32_t next = write ? first_node[b] : 0;
      cubes.visit_nodes(cubes.blocks()[b], [&](const Index3& vertex, VoxelBlocks::NodeIndex) {
        std::uint8_t voxels[8];
        std::int64_t element[8];
        int copy[8];
        for (int s = 0; s < 8; ++s) {
          element[s] = cubes.voxel_index(plus(vertex, 7 - s, -1));
          voxels[s] = element[s] < 0 ? 0 : solid[std::size_t(element[s])];
        }
        const int copies = split_vertex(voxels, copy);
        if (write)
          for (int s = 0; s < 8; ++s)
            if (copy[s] >= 0) mesh.nodes[std::size_t(element[s])][std::size_t(7 - s)] = next + copy[s];
        next += copies;
      });
      if (!write) copies_in[b] = next;
    });
  };
  visit_vertices(false);
  for (std::size_t b = 0; b < block_count; ++b) first_node[b + 1] = first_node[b] + copies_in[b];
  visit_vertices(true);
  mesh.node_count = first_node[block_count];
  mesh.block_first_node = first_node;

  // Every fine node goes to the coarse element of one of its voxels.
  std::vector<std::int32_t> parent(std::size_t(model.node_count()));
  std::vector<Place> place(std::size_t(model.node_count()));
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    std::size_t n = std::size_t(model.blocks()[b].first_node);
    model.visit_nodes(model.blocks()[b], [&](const Index3& node, VoxelBlocks::NodeIndex) {
      for (int corner = 0; corner < 8; ++corner) {
        Index3 voxel = plus(node, corner, -1);
        for (std::size_t a = 0; a < 3; ++a)
          if (voxel[a] < 0 && model.grid().periodic[a]) voxel[a] += model.grid().size[a];
        if (model.voxel_index(voxel) < 0) continue;
        parent[n] = std::int32_t(cubes.voxel_index({voxel[0] / 2, voxel[1] / 2, voxel[2] / 2}));
        int code = 0, base = 1;
        for (int d = 0; d < 3; ++d, base *= 3) code += base * int(voxel[std::size_t(d)] % 2 + (corner >> d & 1));
        place[n] = Place(code);
        break;
      }
      ++n;
    });
  });
  VoxelTransfer& transfer = level.transfer;
  transfer.begin.assign(count + 1, 0);
  const std::size_t own_count = std::size_t(model.own_node_count());
  for (std::size_t n = 0; n < own_count; ++n) ++transfer.begin[std::size_t(parent[n]) + 1];
  for (std::size_t e = 0; e < count; ++e) transfer.begin[e + 1] += transfer.begin[e];
  transfer.x.resize(own_count);
  transfer.stride_place.resize(own_count);
  {
    std::vector<std::int64_t> next(transfer.begin.begin(), transfer.begin.end() - 1);
    for (const VoxelBlock& block : model.own_blocks())
      for (std::int32_t i = 0; i < block.node_count; ++i) {
        const std::size_t n = std::size_t(block.first_node + i), to = std::size_t(next[std::size_t(parent[n])]++);
        transfer.x[to] = std::int32_t(3 * block.first_node + i);
        transfer.stride_place[to] = std::uint16_t(block.node_count << 5 | place[n]);
      }
  }

  mesh.fixed.assign(std::size_t(mesh.node_count), 0);
  std::size_t f = 0;
  for (const VoxelBlock& block : model.blocks())
    for (; f < fixed.size() && fixed[f] < 3 * (block.first_node + block.node_count); ++f) {
      const std::int64_t local = fixed[f] - 3 * block.first_node;
      const std::size_t n = std::size_t(block.first_node + local % block.node_count);
      for (int corner = 0; corner < 8; ++corner)
        if (weight_exponent(place[n], corner) >= 0)
          mesh.fixed[std::size_t(mesh.nodes[std::size_t(parent[n])][std::size_t(corner)])] |= std::uint8_t(1 << local / block.node_count);
    }
  return level;
}

}  // namespace spongiosa::fea::micro
