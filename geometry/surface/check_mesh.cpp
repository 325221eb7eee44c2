#include "core/error.h"
#include "geometry/surface/check_mesh.h"
#include "geometry/surface/exact_orientation.h"
#include "geometry/surface/vertex_sets.h"
#include "geometry/surface/vertex_weld.h"

#include <tbb/blocked_range.h>
#include <tbb/combinable.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace spongiosa::geometry {

namespace {

/// The triangles around each vertex, as the side opposite to it: one flat list, no nodes.
struct Stars {
  struct Side {
    std::uint32_t from, to;
  };
  std::vector<std::uint64_t> start;  ///< per vertex, and one past the end
  std::vector<Side> sides;
};

bool collapsed(const std::array<std::uint32_t, 3>& t) { return t[0] == t[1] || t[1] == t[2] || t[2] == t[0]; }

Stars make_stars(const std::vector<std::array<std::uint32_t, 3>>& triangles, const std::vector<std::uint32_t>& same) {
  Stars stars;
  stars.start.assign(same.size() + 2, 0);
  const auto matched = [&](const std::array<std::uint32_t, 3>& t) {
    return std::array{same[t[0]], same[t[1]], same[t[2]]};
  };
  // Counting sort: start[v + 2] counts, start[v + 1] becomes the place of the next entry and in the end the end of v.
  for (const auto& triangle : triangles) {
    const auto t = matched(triangle);
    if (collapsed(t)) continue;
    for (const std::uint32_t v : t) ++stars.start[v + 2];
  }
  for (std::size_t v = 2; v < stars.start.size(); ++v) stars.start[v] += stars.start[v - 1];
  stars.sides.resize(stars.start.back());
  for (const auto& triangle : triangles) {
    const auto t = matched(triangle);
    if (collapsed(t)) continue;
    for (int c = 0; c < 3; ++c)
      stars.sides[stars.start[t[std::size_t(c)] + 1]++] = {t[std::size_t((c + 1) % 3)], t[std::size_t((c + 2) % 3)]};
  }
  stars.start.pop_back();
  return stars;
}

struct Counts {
  std::int64_t vertices = 0, edges = 0, open = 0, non_manifold = 0, misoriented = 0, pinched = 0;
  void add(const Counts& other) {
    vertices += other.vertices;
    edges += other.edges;
    open += other.open;
    non_manifold += other.non_manifold;
    misoriented += other.misoriented;
    pinched += other.pinched;
  }
};

/// Looks at the triangles around vertex v. A triangle (v, a, b) runs along the edge v-a away from v and along v-b towards it.
Counts around_vertex(std::uint32_t v, const Stars::Side* begin, const Stars::Side* end,
                     std::vector<std::tuple<std::uint32_t, bool, std::uint32_t>>& spokes, std::vector<std::uint32_t>& group) {
  Counts counts;
  const std::size_t fans = std::size_t(end - begin);
  if (fans == 0) return counts;
  counts.vertices = 1;
  spokes.clear();
  for (std::size_t n = 0; n < fans; ++n) {
    spokes.emplace_back(begin[n].from, false, std::uint32_t(n));
    spokes.emplace_back(begin[n].to, true, std::uint32_t(n));
  }
  std::sort(spokes.begin(), spokes.end());
  // Triangles that share an edge at v belong together; more than one group means that fans touch in a point.
  group.resize(fans);
  std::iota(group.begin(), group.end(), 0u);
  const auto find = [&](std::uint32_t a) {
    while (group[a] != a) a = group[a] = group[group[a]];
    return a;
  };
  std::size_t groups = fans;
  for (std::size_t first = 0; first < spokes.size();) {
    const std::uint32_t other = std::get<0>(spokes[first]);
    std::size_t last = first, towards = 0;
    for (; last < spokes.size() && std::get<0>(spokes[last]) == other; ++last) {
      towards += std::get<1>(spokes[last]);
      const std::uint32_t a = find(std::get<2>(spokes[first])), b = find(std::get<2>(spokes[last]));
      if (a != b) {
        group[std::max(a, b)] = std::min(a, b);
        --groups;
      }
    }
    const std::size_t uses = last - first;
    if (v < other) {  // each edge is seen from both ends
      ++counts.edges;
      if (uses == 1) ++counts.open;
      if (uses > 2) ++counts.non_manifold;
      if (uses == 2 && towards != 1) ++counts.misoriented;
    }
    first = last;
  }
  if (groups > 1) counts.pinched = 1;
  return counts;
}

}  // namespace

std::vector<std::uint32_t> match_positions(const std::vector<Vec3f>& vertices) {
  // Weld numbers follow the order of first appearance, so the first vertex of each place is met when its number is new.
  constexpr std::size_t kAhead = 16;
  VertexWeld weld(vertices.size());
  std::vector<std::uint32_t> same(vertices.size()), first;
  first.reserve(vertices.size());
  for (std::size_t v = 0; v < vertices.size(); ++v) {
    if (v + kAhead < vertices.size()) weld.fetch(vertices[v + kAhead]);
    const std::uint32_t place = weld.number(vertices[v]);
    if (place == first.size()) first.push_back(std::uint32_t(v));
    same[v] = first[place];
  }
  return same;
}

MeshReport check_mesh(const TriangleMesh& mesh) { return check_mesh(mesh, match_positions(mesh.vertices)); }

MeshReport check_mesh(const TriangleMesh& mesh, const std::vector<std::uint32_t>& same) {
  MeshReport report;
  report.triangles = std::int64_t(mesh.triangles.size());
  report.volume_mm3 = mesh.volume_mm3();
  report.area_mm2 = mesh.area_mm2();

  tbb::combinable<std::int64_t> degenerate([] { return std::int64_t(0); });
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, mesh.triangles.size()), [&](const tbb::blocked_range<std::size_t>& range) {
    std::int64_t& count = degenerate.local();
    for (std::size_t n = range.begin(); n < range.end(); ++n) {
      const auto& t = mesh.triangles[n];
      if (collinear(mesh.vertices[t[0]], mesh.vertices[t[1]], mesh.vertices[t[2]])) ++count;
    }
  });
  report.degenerate_triangles = degenerate.combine(std::plus<>());

  const Stars stars = make_stars(mesh.triangles, same);
  tbb::combinable<Counts> totals;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, same.size(), 4096), [&](const tbb::blocked_range<std::size_t>& range) {
    Counts& total = totals.local();
    std::vector<std::tuple<std::uint32_t, bool, std::uint32_t>> spokes;
    std::vector<std::uint32_t> group;
    for (std::size_t v = range.begin(); v < range.end(); ++v)
      total.add(around_vertex(std::uint32_t(v), stars.sides.data() + stars.start[v], stars.sides.data() + stars.start[v + 1],
                              spokes, group));
  });
  Counts counts;
  totals.combine_each([&](const Counts& part) { counts.add(part); });
  report.vertices = counts.vertices;
  report.edges = counts.edges;
  report.open_edges = counts.open;
  report.non_manifold_edges = counts.non_manifold;
  report.misoriented_edges = counts.misoriented;
  report.non_manifold_vertices = counts.pinched;

  VertexSets sets(same.size());
  for (const auto& t : mesh.triangles) {
    if (collapsed({same[t[0]], same[t[1]], same[t[2]]})) continue;
    sets.join(same[t[0]], same[t[1]]);
    sets.join(same[t[0]], same[t[2]]);
  }
  for (std::size_t v = 0; v < same.size(); ++v)
    if (stars.start[v] != stars.start[v + 1] && sets.find(std::uint32_t(v)) == v) ++report.components;
  return report;
}

}  // namespace spongiosa::geometry
