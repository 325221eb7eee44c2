#pragma once
/// Percentiles of many weighted numbers without sorting them all.

#include <vector>

namespace spongiosa::fea {

/// For each fraction (0..1): the smallest value v such that the weights of all values <= v make up at least that share of the total.
/// The same as weighted_percentile, in linear time. Values must be finite and weights not negative; 0 when there are none.
/// Cost: two passes over the values, and one sort of about a thousandth of them per fraction.
std::vector<double> weighted_percentiles(const std::vector<float>& values, const std::vector<float>& weights, const std::vector<double>& fractions);

/// What is told of a stress field.
struct StressPercentiles {
  double p50 = 0.0, p95 = 0.0, p99 = 0.0, p999 = 0.0, peak = 0.0;
};
StressPercentiles stress_percentiles(const std::vector<float>& values, const std::vector<float>& weights);

}  // namespace spongiosa::fea
