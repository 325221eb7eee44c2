#include "lattice/cells/distribution.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>

namespace spongiosa::lattice {
namespace {

constexpr int kLines = 28657, kGenerator = 17711, kBatches = 64, kSteps = 8192;
constexpr int kSamplesPerCellSize = 96;
constexpr int kRangeStride = 7;  ///< a part of the lines shows the range well enough: ramps may reach beyond it

/// Function values at equal steps of a range, built from many ramps at a constant cost each: what a ramp adds to the nodes
/// beyond its ends is kept as differences of an intercept and a slope.
class RampSum {
 public:
  RampSum() : jump_(kSteps + 2, 0.0), slope_(kSteps + 2, 0.0) {}

  /// Adds a ramp from 0 at a to `weight` at b (a <= b), both in steps from the first node.
  void add(double a, double b, double weight) {
    const int first = std::clamp(int(std::ceil(a)), 0, kSteps + 1), last = std::clamp(int(std::ceil(b)), 0, kSteps + 1);
    if (last > first) {
      const double rate = weight / (b - a);
      if (last - first <= 4) {
        for (int k = first; k < last; ++k) {
          jump_[std::size_t(k)] += rate * (k - a);
          jump_[std::size_t(k) + 1] -= rate * (k - a);
        }
      } else {
        jump_[std::size_t(first)] -= rate * a;
        slope_[std::size_t(first)] += rate;
        jump_[std::size_t(last)] += rate * a;
        slope_[std::size_t(last)] -= rate;
      }
    }
    jump_[std::size_t(last)] += weight;
  }
  void add_step(double a, double weight) { jump_[std::size_t(std::clamp(int(std::ceil(a)), 0, kSteps + 1))] += weight; }

  void add(const RampSum& other) {
    for (std::size_t k = 0; k < jump_.size(); ++k) {
      jump_[k] += other.jump_[k];
      slope_[k] += other.slope_[k];
    }
  }
  std::vector<double> values(double scale) const {
    std::vector<double> table;
    double constant = 0.0, rate = 0.0;
    for (int k = 0; k <= kSteps; ++k) {
      constant += jump_[std::size_t(k)];
      rate += slope_[std::size_t(k)];
      table.push_back(scale * (constant + rate * k));
    }
    return table;
  }

 private:
  std::vector<double> jump_, slope_;
};

/// g and |grad g| along one of the lines.
class Line {
 public:
  Line(const Cell& cell, int samples)
      : cell_(cell), n_(samples), u_(samples), v_(samples), w_(samples), g_(samples), gradient_(samples), du_(samples), dv_(samples), dw_(samples) {}

  void evaluate(int line) {
    const float v = float((line + 0.5) / kLines), w = float(std::fmod(double(line) * kGenerator / kLines, 1.0) + 0.016);
    for (std::size_t i = 0; i < n_; ++i) u_[i] = float((double(i) + 0.37) / double(n_));
    std::fill(v_.begin(), v_.end(), v);
    std::fill(w_.begin(), w_.end(), w);
    cell_.function({int(n_), u_.data(), v_.data(), w_.data(), nullptr, g_.data(), du_.data(), dv_.data(), dw_.data()});
    const Vec3f inverse = cell_.info().aspect.cwiseInverse().cast<float>();
    for (std::size_t i = 0; i < n_; ++i)
      gradient_[i] = std::sqrt(du_[i] * du_[i] * inverse[0] * inverse[0] + dv_[i] * dv_[i] * inverse[1] * inverse[1] +
                               dw_[i] * dw_[i] * inverse[2] * inverse[2]);
  }
  std::size_t size() const { return n_; }
  double g(std::size_t i) const { return g_[i % n_]; }
  double gradient(std::size_t i) const { return gradient_[i % n_]; }

