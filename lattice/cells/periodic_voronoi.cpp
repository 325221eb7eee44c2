#include "lattice/cells/periodic_voronoi.h"

#include "core/error.h"

#include <Eigen/Geometry>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

namespace spongiosa::lattice {
namespace {

constexpr double kSame = 1e-7;  ///< corners nearer than this are one

Vec3 fraction(const Vec3& p) { return p - p.array().floor().matrix(); }

/// A neighbour in one of the copies of the cube around.
struct Neighbour {
  int point;
  std::array<int, 3> offset;
  Vec3 away;  ///< from the point whose cell is made
};

struct Face {
  int neighbour;             ///< index into the list of neighbours; below 0: side of the cube that the clipping starts with
  std::vector<Vec3> corners; ///< in order
};

/// Keeps what lies on the side of `plane` (normal, offset) where normal . p < offset, and closes the cut.
void clip(std::vector<Face>& faces, const Vec3& normal, double offset, int neighbour) {
  std::vector<Vec3> cut;
  std::vector<Face> kept;
  bool changed = false;
  for (const Face& face : faces) {
    Face rest{face.neighbour, {}};
    for (std::size_t n = 0; n < face.corners.size(); ++n) {
      const Vec3 &a = face.corners[n], &b = face.corners[(n + 1) % face.corners.size()];
      const double at_a = normal.dot(a) - offset, at_b = normal.dot(b) - offset;
      if (at_a <= 0.0) rest.corners.push_back(a);
      if ((at_a < 0.0 && at_b > 0.0) || (at_a > 0.0 && at_b < 0.0)) {
        rest.corners.push_back(a + at_a / (at_a - at_b) * (b - a));
        cut.push_back(rest.corners.back());
      }
      if (at_a == 0.0) cut.push_back(a);
      changed = changed || at_a > 0.0;
    }
    if (rest.corners.size() >= 3) kept.push_back(std::move(rest));
  }
  if (!changed) return;
  faces = std::move(kept);
  if (cut.size() < 3) return;
  // The cut is convex: its corners in order of their angle.
  const Vec3 centre = std::accumulate(cut.begin(), cut.end(), Vec3(Vec3::Zero())) / double(cut.size());
  const Vec3 right = normal.unitOrthogonal(), up = normal.normalized().cross(right);
  std::sort(cut.begin(), cut.end(), [&](const Vec3& a, const Vec3& b) {
    return std::atan2(up.dot(a - centre), right.dot(a - centre)) < std::atan2(up.dot(b - centre), right.dot(b - centre));
  });
  Face cap{neighbour, {}};
  for (const Vec3& p : cut)
    if (cap.corners.empty() || (p - cap.corners.back()).norm() > 1e-12) cap.corners.push_back(p);
  if (cap.corners.size() >= 3) faces.push_back(std::move(cap));
}

std::vector<Neighbour> neighbours_by_distance(const std::vector<Vec3>& points, int of) {
  std::vector<Neighbour> list;
  for (int n = 0; n < int(points.size()); ++n)
    for (int c = 0; c < 27; ++c) {
      const std::array<int, 3> offset{c % 3 - 1, c / 3 % 3 - 1, c / 9 - 1};
      if (n == of && c == 13) continue;
      list.push_back({n, offset, points[std::size_t(n)] + Vec3(offset[0], offset[1], offset[2]) - points[std::size_t(of)]});
    }
  std::stable_sort(list.begin(), list.end(), [](const Neighbour& a, const Neighbour& b) { return a.away.squaredNorm() < b.away.squaredNorm(); });
  return list;
}

/// The cell around the origin.
std::vector<Face> voronoi_cell(const std::vector<Neighbour>& neighbours) {
  std::vector<Face> faces;
  // A cube larger than any cell of a periodic set, whose own copies cut it to below one period.
  for (int axis = 0; axis < 3; ++axis)
    for (const double side : {-1.0, 1.0}) {
      Face face{-1, {}};
      for (const auto& [a, b] : {std::pair(-1.0, -1.0), std::pair(1.0, -1.0), std::pair(1.0, 1.0), std::pair(-1.0, 1.0)}) {
        Vec3 p;
        p[axis] = side;
        p[(axis + 1) % 3] = a;
        p[(axis + 2) % 3] = b;
        face.corners.push_back(p);
      }
      faces.push_back(face);
    }
  for (std::size_t n = 0; n < neighbours.size(); ++n) {
    double farthest = 0.0;
    for (const Face& face : faces)
      for (const Vec3& p : face.corners) farthest = std::max(farthest, p.norm());
    if (neighbours[n].away.norm() > 2.0 * farthest) break;
    clip(faces, neighbours[n].away, 0.5 * neighbours[n].away.squaredNorm(), int(n));
  }
  return faces;
}

/// Numbers corners in the unit cube, the same for those that coincide (also across its sides).
class Corners {
 public:
  int number(const Vec3& p) {
    const Vec3 q = fraction(p);
    const auto key = [](const Vec3& x) {
      return std::array<int, 3>{bucket(x[0]), bucket(x[1]), bucket(x[2])};
    };
    const auto here = key(q);
    for (int n = 0; n < 27; ++n) {
      std::array<int, 3> near{here[0] + n % 3 - 1, here[1] + n / 3 % 3 - 1, here[2] + n / 9 - 1};
      for (int& k : near) k = (k + kBuckets) % kBuckets;
      const auto found = buckets_.find(near);
      if (found == buckets_.end()) continue;
      for (int candidate : found->second) {
        const Vec3 d = nodes[std::size_t(candidate)] - q;
        if ((d - d.array().round().matrix()).norm() < kSame) return candidate;
      }
    }
    nodes.push_back(q);
    buckets_[here].push_back(int(nodes.size()) - 1);
    return int(nodes.size()) - 1;
  }
  std::vector<Vec3> nodes;

