#include "fea/results/stress_histogram.h"

#include "core/error.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spongiosa::fea {

namespace {

constexpr int kDropped = 12;  // bits of the mantissa that a bin does not tell apart
constexpr std::size_t kBins = std::size_t(1) << (31 - kDropped);
constexpr double kUnit = 1.0 / double(1 << 24);

std::size_t bin_of(float value) { return std::bit_cast<std::uint32_t>(value) >> kDropped; }
double middle_of(std::size_t bin) {
  return bin == 0 ? 0.0 : double(std::bit_cast<float>(std::uint32_t(bin) << kDropped | std::uint32_t(1) << (kDropped - 1)));
}

}  // namespace

StressHistogram::StressHistogram() : bins_(kBins, 0) {}

void StressHistogram::add(float value, double weight) {
  SPONGIOSA_ASSERT(value >= 0.0f && std::isfinite(value) && weight >= 0.0);
  bins_[bin_of(value)] += std::llround(weight / kUnit);
  if (weight > 0.0) peak_ = std::max(peak_, value);
}

void StressHistogram::add(const StressHistogram& other) {
  for (std::size_t b = 0; b < kBins; ++b) bins_[b] += other.bins_[b];
  peak_ = std::max(peak_, other.peak_);
}

double StressHistogram::total() const {
  std::int64_t sum = 0;
  for (const std::int64_t n : bins_) sum += n;
  return double(sum) * kUnit;
}

double StressHistogram::mean() const { return highest(total()).mean; }

double StressHistogram::percentile(double fraction) const {
  std::int64_t sum = 0, below = 0;
  for (const std::int64_t n : bins_) sum += n;
  if (sum == 0) return 0.0;
  for (std::size_t b = 0; b < kBins; ++b)
    if (bins_[b] > 0 && double(below += bins_[b]) >= fraction * double(sum)) return std::min(middle_of(b), double(peak_));
  return double(peak_);
}

StressHistogram::Highest StressHistogram::highest(double weight) const {
  Highest part;
  const std::int64_t wanted = std::llround(weight / kUnit);
  std::int64_t taken = 0;
  double sum = 0.0;
  for (std::size_t b = kBins; b-- > 0 && taken < wanted;) {
    if (bins_[b] == 0) continue;
    const std::int64_t n = std::min(bins_[b], wanted - taken);
    const double value = std::min(middle_of(b), double(peak_));
    sum += double(n) * value;
    taken += n;
    part.least = value;
  }
  if (taken == 0) return part;
  part.weight = double(taken) * kUnit;
  part.mean = sum / double(taken);
  return part;
}

}  // namespace spongiosa::fea
