#include "lattice/cells/distribution.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_map>

namespace spongiosa::lattice {
namespace {

constexpr int kBatches = 64, kSteps = 8192;
/// Starting points of the lines: a Fibonacci number and the one before it.
constexpr std::pair<int, int> kLines{2584, 1597};
const Vec3 kDirection(5, 7, 9);  ///< cells that a line goes through before it closes
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

/// g along one of the closed lines, with |grad g| and the mean of |dg/dx|, |dg/dy|, |dg/dz|.
class Line {
 public:
  Line(const Cell& cell, std::size_t samples)
      : cell_(cell), inverse_(cell.info().aspect.cwiseInverse().cast<float>()), u_(samples), v_(samples), w_(samples), g_(samples),
        du_(samples), dv_(samples), dw_(samples), norm_(samples), mean_(samples), slope_(samples) {}

  void evaluate(int line) {
    const double count = kLines.first;
    const Vec3 start(0.0, (line + 0.5) / count, std::fmod(double(line) * kLines.second / count, 1.0));
    for (std::size_t i = 0; i < size(); ++i) {
      const Vec3 u = start + (double(i) + 0.37) / double(size()) * kDirection;
      u_[i] = float(u[0] - std::floor(u[0]));
      v_[i] = float(u[1] - std::floor(u[1]));
      w_[i] = float(u[2] - std::floor(u[2]));
    }
    cell_.function({int(size()), u_.data(), v_.data(), w_.data(), nullptr, g_.data(), du_.data(), dv_.data(), dw_.data()});
    for (std::size_t i = 0; i < size(); ++i) {
      const Vec3f gradient = Vec3f(du_[i], dv_[i], dw_[i]).cwiseProduct(inverse_);
      norm_[i] = gradient.norm();
      mean_[i] = gradient.cwiseAbs().mean();
      slope_[i] = (du_[i] * float(kDirection[0]) + dv_[i] * float(kDirection[1]) + dw_[i] * float(kDirection[2])) / float(size());
    }
  }
  std::size_t size() const { return u_.size(); }
  double g(std::size_t i) const { return g_[i % size()]; }
  double norm(std::size_t i) const { return norm_[i % size()]; }
  double mean(std::size_t i) const { return mean_[i % size()]; }
  double slope(std::size_t i) const { return slope_[i % size()]; }  ///< change of g per sample

