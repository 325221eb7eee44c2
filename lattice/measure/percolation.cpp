#include "lattice/measure/percolation.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace spongiosa::lattice {
namespace {

using Shift = std::array<int, 3>;
Shift operator+(const Shift& a, const Shift& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Shift operator-(const Shift& a, const Shift& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

class PeriodicPieces {
 public:
  explicit PeriodicPieces(std::size_t count) : parent_(count), shift_(count, Shift{0, 0, 0}), size_(count, 1) {
    std::iota(parent_.begin(), parent_.end(), std::uint32_t(0));
  }

  struct Place {
    std::uint32_t root;
    Shift copy;  ///< of the root, seen from the sample
  };
  Place find(std::size_t sample) {
    std::uint32_t at = std::uint32_t(sample);
    Shift total{0, 0, 0};
    while (parent_[at] != at) {
      // Halves the path.
      const std::uint32_t up = parent_[at];
      shift_[at] = shift_[at] + shift_[up];
      parent_[at] = parent_[up];
      total = total + shift_[at];
      at = parent_[at];
    }
    return {at, total};
  }

  /// Joins `a` with the copy `step` of `b`. @return the number of independent directions in which the piece runs through, if this
  /// found a new one, else 0.
  int join(std::size_t a, std::size_t b, const Shift& step) {
    Place pa = find(a), pb = find(b);
    // Copy of b's root as seen from a.
    const Shift b_root = pb.copy + step;
    if (pa.root == pb.root) {
      const Shift loop = b_root - pa.copy;
      if (loop == Shift{0, 0, 0}) return 0;
      const Vec3 d(loop[0], loop[1], loop[2]);
      Mat3& span = loops_.try_emplace(pa.root, Mat3::Zero()).first->second;
      const int before = rank(span);
      span += d * d.transpose();
      return rank(span) > before ? rank(span) : 0;
    }
    Shift between = b_root - pa.copy;  // of b's root, seen from a's root
    std::uint32_t to = pa.root, from = pb.root;
    if (size_[to] < size_[from]) {
      std::swap(to, from);
      between = Shift{0, 0, 0} - between;
    }
    parent_[from] = to;
    shift_[from] = Shift{0, 0, 0} - between;
    size_[to] += size_[from];
    const auto loops = loops_.find(from);
    if (loops == loops_.end()) return 0;
    const Mat3 span = loops->second;
    loops_.erase(loops);
    Mat3& mine = loops_.try_emplace(to, Mat3::Zero()).first->second;
    const int before = std::max(rank(mine), rank(span));
    mine += span;
    return rank(mine) > before ? rank(mine) : 0;
  }

 private:
  static int rank(const Mat3& span) { return int(Eigen::FullPivLU<Mat3>(span).setThreshold(1e-9).rank()); }

  std::vector<std::uint32_t> parent_;
  std::vector<Shift> shift_;  ///< copy in which the parent lies, seen from the sample
  std::vector<std::uint32_t> size_;
  std::map<std::uint32_t, Mat3> loops_;
};

struct Step {
  std::size_t sample;
  Shift copy;
};
Step neighbour(const CellGrid& grid, const std::array<int, 3>& at, const std::array<int, 3>& by) {
  std::array<int, 3> p;
  Shift copy{0, 0, 0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    p[axis] = at[axis] + by[axis];
    if (p[axis] < 0) {
      p[axis] += grid.n[axis];
      copy[axis] = -1;
    } else if (p[axis] >= grid.n[axis]) {
      p[axis] -= grid.n[axis];
      copy[axis] = 1;
    }
  }
  return {grid.offset(p[0], p[1], p[2]), copy};
}

/// From the samples around that reach the root as `sample` does to those that reach another copy of it.
Vec3 way_through(const CellGrid& grid, PeriodicPieces& pieces, const std::vector<std::uint8_t>& joined, std::size_t sample, const Vec3& fallback) {
  constexpr int kReach = 4;
  const auto at = grid.place(sample);
  const auto mine = pieces.find(sample);
  Vec3 here = Vec3::Zero(), there = Vec3::Zero();
  int count_here = 0, count_there = 0;
  for (int k = -kReach; k <= kReach; ++k)
    for (int j = -kReach; j <= kReach; ++j)
      for (int i = -kReach; i <= kReach; ++i) {
        const Step step = neighbour(grid, at, {i, j, k});
        if (!joined[step.sample]) continue;
        const auto place = pieces.find(step.sample);
        if (place.root != mine.root) continue;
        const Vec3 p = grid.spacing().cwiseProduct(Vec3(i, j, k));
        if (place.copy + step.copy == mine.copy) {
          here += p;
          ++count_here;
        } else {
          there += p;
          ++count_there;
        }
      }
  const Vec3 way = count_here > 0 && count_there > 0 ? Vec3(there / count_there - here / count_here) : fallback;
  return way.norm() > 1e-9 ? Vec3(way.normalized()) : Vec3(fallback.normalized());
}

}  // namespace

Percolation percolation(const CellGrid& grid, const std::vector<float>& value, const std::vector<std::uint8_t>& apart, int directions) {
  std::vector<std::uint32_t> order(grid.size());
  std::iota(order.begin(), order.end(), std::uint32_t(0));
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return value[a] > value[b] || (value[a] == value[b] && a < b); });
  PeriodicPieces pieces(grid.size());
  std::vector<std::uint8_t> joined(grid.size(), 0);
  Percolation result;
  for (const std::uint32_t sample : order) {
    joined[sample] = 1;
    const auto at = grid.place(sample);
    for (std::size_t n = 0; n < 6; ++n) {
      std::array<int, 3> by{0, 0, 0};
      by[n / 2] = n % 2 == 0 ? -1 : 1;
      const Step step = neighbour(grid, at, by);
      if (!joined[step.sample] || (!apart.empty() && apart[step.sample] != apart[sample])) continue;
      if (pieces.join(sample, step.sample, step.copy) >= directions) {
        result.found = true;
        result.sample = sample;
        result.value = value[sample];
        result.way = way_through(grid, pieces, joined, sample, Vec3(by[0], by[1], by[2]));
        return result;
      }
    }
  }
  return result;
}

