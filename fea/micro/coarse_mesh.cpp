#include "fea/micro/coarse_mesh.h"

#include "core/error.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>

namespace spongiosa::fea::micro {

namespace {

/// Sets that are joined from several threads. A root is always linked to a smaller one, so that each set ends with its smallest member as
/// root, whatever the order of joins.
class Union {
 public:
  explicit Union(std::size_t count) : parent_(count) {
    for (std::size_t i = 0; i < count; ++i) parent_[i].store(std::int32_t(i), kRelaxed);
  }
  std::int32_t find(std::int32_t i) {
    for (std::int32_t above; (above = parent(i)) != i; i = above) {
      const std::int32_t next = parent(above);
      if (next != above) parent_[std::size_t(i)].store(next, kRelaxed);  // shortens the way
    }
    return i;
  }
  void join(std::int32_t a, std::int32_t b) {
    for (;;) {
      a = find(a);
      b = find(b);
      if (a == b) return;
      if (a < b) std::swap(a, b);
      std::int32_t root = a;
      if (parent_[std::size_t(a)].compare_exchange_strong(root, b, kRelaxed)) return;
    }
  }

 private:
  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
  std::int32_t parent(std::int32_t i) const { return parent_[std::size_t(i)].load(kRelaxed); }
  std::vector<std::atomic<std::int32_t>> parent_;
};

/// In parallel, a thousand and more at a time.
template <class Work>
void for_each(std::size_t count, const Work& work) {
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 1024), [&](const auto& range) {
    for (std::size_t i = range.begin(); i < range.end(); ++i) work(i);
  });
}

/// Elements around each node, ascending.
struct NodeElements {
  explicit NodeElements(const CoarseMesh& mesh) : begin(std::size_t(mesh.node_count) + 1, 0), element(8 * mesh.element_count()) {
    for (const auto& nodes : mesh.nodes)
      for (const std::int32_t n : nodes) ++begin[std::size_t(n) + 1];
    for (std::size_t n = 0; n < std::size_t(mesh.node_count); ++n) begin[n + 1] += begin[n];
    std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t e = 0; e < mesh.element_count(); ++e)
      for (const std::int32_t n : mesh.nodes[e]) element[std::size_t(next[std::size_t(n)]++)] = std::int32_t(e);
  }
  std::vector<std::int64_t> begin;
  std::vector<std::int32_t> element;
};

int corner_of(const CoarseMesh& mesh, std::int32_t element, std::int32_t node) {
  const auto& nodes = mesh.nodes[std::size_t(element)];
  return int(std::find(nodes.begin(), nodes.end(), node) - nodes.begin());
}

}  // namespace

int weight_exponent(Place place, int corner) {
  int exponent = 0;
  for (int d = 0; d < 3; ++d, place /= 3) {
    if (place % 3 == 1) ++exponent;
    else if (place % 3 / 2 != (corner >> d & 1)) return -1;
  }
  return exponent;
}

bool can_coarsen(const CoarseMesh& mesh) {
  bool smaller = false;
  for (std::size_t a = 0; a < 3; ++a) {
    if (mesh.grid.periodic[a] && mesh.grid.size[a] % 2) return false;
    smaller = smaller || mesh.grid.size[a] > 1;
  }
  return smaller;
}

