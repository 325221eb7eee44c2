#pragma once
/// One axis of a separable distance transform, for lines side by side on vector units.

#include <cstdint>
#include <vector>

namespace spongiosa::lattice {

/// What stands for "nothing found" among squared distances, voxels^2.
constexpr float kFarSquared = 1e15f;

/// Sixteen lines of n samples. To every sample the v of its line is found for which (q - v)^2 + squared(v) is least; of equal ones the
/// first. Nothing is built up as for a lower envelope: where distances are short, as in lattices, trying the nearest few is cheaper.
class NearestOnLines {
 public:
  static constexpr int kLines = 16;

  explicit NearestOnLines(std::int64_t n);

  /// Sample q of all lines, kLines numbers each.
  float* squared(std::int64_t q) { return in_.data() + (q + kMargin) * kLines; }
  std::uint32_t* code(std::int64_t q) { return in_code_.data() + (q + kMargin) * kLines; }

  /// @return false, and no result, where a nearest sample lies further than kFurthest along the line
  bool find(bool codes);

  const float* nearest(std::int64_t q) const { return out_.data() + q * kLines; }
  const std::uint32_t* nearest_code(std::int64_t q) const { return out_code_.data() + q * kLines; }

 private:
  static constexpr std::int64_t kFurthest = 96, kMargin = kFurthest + 4;
  std::int64_t n_;
  std::vector<float> in_, out_;  ///< `in` with a margin of nothing on both sides
  std::vector<std::uint32_t> in_code_, out_code_;
};

}  // namespace spongiosa::lattice