 private:
  const Cell& cell_;
  std::size_t n_;
  std::vector<float> u_, v_, w_, g_, gradient_, du_, dv_, dw_;
};

struct Sums {
  RampSum share, gradient, crossings;
  void add(const Sums& other) {
    share.add(other.share);
    gradient.add(other.gradient);
    crossings.add(other.crossings);
  }
};

template <class Body>
void for_each_batch(const Body& body) {
  tbb::parallel_for(0, kBatches, body);
}

}  // namespace

Distribution::Distribution(const Cell& cell) {
  // Even, for the pairs of the extrapolation.
  const int samples = 2 * int(std::ceil(0.5 * kSamplesPerCellSize * std::max(1.0, cell.info().aspect[0])));
  volume_ = cell.info().aspect.prod();
  std::vector<std::pair<double, double>> ranges(kBatches, {1e30, -1e30});
  for_each_batch([&](int batch) {
    Line line(cell, samples);
    auto& [low, high] = ranges[std::size_t(batch)];
    for (int n = batch; n < kLines; n += kBatches * kRangeStride) {
      line.evaluate(n);
      for (std::size_t i = 0; i < line.size(); ++i) {
        low = std::min(low, line.g(i));
        high = std::max(high, line.g(i));
      }
    }
  });
  double low = 1e30, high = -1e30;
  for (const auto& range : ranges) {
    low = std::min(low, range.first);
    high = std::max(high, range.second);
  }
  const double margin = 0.002 * (high - low);
  low_ = low - margin;
  step_ = std::max((high - low + 2.0 * margin) / kSteps, 1e-12);

  std::vector<Sums> sums(kBatches);
  for_each_batch([&](int batch) {
    Sums& sum = sums[std::size_t(batch)];
    Line line(cell, samples);
    const auto segment = [&](std::size_t i, std::size_t j, double weight) {
      double a = (line.g(i) - low_) / step_, b = (line.g(j) - low_) / step_;
      if (a > b) std::swap(a, b);
      sum.share.add(a, b, weight);
      sum.gradient.add(a, b, weight * 0.5 * (line.gradient(i) + line.gradient(j)));
    };
    for (int n = batch; n < kLines; n += kBatches) {
      line.evaluate(n);
      for (std::size_t i = 0; i < line.size(); i += 2) {
        segment(i, i + 1, 4.0 / 3.0);
        segment(i + 1, i + 2, 4.0 / 3.0);
        segment(i, i + 2, -2.0 / 3.0);
      }
      for (std::size_t i = 0; i < line.size(); ++i) {
        const double a = (line.g(i) - low_) / step_, b = (line.g(i + 1) - low_) / step_;
        sum.crossings.add_step(std::min(a, b), 1.0);
        sum.crossings.add_step(std::max(a, b), -1.0);
      }
    }
  });
  for (int batch = 1; batch < kBatches; ++batch) sums[0].add(sums[std::size_t(batch)]);
  const double scale = 1.0 / (double(kLines) * samples);
  share_ = sums[0].share.values(scale);
  gradient_below_ = sums[0].gradient.values(scale * volume_);
  crossings_ = sums[0].crossings.values(1.0 / kLines);
  // The extrapolation may undo monotony by a rounding.
  for (std::size_t k = 1; k < share_.size(); ++k) share_[k] = std::max(share_[k], share_[k - 1]);
}

double Distribution::at(const std::vector<double>& table, double t) const {
  const double x = (t - low_) / step_;
  if (x <= 0.0) return table.front() * (x < 0.0 ? 0.0 : 1.0);
  if (x >= kSteps) return table.back();
  const std::size_t k = std::size_t(x);
  return table[k] + (x - double(k)) * (table[k + 1] - table[k]);
}

double Distribution::level_of_share(double share) const {
  const auto above = std::lower_bound(share_.begin(), share_.end(), share);
  if (above == share_.begin()) return low_;
  if (above == share_.end()) return highest();
  const std::size_t k = std::size_t(above - share_.begin());
  const double rise = share_[k] - share_[k - 1];
  return low_ + step_ * (double(k - 1) + (rise > 0.0 ? (share - share_[k - 1]) / rise : 1.0));
}

double Distribution::share(const Band& band) const {
  const double inside = std::max(0.0, (band.high ? share_below(*band.high) : 1.0) - (band.low ? share_below(*band.low) : 0.0));
  return band.outside ? 1.0 - inside : inside;
}

double Distribution::crossings(double t) const { return at(crossings_, t); }

double Distribution::area(double t) const {
  // Coarea formula: the derivative of the integral of |grad g| below t, by differences of 4th order.
  const double h = 0.01 * (highest() - lowest());
  const auto w = [&](double s) { return at(gradient_below_, s); };
  return (8.0 * (w(t + h) - w(t - h)) - (w(t + 2.0 * h) - w(t - 2.0 * h))) / (12.0 * h);
}

std::shared_ptr<const Distribution> distribution_of(const Cell& cell) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::shared_ptr<const Distribution>> known;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(cell.info().function_key); found != known.end()) return found->second;
  }
  // Not under the lock: it runs in parallel itself. Two threads may compute the same.
  const auto made = std::make_shared<const Distribution>(cell);
  const std::lock_guard lock(mutex);
  return known.emplace(cell.info().function_key, made).first->second;
}

}  // namespace spongiosa::lattice