 private:
  static constexpr int kBuckets = 1024;
  static int bucket(double x) { return std::min(int(x * kBuckets), kBuckets - 1); }
  std::map<std::array<int, 3>, std::vector<int>> buckets_;
};

std::array<int, 3> whole(const Vec3& p) { return {int(std::lround(p[0])), int(std::lround(p[1])), int(std::lround(p[2]))}; }

using EdgeKey = std::pair<std::pair<int, int>, std::array<int, 3>>;
/// One of the two directions of an edge.
EdgeKey canonical(int a, int b, std::array<int, 3> offset) {
  const std::array<int, 3> back{-offset[0], -offset[1], -offset[2]};
  return b < a || (a == b && offset < back) ? EdgeKey{{b, a}, back} : EdgeKey{{a, b}, offset};
}
std::vector<StrutGraph::Edge> edges_of(const std::set<EdgeKey>& keys) {
  std::vector<StrutGraph::Edge> edges;
  for (const EdgeKey& key : keys) edges.push_back({key.first.first, key.first.second, key.second});
  return edges;
}

}  // namespace

std::vector<Vec3> blue_noise(int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return double(random() >> 11) * 0x1.0p-53; };
  std::vector<Vec3> points;
  constexpr int kCandidatesPerPoint = 8;
  while (int(points.size()) < count) {
    Vec3 best = Vec3::Zero();
    double farthest = -1.0;
    for (int n = 0; n < kCandidatesPerPoint * (int(points.size()) + 1); ++n) {
      const double x = uniform(), y = uniform(), z = uniform();
      const Vec3 candidate(x, y, z);
      double nearest = 3.0;
      for (const Vec3& p : points) {
        const Vec3 d = candidate - p;
        nearest = std::min(nearest, (d - d.array().round().matrix()).squaredNorm());
        if (nearest <= farthest) break;
      }
      if (nearest > farthest) {
        farthest = nearest;
        best = candidate;
      }
    }
    points.push_back(best);
  }
  return points;
}

PeriodicVoronoi periodic_voronoi(const std::vector<Vec3>& points) {
  SPONGIOSA_ASSERT(points.size() >= 2);
  std::vector<std::vector<Neighbour>> neighbours(points.size());
  std::vector<std::vector<Face>> cells(points.size());
  tbb::parallel_for(std::size_t(0), points.size(), [&](std::size_t n) {
    neighbours[n] = neighbours_by_distance(points, int(n));
    cells[n] = voronoi_cell(neighbours[n]);
  });
  PeriodicVoronoi result;
  Corners corners;
  std::set<EdgeKey> edges, pairs;
  for (std::size_t n = 0; n < points.size(); ++n)
    for (const Face& face : cells[n]) {
      std::vector<std::pair<int, Vec3>> ring;  // number of the corner, place
      for (const Vec3& p : face.corners) {
        const int number = corners.number(points[n] + p);
        if (ring.empty() || ring.back().first != number) ring.emplace_back(number, points[n] + p);
      }
      while (ring.size() > 1 && ring.back().first == ring.front().first && (ring.back().second - ring.front().second).norm() < kSame) ring.pop_back();
      if (ring.size() < 3) continue;
      const Neighbour& other = neighbours[n][std::size_t(face.neighbour)];
      pairs.insert(canonical(int(n), other.point, other.offset));
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const auto& [a, at_a] = ring[k];
        const auto& [b, at_b] = ring[(k + 1) % ring.size()];
        const Vec3 offset = (at_b - corners.nodes[std::size_t(b)]) - (at_a - corners.nodes[std::size_t(a)]);
        edges.insert(canonical(a, b, whole(offset)));
      }
    }
  result.edges = {corners.nodes, edges_of(edges)};
  result.neighbours = {points, edges_of(pairs)};
  return result;
}

}  // namespace spongiosa::lattice
