#pragma once
/// Connected pieces of {field < 0}, by faces of voxels.

#include "geometry/image/image.h"

#include <algorithm>
#include <vector>

namespace spongiosa::lattice::test {

class SolidPieces {
 public:
  explicit SolidPieces(const geometry::FloatImage& field) : size_(field.size), piece_(field.data.size(), -1) {
    std::vector<std::size_t> waiting;
    const std::int64_t stride[3] = {1, size_[0], size_[0] * size_[1]};
    for (std::size_t first = 0; first < piece_.size(); ++first) {
      if (!(field.data[first] < 0.0f) || piece_[first] >= 0) continue;
      const int number = int(voxels_.size());
      voxels_.push_back(0);
      waiting = {first};
      piece_[first] = number;
      while (!waiting.empty()) {
        const std::size_t v = waiting.back();
        waiting.pop_back();
        ++voxels_.back();
        for (int a = 0; a < 3; ++a)
          for (const int side : {-1, 1}) {
            const std::int64_t at = (std::int64_t(v) / stride[a]) % size_[a] + side;
            if (at < 0 || at >= size_[a]) continue;
            const std::size_t w = std::size_t(std::int64_t(v) + side * stride[a]);
            if (piece_[w] >= 0 || !(field.data[w] < 0.0f)) continue;
            piece_[w] = number;
            waiting.push_back(w);
          }
      }
      solid_ += voxels_.back();
    }
    largest_ = int(std::max_element(voxels_.begin(), voxels_.end()) - voxels_.begin());
  }
  int count() const { return int(voxels_.size()); }
  double solid_share() const { return double(solid_) / double(piece_.size()); }
  double largest_share() const { return double(voxels_[std::size_t(largest_)]) / double(solid_); }
  bool in_largest(std::size_t voxel) const { return piece_[voxel] == largest_; }
  /// The largest piece touches both ends of an axis.
  bool spans(int axis) const {
    bool low = false, high = false;
    const std::int64_t stride[3] = {1, size_[0], size_[0] * size_[1]};
    for (std::size_t v = 0; v < piece_.size(); ++v) {
      if (piece_[v] != largest_) continue;
      const std::int64_t at = (std::int64_t(v) / stride[axis]) % size_[axis];
      low = low || at == 0;
      high = high || at == size_[axis] - 1;
    }
    return low && high;
  }

 private:
  Index3 size_;
  std::vector<int> piece_;
  std::vector<std::int64_t> voxels_;
  std::int64_t solid_ = 0;
  int largest_ = 0;
};

}  // namespace spongiosa::lattice::test
