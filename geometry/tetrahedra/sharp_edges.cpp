// Marching squares on the faces of the box; crossings are told apart by the grid edge they lie on, so that faces share them.

#include "geometry/tetrahedra/detail/steps.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace spongiosa::geometry::detail {

namespace {

using GridPlace = std::array<std::int64_t, 4>;  // point i, j, k, and the axis of the grid edge that starts there; 3: the point itself

class Tracer {
 public:
  Tracer(const SolidFunction& solid, const SolidBox& box, double step_mm) : solid_(solid), box_(box) {
    for (std::size_t a = 0; a < 3; ++a)
      count_[a] = std::max<std::int64_t>(2, std::llround(std::ceil((box.high_mm - box.low_mm)[Eigen::Index(a)] / step_mm)));
  }

  std::vector<std::vector<Vec3>> trace() {
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (const std::int64_t side : {std::int64_t(0), count_[axis]}) trace_face(axis, side);
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (int corner = 0; corner < 4; ++corner) trace_box_edge(axis, corner);
    return chains();
  }

 private:
  Vec3 place(const Index3& p) const {
    Vec3 result;
    for (std::size_t a = 0; a < 3; ++a) {
      const Eigen::Index e = Eigen::Index(a);
      result[e] = p[a] == count_[a] ? box_.high_mm[e] : box_.low_mm[e] + (box_.high_mm[e] - box_.low_mm[e]) * double(p[a]) / double(count_[a]);
    }
    return result;
  }
  bool inside(const Vec3& p) const { return solid_(p).value < 0.0; }

  int node(const GridPlace& at) {
    const auto [entry, added] = nodes_.emplace(at, int(points_.size()));
    if (!added) return entry->second;
    Index3 first{at[0], at[1], at[2]};
    Vec3 a = place(first);
    if (at[3] < 3) {
      ++first[std::size_t(at[3])];
      const Vec3 b = place(first);
      const bool start_inside = inside(a);
      double low = 0.0, high = 1.0;
      for (int step = 0; step < 48; ++step) {
        const double middle = 0.5 * (low + high);
        (inside(a + middle * (b - a)) == start_inside ? low : high) = middle;
      }
      // A surface through a grid point would put several crossings into one place.
      a += std::clamp(0.5 * (low + high), 1e-3, 1.0 - 1e-3) * (b - a);
    }
    points_.push_back(a);
    links_.emplace_back();
    return entry->second;
  }
  void link(int a, int b) {
    links_[std::size_t(a)].push_back(b);
    links_[std::size_t(b)].push_back(a);
  }

  void trace_face(std::size_t axis, std::int64_t side) {
    const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
    const std::int64_t nu = count_[u], nv = count_[v];
    const auto point = [&](std::int64_t i, std::int64_t j) {
      Index3 p;
      p[axis] = side;
      p[u] = i;
      p[v] = j;
      return p;
    };
    std::vector<char> in(std::size_t((nu + 1) * (nv + 1)));
    for (std::int64_t j = 0; j <= nv; ++j)
      for (std::int64_t i = 0; i <= nu; ++i) in[std::size_t(i + (nu + 1) * j)] = inside(place(point(i, j)));
    for (std::int64_t j = 0; j < nv; ++j)
      for (std::int64_t i = 0; i < nu; ++i) {
        const auto at = [&](std::int64_t di, std::int64_t dj) { return in[std::size_t(i + di + (nu + 1) * (j + dj))] != 0; };
        const auto edge = [&](std::int64_t di, std::int64_t dj, std::size_t along) {
          const Index3 p = point(i + di, j + dj);
          return node({p[0], p[1], p[2], std::int64_t(along)});
        };
        const bool a = at(0, 0), b = at(1, 0), c = at(1, 1), d = at(0, 1);
        std::vector<int> crossed;  // round the square
        if (a != b) crossed.push_back(edge(0, 0, u));
        if (b != c) crossed.push_back(edge(1, 0, v));
        if (c != d) crossed.push_back(edge(0, 1, u));
        if (d != a) crossed.push_back(edge(0, 0, v));
        if (crossed.size() == 2) link(crossed[0], crossed[1]);
        if (crossed.size() < 4) continue;
        // Opposite corners alike: the middle says which of them are joined.
        const bool joined = inside(0.25 * (place(point(i, j)) + place(point(i + 1, j)) + place(point(i, j + 1)) + place(point(i + 1, j + 1)))) == a;
        link(crossed[0], crossed[joined ? 1 : 3]);
        link(crossed[2], crossed[joined ? 3 : 1]);
      }
  }

  void trace_box_edge(std::size_t axis, int corner) {
    const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
    Index3 p{};
    p[u] = corner & 1 ? count_[u] : 0;
    p[v] = corner & 2 ? count_[v] : 0;
    const auto point_node = [&](const Index3& q) { return node({q[0], q[1], q[2], 3}); };
    for (std::int64_t i = 0; i < count_[axis]; ++i) {
      Index3 from = p, to = p;
      from[axis] = i;
      to[axis] = i + 1;
      const bool a = inside(place(from)), b = inside(place(to));
      if (a && b) link(point_node(from), point_node(to));
      if (a != b) link(node({from[0], from[1], from[2], std::int64_t(axis)}), point_node(a ? from : to));
    }
  }

  std::vector<std::vector<Vec3>> chains() const {
    std::vector<std::vector<Vec3>> result;
    std::vector<std::vector<char>> used(links_.size());
    for (std::size_t n = 0; n < links_.size(); ++n) used[n].resize(links_[n].size(), 0);
    const auto walk = [&](int start, std::size_t branch) {
      std::vector<Vec3> chain = {points_[std::size_t(start)]};
      int at = start;
      while (true) {
        const int next = links_[std::size_t(at)][branch];
        used[std::size_t(at)][branch] = 1;
        const auto& back = links_[std::size_t(next)];
        std::size_t reverse = 0;
        while (back[reverse] != at || used[std::size_t(next)][reverse]) ++reverse;
        used[std::size_t(next)][reverse] = 1;
        chain.push_back(points_[std::size_t(next)]);
        at = next;
        if (at == start || back.size() != 2) break;
        branch = 1 - reverse;
      }
      result.push_back(std::move(chain));
    };
    for (const bool corners : {true, false})
      for (std::size_t n = 0; n < links_.size(); ++n)
        for (std::size_t branch = 0; branch < links_[n].size(); ++branch)
          if (!used[n][branch] && (!corners || links_[n].size() != 2)) walk(int(n), branch);
    return result;
  }

  const SolidFunction& solid_;
  const SolidBox& box_;
  Index3 count_{};
  std::map<GridPlace, int> nodes_;
  std::vector<Vec3> points_;
  std::vector<std::vector<int>> links_;
};

}  // namespace

std::vector<std::vector<Vec3>> sharp_edges(const SolidFunction& solid, const SolidBox& box, double step_mm) {
  return Tracer(solid, box, step_mm).trace();
}

}  // namespace spongiosa::geometry::detail
