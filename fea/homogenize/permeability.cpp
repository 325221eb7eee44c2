#include "fea/homogenize/permeability.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace spongiosa::fea {

namespace {

constexpr int kQ = 19;
/// The rest, then pairs of opposite velocities: 2 p - 1 and 2 p.
constexpr std::array<std::array<int, 3>, kQ> kVelocity = {{{0, 0, 0},
                                                           {1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1},
                                                           {1, 1, 0}, {-1, -1, 0}, {1, -1, 0}, {-1, 1, 0}, {1, 0, 1}, {-1, 0, -1},
                                                           {1, 0, -1}, {-1, 0, 1}, {0, 1, 1}, {0, -1, -1}, {0, 1, -1}, {0, -1, 1}}};
constexpr double weight(int q) { return q == 0 ? 1.0 / 3.0 : q <= 6 ? 1.0 / 18.0 : 1.0 / 36.0; }
constexpr int opposite(int q) { return q == 0 ? 0 : q % 2 ? q + 1 : q - 1; }

constexpr double kViscosity = 1.0;  // edge^2 per step: large, so that the steady flow is reached soon
constexpr double kNoFlow = 1e-4;    // edge^2: a thousandth of a channel one cube wide
constexpr int kMaxSteps = 100000, kCheckSteps = 50;
constexpr std::int32_t kWall = -1;
constexpr std::int64_t kChunk = 4096;

class Flow {
 public:
  Flow(const Index3& size, const std::vector<float>& solid_share) : cubes_(product(size)) {
    std::vector<std::int32_t> number(solid_share.size(), kWall);
    for (std::size_t c = 0; c < solid_share.size(); ++c)
      if (solid_share[c] <= 0.5f) number[c] = std::int32_t(count_++);
    if (count_ == 0) fail_input("the cell has no pore: every voxel is more than half solid");
    for (auto& list : from_) list.resize(std::size_t(count_));
    for (std::int64_t k = 0; k < size[2]; ++k)
      for (std::int64_t j = 0; j < size[1]; ++j)
        for (std::int64_t i = 0; i < size[0]; ++i) {
          const std::int32_t c = number[std::size_t(i + size[0] * (j + size[1] * k))];
          if (c == kWall) continue;
          for (int q = 1; q < kQ; ++q) {
            const auto& v = kVelocity[std::size_t(q)];
            const std::int64_t x = (i - v[0] + size[0]) % size[0], y = (j - v[1] + size[1]) % size[1], z = (k - v[2] + size[2]) % size[2];
            from_[std::size_t(q)][std::size_t(c)] = number[std::size_t(x + size[0] * (y + size[1] * z))];
          }
        }
    for (auto& f : now_) f.resize(std::size_t(count_));
    for (auto& f : next_) f.resize(std::size_t(count_));
  }

  std::int64_t count() const { return count_; }

  /// Superficial velocity (mean over all cubes) of the steady flow under a unit force along `axis`.
  Vec3 steady(std::size_t axis, double tolerance, PeriodicPermeability& result, const Progress& progress) {
    for (auto& f : now_) std::fill(f.begin(), f.end(), 0.0);
    Vec3 mean = Vec3::Zero(), last = Vec3::Zero();
    for (int step = 1; step <= kMaxSteps; ++step) {
      const Vec3 sum = advance(axis);
      ++result.steps;
      if (step % kCheckSteps == kCheckSteps - 1) last = sum;
      if (step % kCheckSteps != 0) continue;
      // The mean of two steps: a momentum that changes its sign from cube to cube and from step to step is never damped.
      const Vec3 before = mean;
      mean = 0.5 * (last + sum) / double(cubes_);
      const double change = (mean - before).norm() / std::max(mean.norm(), kNoFlow);
      if (!std::isfinite(change)) fail_computation("the flow through the periodic cell diverged after {} steps", step);
      progress.report(std::min(0.99, std::log(std::max(change, 1e-30)) / std::log(tolerance)), "flow along axis " + std::to_string(axis + 1));
      if (change <= tolerance) {
        result.last_change = std::max(result.last_change, change);
        return mean;
      }
    }
    fail_computation("the flow through the periodic cell was not steady after {} steps", kMaxSteps);
  }

