#pragma once
/// The distribution of a stress over a volume, without keeping the values: percentiles, and the part that is stressed most.

#include <cstdint>
#include <vector>

namespace spongiosa::fea {

/// Bins that are 1/2048 of their value wide (the exponent and the first 11 bits of the single-precision number); weights are counted in
/// 2^-24, so that the sum does not depend on the order.
class StressHistogram {
 public:
  StressHistogram();

  /// @param value  finite, not negative.  @param weight  volume or area, any unit, 0 or more
  void add(float value, double weight);
  void add(const StressHistogram& other);

  double total() const;                      ///< weight
  double mean() const;
  double peak() const { return double(peak_); }  ///< exact
  /// The smallest value v such that values <= v make up at least this share (0..1) of the weight; within 1/4096 of it. 0 when empty.
  double percentile(double fraction) const;
  /// The part of the given weight that is stressed most: its smallest and its mean value. The whole when there is not as much.
  struct Highest {
    double weight = 0.0, least = 0.0, mean = 0.0;
  };
  Highest highest(double weight) const;

 private:
  std::vector<std::int64_t> bins_;
  float peak_ = 0.0f;
};

}  // namespace spongiosa::fea