NextCoarseLevel coarsen_mesh(const CoarseMesh& fine) {
  NextCoarseLevel level;
  CoarseMesh& mesh = level.mesh;
  mesh.grid = fine.grid;
  for (std::size_t a = 0; a < 3; ++a) mesh.grid.size[a] = (fine.grid.size[a] + 1) / 2;
  const std::size_t count = fine.element_count();
  const NodeElements around(fine);
  const auto same_cube = [&](std::int32_t e, std::int32_t f) {
    const auto &a = fine.cube[std::size_t(e)], &b = fine.cube[std::size_t(f)];
    return a[0] / 2 == b[0] / 2 && a[1] / 2 == b[1] / 2 && a[2] / 2 == b[2] / 2;
  };

  // Pieces: elements of one coarse cube that share nodes.
  Union pieces(count);
  for_each(std::size_t(fine.node_count), [&](std::size_t n) {
    for (std::int64_t i = around.begin[n]; i < around.begin[n + 1]; ++i)
      for (std::int64_t j = around.begin[n]; j < i; ++j)
        if (same_cube(around.element[std::size_t(i)], around.element[std::size_t(j)]))
          pieces.join(around.element[std::size_t(i)], around.element[std::size_t(j)]);
  });
  std::vector<std::int32_t> roots;
  for (std::size_t e = 0; e < count; ++e)
    if (std::size_t(pieces.find(std::int32_t(e))) == e) roots.push_back(std::int32_t(e));
  const auto block_of = [&](std::int32_t root) {
    const auto& cube = fine.cube[std::size_t(root)];
    return std::array<std::int32_t, 3>{cube[2] / 16, cube[1] / 16, cube[0] / 16};
  };
  std::stable_sort(roots.begin(), roots.end(), [&](std::int32_t a, std::int32_t b) { return block_of(a) < block_of(b); });
  level.parent.assign(count, -1);
  for (const std::int32_t root : roots) {
    const auto& cube = fine.cube[std::size_t(root)];
    level.parent[std::size_t(root)] = std::int32_t(mesh.cube.size());
    mesh.cube.push_back({cube[0] / 2, cube[1] / 2, cube[2] / 2});
  }
  for_each(count, [&](std::size_t e) {
    const std::size_t root = std::size_t(pieces.find(std::int32_t(e)));
    if (root != e) level.parent[e] = level.parent[root];
  });

  // Corners of coarse elements become one node where a fine node that depends on them belongs to both.
  Union corners(8 * mesh.cube.size());
  level.node_parent.resize(std::size_t(fine.node_count));
  level.node_place.resize(std::size_t(fine.node_count));
  for_each(std::size_t(fine.node_count), [&](std::size_t n) {
    std::int32_t first[8];
    std::fill(first, first + 8, -1);
    for (std::int64_t i = around.begin[n]; i < around.begin[n + 1]; ++i) {
      const std::int32_t e = around.element[std::size_t(i)], coarse = level.parent[std::size_t(e)];
      // A node may be several corners of one element on a periodic axis with a single cube.
      for (int corner = 0; corner < 8; ++corner) {
        if (fine.nodes[std::size_t(e)][std::size_t(corner)] != std::int32_t(n)) continue;
        int place[3];
        for (int d = 0; d < 3; ++d) place[d] = fine.cube[std::size_t(e)][std::size_t(d)] % 2 + (corner >> d & 1);
        // Vertices of the corner, edge, face or inside that the node lies on, told by the axes along which it is in the middle.
        for (int side = 0; side < 8; ++side) {
          int vertex = 0;
          bool exists = true;
          for (int d = 0; d < 3; ++d) {
            if (place[d] == 1) vertex |= side & 1 << d;
            else if (side >> d & 1) exists = false;
            else vertex |= place[d] / 2 << d;
          }
          if (!exists) continue;
          if (first[side] < 0) first[side] = 8 * coarse + vertex;
          else corners.join(first[side], 8 * coarse + vertex);
        }
        if (i == around.begin[n] && corner == corner_of(fine, e, std::int32_t(n))) {
          level.node_parent[n] = coarse;
          level.node_place[n] = Place(place[0] + 3 * place[1] + 9 * place[2]);
        }
      }
    }
  });
  mesh.nodes.resize(mesh.cube.size());
  std::vector<std::int32_t> number(8 * mesh.cube.size(), -1);
  for (std::size_t c = 0; c < number.size(); ++c) {
    if (c % 8 == 0 && (c == 0 || block_of(roots[c / 8]) != block_of(roots[c / 8 - 1]))) mesh.block_first_node.push_back(mesh.node_count);
    const std::size_t root = std::size_t(corners.find(std::int32_t(c)));
    if (root == c) number[c] = mesh.node_count++;
    mesh.nodes[c / 8][c % 8] = number[root];
  }
  mesh.block_first_node.push_back(mesh.node_count);

  // What a held fine component depends on is held.
  mesh.fixed.assign(std::size_t(mesh.node_count), 0);
  for (std::size_t n = 0; n < std::size_t(fine.node_count); ++n)
    if (fine.fixed[n])
      for (int corner = 0; corner < 8; ++corner)
        if (weight_exponent(level.node_place[n], corner) >= 0)
          mesh.fixed[std::size_t(mesh.nodes[std::size_t(level.node_parent[n])][std::size_t(corner)])] |= fine.fixed[n];
  return level;
}

}  // namespace spongiosa::fea::micro
