#include "lattice/grading/calibrate.h"

#include "core/error.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

namespace spongiosa::lattice {
namespace {

constexpr double kTwoPi = 6.283185307179586;

/// The surface along lines through the periodic cell parallel to x, whose places in y and z form a Fibonacci lattice (28657
/// points, generator 17711): it shares no symmetry with the cell, so that the mean over the lines converges faster than on
/// square grids. Along a line f is taken as linear between neighbours, which makes the length below a threshold exact per
/// segment; the error of that, of second order, is removed by Richardson's extrapolation from twice the step.
/// Against square grids of up to 768 samples per axis the share differs by less than 3e-5.
class PeriodicSamples {
 public:
  explicit PeriodicSamples(const Surface& surface) : f_(std::size_t(kLines) * kN) {
    std::vector<Trig> along;
    for (int i = 0; i < kN; ++i) along.push_back(trig(kTwoPi * (i + 0.37) / kN));
    tbb::parallel_for(0, kLines, [&](int line) {
      float unused[kN];
      const double y = (line + 0.5) / kLines, z = std::fmod(double(line) * kGenerator / kLines, 1.0);
      surface.row(along.data(), kN, trig(kTwoPi * y), trig(kTwoPi * z + 0.1), &f_[std::size_t(line) * kN], unused);
    });
    const auto [low, high] = std::minmax_element(f_.begin(), f_.end());
    lowest_ = *low;
    highest_ = *high;
  }

  double lowest() const { return lowest_; }
  double highest() const { return highest_; }

  /// Share of the cell with f < t.
  double share_below(double t) const {
    std::vector<double> batches(kBatches, 0.0);
    tbb::parallel_for(0, kBatches, [&](int batch) {
      double fine = 0.0, coarse = 0.0;
      for (int line = batch; line < kLines; line += kBatches) {
        const float* f = &f_[std::size_t(line) * kN];
        for (int n = 0; n < kN; n += 2) {
          const double a = f[n] - t, b = f[n + 1] - t, c = f[(n + 2) % kN] - t;
          fine += below(a, b) + below(b, c);
          coarse += 2.0 * below(a, c);
        }
      }
      batches[std::size_t(batch)] = fine + (fine - coarse) / 3.0;
    });
    double total = 0.0;
    for (double batch : batches) total += batch;
    return total / (double(kN) * kLines);
  }

  double solid_share(Phase phase, double t) const {
    return phase == Phase::kSheet ? std::max(0.0, share_below(t) - share_below(-t)) : share_below(t);
  }

  /// Mean number of times that a line of one cell's length crosses f = t.
  double crossings(double t) const {
    std::int64_t count = 0;
    for (int line = 0; line < kLines; ++line) {
      const float* f = &f_[std::size_t(line) * kN];
      for (int n = 0; n < kN; ++n) count += (f[n] < t) != (f[(n + 1) % kN] < t);
    }
    return double(count) / kLines;
  }

 private:
  /// Share of a segment where a linear function from a to b is negative.
  static double below(double a, double b) {
    if (a < 0.0) return b < 0.0 ? 1.0 : a / (a - b);
    return b < 0.0 ? b / (b - a) : 0.0;
  }

  static constexpr int kN = 96, kLines = 28657, kGenerator = 17711, kBatches = 64;
  std::vector<float> f_;
  double lowest_ = 0.0, highest_ = 0.0;
};

}  // namespace

double porosity_for_threshold(const Cell& cell, double threshold) {
  return 1.0 - PeriodicSamples(*cell.surface).solid_share(cell.phase, threshold);
}

double crossings_per_line(const Cell& cell, double threshold) {
  const PeriodicSamples samples(*cell.surface);
  return samples.crossings(threshold) + (cell.phase == Phase::kSheet ? samples.crossings(-threshold) : 0.0);
}

double threshold_for_porosity(const Cell& cell, double porosity_fraction) {
  if (!(porosity_fraction > 0.0 && porosity_fraction < 1.0))
    fail_input("cell '{}': a porosity of {} is not possible; expected a fraction between 0 and 1", cell.name, porosity_fraction);
  const PeriodicSamples samples(*cell.surface);
  const double target = 1.0 - porosity_fraction;
  double low = cell.phase == Phase::kSheet ? 0.0 : samples.lowest();
  double high = cell.phase == Phase::kSheet ? std::max(-samples.lowest(), samples.highest()) : samples.highest();
  double share_low = 0.0, share_high = 1.0;
  double t = 0.5 * (low + high);
  // The share grows with t: regula falsi, kept away from the ends of the bracket so that it always shrinks.
  for (int step = 0; step < 60 && high - low > 1e-7; ++step) {
    const double slope_guess = low + (high - low) * (target - share_low) / std::max(share_high - share_low, 1e-12);
    const double margin = (step % 3 == 2 ? 0.5 : 0.02) * (high - low);
    t = std::clamp(slope_guess, low + margin, high - margin);
    const double share = samples.solid_share(cell.phase, t);
    if (std::abs(share - target) < 1e-7) break;
    (share < target ? low : high) = t;
    (share < target ? share_low : share_high) = share;
  }
  return t;
}

}  // namespace spongiosa::lattice