 private:
  const Cell& cell_;
  Vec3f inverse_;
  std::vector<float> u_, v_, w_, g_, du_, dv_, dw_, norm_, mean_, slope_;
};

struct Sums {
  RampSum share, norm, mean;
  void add(const Sums& other) {
    share.add(other.share);
    norm.add(other.norm);
    mean.add(other.mean);
  }
};

/// Large tiles have many cells' worth of structure to average over. Distances have creases, which lie close together where plates or random
/// struts meet.
double samples_per_cell_size(const CellInfo& cell) {
  const bool creased = cell.family == "plate" || (cell.is_tile() && cell.is_distance);
  return (creased ? 2.0 : 1.0) * (cell.is_tile() ? 40.0 : 96.0);
}

template <class Body>
void for_each_batch(const Body& body) {
  tbb::parallel_for(0, kBatches, body);
}

}  // namespace

Distribution::Distribution(const Cell& cell) {
  const Vec3& aspect = cell.info().aspect;
  // Even, for the pairs of the extrapolation.
  const double per_cell_size = samples_per_cell_size(cell.info());
  const std::size_t samples = 2 * std::size_t(std::ceil(0.5 * per_cell_size * kDirection.cwiseProduct(aspect).norm()));
  volume_ = aspect.prod();
  struct Range {
    double low = 1e30, high = -1e30, norm = 0.0;
  };
  std::vector<Range> ranges(kBatches);
  for_each_batch([&](int batch) {
    Line line(cell, samples);
    auto& [low, high, norm] = ranges[std::size_t(batch)];
    for (int n = batch; n < kLines.first; n += kBatches * kRangeStride) {
      line.evaluate(n);
      for (std::size_t i = 0; i < line.size(); ++i) {
        low = std::min(low, line.g(i));
        high = std::max(high, line.g(i));
        norm = std::max(norm, line.norm(i));
      }
    }
  });
  double low = 1e30, high = -1e30, norm = 0.0;
  for (const Range& range : ranges) {
    low = std::min(low, range.low);
    high = std::max(high, range.high);
    norm = std::max(norm, range.norm);
  }
  // Slopes of opposite sign and this size at neighbouring samples are a crease, not an extremum: the middle of a plate.
  const double steep = 0.25 * norm * kDirection.cwiseProduct(aspect).norm() / double(samples);
  const double margin = 0.002 * (high - low);
  low_ = low - margin;
  step_ = std::max((high - low + 2.0 * margin) / kSteps, 1e-12);

  std::vector<Sums> sums(kBatches);
  for_each_batch([&](int batch) {
    Sums& sum = sums[std::size_t(batch)];
    Line line(cell, samples);
    const auto ramp = [&](double a, double b, double length, double norm, double mean) {
      a = (a - low_) / step_;
      b = (b - low_) / step_;
      if (a > b) std::swap(a, b);
      sum.share.add(a, b, length);
      sum.norm.add(a, b, length * norm);
      sum.mean.add(a, b, length * mean);
    };
    const auto segment = [&](std::size_t i, double samples_long, double weight) {
      const std::size_t j = i + std::size_t(samples_long);
      const double a = line.g(i), b = line.g(j), at_a = line.slope(i), at_b = line.slope(j);
      const double norm = 0.5 * (line.norm(i) + line.norm(j)), mean = 0.5 * (line.mean(i) + line.mean(j));
      if (at_a * at_b < 0.0 && std::min(std::abs(at_a), std::abs(at_b)) > steep) {
        const double x = (b - a - at_b * samples_long) / (at_a - at_b);
        if (x > 0.0 && x < samples_long) {
          ramp(a, a + at_a * x, weight * x, norm, mean);
          ramp(a + at_a * x, b, weight * (samples_long - x), norm, mean);
          return;
        }
      }
      ramp(a, b, weight * samples_long, norm, mean);
    };
    for (int n = batch; n < kLines.first; n += kBatches) {
      line.evaluate(n);
      for (std::size_t i = 0; i < line.size(); i += 2) {
        segment(i, 1.0, 4.0 / 3.0);
        segment(i + 1, 1.0, 4.0 / 3.0);
        segment(i, 2.0, -1.0 / 3.0);
      }
    }
  });
  for (int batch = 1; batch < kBatches; ++batch) sums[0].add(sums[std::size_t(batch)]);
  const double scale = 1.0 / (double(kLines.first) * double(samples));
  share_ = sums[0].share.values(scale);
  norm_below_ = sums[0].norm.values(scale);
  mean_below_ = sums[0].mean.values(scale);
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

double Distribution::slope(const std::vector<double>& table, double t) const {
  // A straight line fitted to the table over about 4 % of the cell's volume, less near its ends: wide enough to average over the lines, narrow
  // enough for the neighbourhood of saddle values. Samples at -kHalf..kHalf have sum of squares kHalf (kHalf + 1) (2 kHalf + 1) / 3.
  constexpr int kHalf = 24;
  const double share = share_below(t), around = std::min(0.02, 0.25 * std::min(share, 1.0 - share));
  const double width = std::max(1e-9, std::min(0.5 * (level_of_share(share + around) - level_of_share(share - around)),
                                                 0.9 * std::min(t - lowest(), highest() - t)));
  double sum = 0.0;
  for (int k = 1; k <= kHalf; ++k) sum += k * (at(table, t + width * k / kHalf) - at(table, t - width * k / kHalf));
  return sum / (kHalf * (kHalf + 1) * (2 * kHalf + 1) / 3.0) * kHalf / width;
}
// Coarea formula: the integral of any q over the surface g = t is the derivative of the volume integral of q |grad g| below t.
double Distribution::area(double t) const { return volume_ * slope(norm_below_, t); }
double Distribution::crossings(double t) const { return slope(mean_below_, t); }

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
