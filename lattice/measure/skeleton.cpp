#include "lattice/measure/skeleton.h"

#include "core/error.h"

#include <array>
#include <bit>
#include <cmath>
#include <queue>

namespace spongiosa::lattice {
namespace {

using geometry::LabelImage;

constexpr std::uint32_t kAll = (1u << 27) - 1, kMiddle = 1u << 13;

struct Adjacency {
  std::array<std::uint32_t, 27> by_corner{};  ///< 26-neighbours of each of the 27 among them
  std::array<std::uint32_t, 27> by_face{};    ///< 6-neighbours, of those at most an edge away from the middle
  std::uint32_t faces = 0;                    ///< 6-neighbours of the middle
  std::uint32_t near = 0;                     ///< 18-neighbours of the middle

  Adjacency() {
    const auto step = [](int a, int axis) { return (axis == 0 ? a % 3 : axis == 1 ? a / 3 % 3 : a / 9) - 1; };
    for (int a = 0; a < 27; ++a) {
      const int distance = std::abs(step(a, 0)) + std::abs(step(a, 1)) + std::abs(step(a, 2));
      if (distance == 1) faces |= 1u << a;
      if (distance == 1 || distance == 2) near |= 1u << a;
    }
    for (int a = 0; a < 27; ++a)
      for (int b = 0; b < 27; ++b) {
        int farthest = 0, sum = 0;
        for (int axis = 0; axis < 3; ++axis) {
          const int d = std::abs(step(a, axis) - step(b, axis));
          farthest = std::max(farthest, d);
          sum += d;
        }
        if (a != b && farthest == 1 && a != 13 && b != 13) by_corner[std::size_t(a)] |= 1u << b;
        if (sum == 1 && (near >> a & 1) && (near >> b & 1)) by_face[std::size_t(a)] |= 1u << b;
      }
  }
};
const Adjacency kAdjacency;

/// The part of `members` that hangs together with `seed`.
std::uint32_t grown(std::uint32_t seed, std::uint32_t members, const std::array<std::uint32_t, 27>& neighbours) {
  std::uint32_t piece = seed, front = seed;
  while (front) {
    const int at = std::countr_zero(front);
    front &= front - 1;
    const std::uint32_t fresh = neighbours[std::size_t(at)] & members & ~piece;
    piece |= fresh;
    front |= fresh;
  }
  return piece;
}

struct Waiting {
  float distance;
  std::uint64_t turn;  ///< those at one distance in the order in which they came to the surface
  std::size_t at;
  bool operator<(const Waiting& other) const { return distance != other.distance ? distance > other.distance : turn > other.turn; }
};

}  // namespace

bool is_simple_voxel(std::uint32_t neighbourhood) {
  const std::uint32_t solid = neighbourhood & kAll & ~kMiddle;
  if (!solid || grown(solid & (~solid + 1), solid, kAdjacency.by_corner) != solid) return false;
  const std::uint32_t open = ~solid & kAdjacency.near, at_faces = open & kAdjacency.faces;
  return at_faces && (grown(at_faces & (~at_faces + 1), open, kAdjacency.by_face) & kAdjacency.faces) == at_faces;
}

LabelImage curve_skeleton(const LabelImage& solid, const std::vector<float>& squared_distance, const Progress& progress) {
  const auto [nx, ny, nz] = solid.size;
  std::array<std::int64_t, 27> offset;
  for (int n = 0; n < 27; ++n) offset[std::size_t(n)] = (n % 3 - 1) + nx * ((n / 3 % 3 - 1) + ny * (n / 9 - 1));
  LabelImage left = solid;  // 0 void, 1 solid, 2 solid and waiting
  std::priority_queue<Waiting> queue;
  std::uint64_t turn = 0;
  std::size_t total = 0;
  for (std::int64_t k = 0; k < nz; ++k)
    for (std::int64_t j = 0; j < ny; ++j)
      for (std::int64_t i = 0; i < nx; ++i) {
        const std::size_t at = solid.offset(i, j, k);
        if (!left.data[at]) continue;
        if (i == 0 || j == 0 || k == 0 || i == nx - 1 || j == ny - 1 || k == nz - 1) fail_input("the solid to thin reaches the border of its image");
        ++total;
        left.data[at] = 1;
        if (squared_distance[at] <= 1.0f) {
          left.data[at] = 2;
          queue.push({squared_distance[at], turn++, at});
        }
      }
  std::size_t done = 0;
  while (!queue.empty()) {
    const std::size_t at = queue.top().at;
    queue.pop();
    if (++done % (1u << 18) == 0) progress.report(std::min(1.0, double(done) / double(2 * total)), "skeleton");
    std::uint32_t neighbourhood = 0;
    for (std::size_t n = 0; n < 27; ++n) neighbourhood |= std::uint32_t(left.data[std::size_t(std::int64_t(at) + offset[n])] != 0) << n;
    left.data[at] = 1;
    if (std::popcount(neighbourhood & ~kMiddle) <= 1 || !is_simple_voxel(neighbourhood)) continue;
    left.data[at] = 0;
    for (std::size_t n = 0; n < 27; ++n) {
      const std::size_t other = std::size_t(std::int64_t(at) + offset[n]);
      if (left.data[other] != 1) continue;
      left.data[other] = 2;
      queue.push({squared_distance[other], turn++, other});
    }
  }
  return left;
}

}  // namespace spongiosa::lattice
