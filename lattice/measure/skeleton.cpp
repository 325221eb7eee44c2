#include "lattice/measure/skeleton.h"

#include "core/error.h"

#include <array>
#include <bit>
#include <cmath>
#include <map>

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

constexpr double kEndSlope = 0.3, kNearest = 3.0, kFarthest = 5.0;

/// Voxels from kNearest to kFarthest away.
struct Around {
  std::vector<Index3> step;
  std::vector<float> distance;

  Around() {
    const auto reach = std::int64_t(kFarthest);
    for (std::int64_t k = -reach; k <= reach; ++k)
      for (std::int64_t j = -reach; j <= reach; ++j)
        for (std::int64_t i = -reach; i <= reach; ++i) {
          const double length = std::sqrt(double(i * i + j * j + k * k));
          if (length < kNearest || length > kFarthest) continue;
          step.push_back({i, j, k});
          distance.push_back(float(length));
        }
  }
};
const Around kAround;

/// What a voxel waits for.
enum State : std::uint8_t {
  kVoid,
  kIdle,     ///< looked at since its neighbourhood last changed, or not at the surface yet
  kWaiting,  ///< to be looked at
  kChanged,  ///< its neighbourhood changed in this round: once more
  kLater     ///< to be looked at when its distance is due
};

/// Rounds of removals at one distance after the other, each from the six sides, and from each side in eight fields of voxels of which no two touch
/// (Bertrand & Aktouf, Proc. SPIE 2356 (1995) 113). Taken simply as they come, the voxels of a line two wide would go one after the other from its
/// tip on, none of them ever being the line's end, and whether a strut is kept would depend on the way it points.
class Thinning {
 public:
  Thinning(const LabelImage& solid, const std::vector<float>& squared, const Progress& progress) : state_(solid), squared_(squared), progress_(progress) {
    const auto [nx, ny, nz] = solid.size;
    for (int n = 0; n < 27; ++n) offset_[std::size_t(n)] = (n % 3 - 1) + nx * ((n / 3 % 3 - 1) + ny * (n / 9 - 1));
    for (std::int64_t k = 0; k < nz; ++k)
      for (std::int64_t j = 0; j < ny; ++j)
        for (std::int64_t i = 0; i < nx; ++i) {
          const std::size_t at = solid.offset(i, j, k);
          if (!solid.data[at]) continue;
          if (i == 0 || j == 0 || k == 0 || i == nx - 1 || j == ny - 1 || k == nz - 1) fail_input("the solid to thin reaches the border of its image");
          ++total_;
          state_.data[at] = kIdle;
          if (squared[at] <= 1.0f) {
            state_.data[at] = kLater;
            due_[squared[at]].push_back(at);
          }
        }
  }

  LabelImage run() {
    while (!due_.empty()) {
      level_ = due_.begin()->first;
      wave_ = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      for (const std::size_t at : wave_) state_.data[at] = kWaiting;
      while (!wave_.empty()) {
        for (const std::size_t side : {4u, 22u, 10u, 16u, 12u, 14u}) peel(side);
        std::size_t kept = 0;
        for (const std::size_t at : wave_) {
          std::uint8_t& state = state_.data[at];
          if (state == kChanged) wave_[kept++] = at;
          if (state != kVoid) state = state == kChanged ? kWaiting : kIdle;
        }
        wave_.resize(kept);
      }
    }
    for (std::uint8_t& state : state_.data) state = state != kVoid;
    return std::move(state_);
  }

 private:
  std::size_t beside(std::size_t at, std::size_t n) const { return std::size_t(std::int64_t(at) + offset_[n]); }

  void peel(std::size_t side) {
    for (auto& field : chosen_) field.clear();
    const std::int64_t nx = state_.size[0], ny = state_.size[1];
    for (const std::size_t at : wave_)
      if (state_.data[at] != kVoid && state_.data[beside(at, side)] == kVoid && removable(at)) {
        const std::int64_t a = std::int64_t(at);
        chosen_[std::size_t(a % nx % 2 + 2 * (a / nx % ny % 2) + 4 * (a / (nx * ny) % 2))].push_back(at);
      }
    for (const auto& field : chosen_)
      for (const std::size_t at : field)
        if (removable(at)) remove(at);
  }

  void remove(std::size_t at) {
    state_.data[at] = kVoid;
    if (++gone_ % (1u << 16) == 0) progress_.report(double(gone_) / double(total_), "skeleton");
    for (std::size_t n = 0; n < 27; ++n) {
      const std::size_t other = beside(at, n);
      std::uint8_t& state = state_.data[other];
      if (state == kWaiting) state = kChanged;
      if (state != kIdle) continue;
      const bool now = squared_[other] <= level_;
      state = now ? kChanged : kLater;
      (now ? wave_ : due_[squared_[other]]).push_back(other);
    }
  }

  bool removable(std::size_t at) const {
    std::uint32_t neighbourhood = 0;
    for (std::size_t n = 0; n < 27; ++n) neighbourhood |= std::uint32_t(state_.data[beside(at, n)] != kVoid) << n;
    return is_simple_voxel(neighbourhood) && (std::popcount(neighbourhood & ~kMiddle) > 1 || runs_into_corner(at));
  }

  /// The solid gets thicker from here at more than kEndSlope: an edge or corner of it, not the end of a strut.
  bool runs_into_corner(std::size_t at) const {
    const std::int64_t nx = state_.size[0], ny = state_.size[1], a = std::int64_t(at), i = a % nx, j = a / nx % ny, k = a / (nx * ny);
    const float here = std::sqrt(squared_[at]);
    for (std::size_t n = 0; n < kAround.step.size(); ++n) {
      const auto& [di, dj, dk] = kAround.step[n];
      if (i + di < 0 || j + dj < 0 || k + dk < 0 || i + di >= nx || j + dj >= ny || k + dk >= state_.size[2]) continue;
      if (std::sqrt(squared_[state_.offset(i + di, j + dj, k + dk)]) > here + float(kEndSlope) * kAround.distance[n]) return true;
    }
    return false;
  }

  LabelImage state_;
  const std::vector<float>& squared_;
  const Progress& progress_;
  std::array<std::int64_t, 27> offset_{};
  std::map<float, std::vector<std::size_t>> due_;  ///< by squared distance
  float level_ = 0.0f;
  std::vector<std::size_t> wave_;
  std::array<std::vector<std::size_t>, 8> chosen_;  ///< by parity of i, j and k
  std::size_t total_ = 0, gone_ = 0;
};

}  // namespace

bool is_simple_voxel(std::uint32_t neighbourhood) {
  const std::uint32_t solid = neighbourhood & kAll & ~kMiddle;
  if (!solid || grown(solid & (~solid + 1), solid, kAdjacency.by_corner) != solid) return false;
  const std::uint32_t open = ~solid & kAdjacency.near, at_faces = open & kAdjacency.faces;
  return at_faces && (grown(at_faces & (~at_faces + 1), open, kAdjacency.by_face) & kAdjacency.faces) == at_faces;
}

LabelImage curve_skeleton(const LabelImage& solid, const std::vector<float>& squared_distance, const Progress& progress) {
  return Thinning(solid, squared_distance, progress).run();
}

}  // namespace spongiosa::lattice
