#include "fea/results/percentiles.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::fea {

std::vector<double> weighted_percentiles(const std::vector<float>& values, const std::vector<float>& weights, const std::vector<double>& fractions) {
  SPONGIOSA_ASSERT(values.size() == weights.size());
  std::vector<double> result(fractions.size(), 0.0);
  if (values.empty()) return result;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double lowest = *low, range = double(*high) - lowest;
  SPONGIOSA_ASSERT(std::isfinite(range));
  constexpr int kBins = 4096;
  const auto bin_of = [&](float v) { return range > 0.0 ? std::min(kBins - 1, int((double(v) - lowest) / range * kBins)) : 0; };
  std::vector<double> sums(kBins, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[std::size_t(bin_of(values[i]))] += double(weights[i]);
  double total = 0.0;
  for (const double s : sums) total += s;
  for (std::size_t f = 0; f < fractions.size(); ++f) {
    SPONGIOSA_ASSERT(fractions[f] >= 0.0 && fractions[f] <= 1.0);
    // Rounding must not push the target beyond the sum of all.
    const double target = std::min(fractions[f] * total, total * (1.0 - 1e-12));
    double below = 0.0;
    int bin = 0;
    while (bin + 1 < kBins && (sums[std::size_t(bin)] == 0.0 || below + sums[std::size_t(bin)] < target)) below += sums[std::size_t(bin++)];
    std::vector<std::pair<float, float>> members;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (bin_of(values[i]) == bin) members.emplace_back(values[i], weights[i]);
    std::sort(members.begin(), members.end());
    result[f] = members.empty() ? lowest : double(members.back().first);
    for (const auto& [value, weight] : members) {
      below += double(weight);
      if (weight > 0.0f && below >= target) {
        result[f] = double(value);
        break;
      }
    }
  }
  return result;
}

StressPercentiles stress_percentiles(const std::vector<float>& values, const std::vector<float>& weights) {
  const std::vector<double> p = weighted_percentiles(values, weights, {0.5, 0.95, 0.99, 0.999, 1.0});
  return {p[0], p[1], p[2], p[3], p[4]};
}

}  // namespace spongiosa::fea
