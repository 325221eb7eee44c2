#pragma once
/// Which of many periodic things can be the nearest to a point: short lists per bin of the unit cell.

#include "core/vector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace spongiosa::lattice {

/// A thing of the cell in one of the copies of the cell around it.
struct PeriodicCopy {
  int thing;
  std::array<int, 3> offset;
};

/// Bins of equal size over the cell [0, aspect]; lists of indices into `copies`.
class CandidateBins {
 public:
  /// @param things  their number.  @param aspect  the cell's edges
  /// @param distance  (PeriodicCopy, Vec3 p) -> distance of that copy to p; must not grow faster than |p| moves
  /// @param spread  things may be scaled: one at distance d counts as something between d / spread and d * spread
  /// @param margin  things up to this much farther than the nearest are kept too
  template <class Distance>
  CandidateBins(int things, const Vec3& aspect, double spread, double margin, const Distance& distance) {
    for (int axis = 0; axis < 3; ++axis) {
      const double wanted = kBinsPerCellSize * aspect[axis] * (aspect.maxCoeff() > 2.0 ? 0.5 : 1.0);
      int bins = 4;
      while (bins < wanted && bins < 64) bins *= 2;
      bins_[std::size_t(axis)] = bins;
      scale_[axis] = float(bins);
    }
    std::vector<int> all;
    for (int n = 0; n < 27; ++n)
      for (int thing = 0; thing < things; ++thing) {
        all.push_back(int(copies_.size()));
        copies_.push_back({thing, {n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1}});
      }
    lists_.resize(std::size_t(bins_[0]) * std::size_t(bins_[1]) * std::size_t(bins_[2]));
    divide({0, 0, 0}, bins_, all, [&](int copy, const Vec3& p) { return distance(copies_[std::size_t(copy)], p); }, aspect, spread, margin);
    pack();
  }

  const std::vector<PeriodicCopy>& copies() const { return copies_; }
  /// @param u,v,w  within [0, 1]
  const int* begin(float u, float v, float w) const { return &packed_[std::size_t(start_[bin(u, v, w)])]; }
  const int* end(float u, float v, float w) const { return &packed_[std::size_t(start_[bin(u, v, w) + 1])]; }

 private:
  static constexpr double kBinsPerCellSize = 16.0;
  using Bin = std::array<int, 3>;

  std::size_t bin(float u, float v, float w) const {
    const auto at = [&](float x, std::size_t axis) { return std::min(int(x * scale_[axis]), bins_[axis] - 1); };
    return std::size_t(at(u, 0)) + std::size_t(bins_[0]) * (std::size_t(at(v, 1)) + std::size_t(bins_[1]) * std::size_t(at(w, 2)));
  }

  /// Keeps in each half of a block what can be nearest somewhere in it, until blocks are bins.
  template <class Distance>
  void divide(const Bin& first, const Bin& count, const std::vector<int>& from, const Distance& distance, const Vec3& aspect, double spread,
              double margin) {
    Vec3 centre, half;
    for (int axis = 0; axis < 3; ++axis) {
      const double width = aspect[axis] / bins_[std::size_t(axis)];
      half[axis] = 0.5 * width * count[std::size_t(axis)];
      centre[axis] = width * first[std::size_t(axis)] + half[axis];
    }
    // A little more than the block, for rounding of points on its sides.
    const double reach = half.norm() + 1e-5;
    std::vector<double> d;
    double nearest = 1e30;
    for (int copy : from) {
      d.push_back(distance(copy, centre));
      nearest = std::min(nearest, d.back());
    }
    std::vector<std::pair<double, int>> near;
    for (std::size_t n = 0; n < from.size(); ++n)
      if ((d[n] - reach) / spread <= (nearest + reach) * spread + margin) near.emplace_back(d[n], from[n]);
    // Nearest first: whoever looks for the nearest can pass over the others quickly.
    std::sort(near.begin(), near.end());
    std::vector<int> kept;
    for (const auto& [ignored, copy] : near) kept.push_back(copy);
    const std::size_t axis = std::size_t(std::max_element(count.begin(), count.end()) - count.begin());
    if (count[axis] == 1) {
      lists_[std::size_t(first[0]) + std::size_t(bins_[0]) * (std::size_t(first[1]) + std::size_t(bins_[1]) * std::size_t(first[2]))] = kept;
      return;
    }
    Bin part = count, second = first;
    part[axis] /= 2;
    second[axis] += part[axis];
    divide(first, part, kept, distance, aspect, spread, margin);
    divide(second, part, kept, distance, aspect, spread, margin);
  }

  /// One array instead of many lists, and only the copies that are used.
  void pack() {
    std::vector<int> renumbered(copies_.size(), -1);
    std::vector<PeriodicCopy> used;
    for (const std::vector<int>& list : lists_) {
      start_.push_back(int(packed_.size()));
      for (int copy : list) {
        int& number = renumbered[std::size_t(copy)];
        if (number < 0) {
          number = int(used.size());
          used.push_back(copies_[std::size_t(copy)]);
        }
        packed_.push_back(number);
      }
    }
    start_.push_back(int(packed_.size()));
    copies_ = std::move(used);
    std::vector<std::vector<int>>().swap(lists_);
  }

  Bin bins_{};
  std::array<float, 3> scale_{};
  std::vector<PeriodicCopy> copies_;
  std::vector<std::vector<int>> lists_;
  std::vector<int> start_, packed_;
};

}  // namespace spongiosa::lattice