 private:
  /// One step: populations are drawn from the neighbours (from the cube itself where the neighbour is wall), then relaxed.
  Vec3 advance(std::size_t axis) {
    constexpr double kPlus = 1.0 / (3.0 * kViscosity + 0.5), kMinus = 1.0 / (0.5 + (3.0 / 16.0) / (3.0 * kViscosity));
    const std::int64_t chunks = (count_ + kChunk - 1) / kChunk;
    std::vector<Vec3> sums(std::size_t(chunks), Vec3::Zero());
    tbb::parallel_for(std::int64_t(0), chunks, [&](std::int64_t chunk) {
      Vec3 sum = Vec3::Zero();
      for (std::size_t c = std::size_t(chunk * kChunk); c < std::size_t(std::min(count_, (chunk + 1) * kChunk)); ++c) {
        double f[kQ];
        f[0] = now_[0][c];
        for (int q = 1; q < kQ; ++q) {
          const std::int32_t from = from_[std::size_t(q)][c];
          f[q] = from == kWall ? now_[std::size_t(opposite(q))][c] : now_[std::size_t(q)][std::size_t(from)];
        }
        double density = f[0], u[3] = {0.0, 0.0, 0.0};
        for (int q = 1; q < kQ; ++q) {
          density += f[q];
          for (int a = 0; a < 3; ++a) u[a] += kVelocity[std::size_t(q)][std::size_t(a)] * f[q];
        }
        u[axis] += 0.5;  // half of the force, Guo, Zheng and Shi 2002
        for (int a = 0; a < 3; ++a) sum[a] += u[a];
        next_[0][c] = f[0] - kPlus * (f[0] - weight(0) * density);
        for (int q = 1; q < kQ; q += 2) {
          const auto& v = kVelocity[std::size_t(q)];
          const double even = 0.5 * (f[q] + f[q + 1]), odd = 0.5 * (f[q] - f[q + 1]);
          const double along = 3.0 * weight(q) * (v[0] * u[0] + v[1] * u[1] + v[2] * u[2]);
          const double push = 3.0 * weight(q) * v[axis] * (1.0 - 0.5 * kMinus);
          const double relaxed_even = even - kPlus * (even - weight(q) * density), relaxed_odd = odd - kMinus * (odd - along) + push;
          next_[std::size_t(q)][c] = relaxed_even + relaxed_odd;
          next_[std::size_t(q + 1)][c] = relaxed_even - relaxed_odd;
        }
      }
      sums[std::size_t(chunk)] = sum;
    });
    now_.swap(next_);
    Vec3 total = Vec3::Zero();
    for (const Vec3& s : sums) total += s;
    return total;
  }

  std::int64_t cubes_, count_ = 0;
  std::array<std::vector<std::int32_t>, kQ> from_;
  std::array<std::vector<double>, kQ> now_, next_;
};

}  // namespace

PeriodicPermeability permeability(const Index3& size, const std::vector<float>& solid_share, double tolerance, const Progress& progress) {
  if (size[0] < 1 || size[1] < 1 || size[2] < 1 || std::int64_t(solid_share.size()) != product(size) || product(size) > (1LL << 30))
    fail_input("the periodic cell has {} shares for {} x {} x {} voxels", solid_share.size(), size[0], size[1], size[2]);
  Flow flow(size, solid_share);
  PeriodicPermeability result;
  result.void_fraction = double(flow.count()) / double(product(size));
  for (std::size_t axis = 0; axis < 3; ++axis)
    result.per_edge_squared.col(Eigen::Index(axis)) =
        kViscosity * flow.steady(axis, tolerance, result, progress.part(double(axis) / 3.0, double(axis + 1) / 3.0));
  return result;
}

}  // namespace spongiosa::fea