namespace {

/// One search with planes across a fixed way.
class SaddleSearch {
 public:
  SaddleSearch(const std::function<double(const Vec3&)>& value, const Vec3& start, const Vec3& way, double step)
      : value_(value), start_(start), way_(way), right_(way.unitOrthogonal()), up_(way.cross(right_)), step_(step) {
    constexpr int kScan = 4;
    for (int n = -kScan; n <= kScan; ++n) look(2.0 * step * n / kScan);
    for (double reach = step / kScan; reach > 2e-5; reach *= 0.5) {
      const double middle = along_;
      look(middle - reach);
      look(middle + reach);
    }
  }
  Saddle saddle() const { return {least_, place(along_, across_)}; }

  /// The line through the highest places half a step ahead of the saddle and behind it.
  Vec3 line_of_highest() const {
    const auto at = [&](double along) { return place(along, highest(along).second); };
    const Vec3 line = at(along_ + 0.5 * step_) - at(along_ - 0.5 * step_);
    return line.normalized();
  }

 private:
  Vec3 place(double along, const Vec2& at) const { return start_ + along * way_ + at[0] * right_ + at[1] * up_; }

  /// A coarse look over the disc, then a pattern search whose directions are turned each round, because the value has creases.
  /// What it misses would be taken for a narrow place: it must not stop early.
  std::pair<double, Vec2> highest(double along) const {
    Vec2 best = Vec2::Zero();
    double top = -1e30;
    constexpr int kScan = 4;
    for (int j = -kScan; j <= kScan; ++j)
      for (int i = -kScan; i <= kScan; ++i) {
        const Vec2 at = 2.5 * step_ / kScan * Vec2(i, j);
        const double v = at.norm() <= 3.0 * step_ ? value_(place(along, at)) : -1e30;
        if (v > top) {
          top = v;
          best = at;
        }
      }
    double angle = 0.0;
    int without_gain = 0;
    for (double reach = 0.5 * step_; reach > 2e-5;) {
      Vec2 next = best;
      double higher = top;
      for (int n = 0; n < 12; ++n) {
        const Vec2 at = best + reach * Vec2(std::cos(angle + 0.5235988 * n), std::sin(angle + 0.5235988 * n));
        if (at.norm() > 3.0 * step_) continue;
        const double v = value_(place(along, at));
        if (v > higher) {
          higher = v;
          next = at;
        }
      }
      angle += 0.19;
      if (higher > top) {
        top = higher;
        best = next;
        without_gain = 0;
      } else if (++without_gain == 3) {
        reach *= 0.5;
        without_gain = 0;
      }
    }
    return {top, best};
  }

  void look(double along) {
    const auto [top, at] = highest(along);
    if (top >= least_) return;
    least_ = top;
    along_ = along;
    across_ = at;
  }

  const std::function<double(const Vec3&)>& value_;
  const Vec3 start_, way_, right_, up_;
  const double step_;
  double along_ = 0.0, least_ = 1e30;
  Vec2 across_ = Vec2::Zero();
};

}  // namespace

Saddle find_saddle(const std::function<double(const Vec3&)>& value, const Vec3& start, const Vec3& way, double step, int turns) {
  // Across a plane that is not at right angles to the passage the highest value lies beside the saddle and is too high: the planes are
  // turned to the line of the highest values, until that stays.
  Vec3 from = start, along = way;
  for (int turn = 0;; ++turn) {
    const SaddleSearch search(value, from, along, step);
    const Saddle saddle = search.saddle();
    const Vec3 line = search.line_of_highest();
    if (turn == turns || line.norm() < 0.5 || std::abs(line.dot(along)) > 0.9995) return saddle;
    from = saddle.place;
    along = line;
  }
}

}  // namespace spongiosa::lattice
