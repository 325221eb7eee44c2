#include "geometry/bone/hu_calibration.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spongiosa::geometry {
namespace {

struct Tissue {
  const char* name;
  double nominal_hu, low_hu, high_hu;  ///< the range its mode is looked for in; empty: not looked for
};
constexpr std::array<Tissue, 4> kTissues = {Tissue{"air", -1000.0, -1100.0, -850.0}, Tissue{"fat", -100.0, -160.0, -40.0},
                                            Tissue{"muscle", 55.0, 15.0, 100.0}, Tissue{"blood", 45.0, 0.0, 0.0}};
constexpr std::int64_t kLeastVoxels = 20;
constexpr double kLeastApart_hu = 30.0, kPeakHalfWidth_hu = 20.0, kLeastShare = 0.005;

}  // namespace

double nominal_tissue_hu(const std::string& tissue) {
  for (const Tissue& known : kTissues)
    if (tissue == known.name) return known.nominal_hu;
  fail_input("the tissue '{}' has no nominal value here; use air, fat, muscle or blood", tissue);
}

RegionValues region_values(const HuImage& hu, const Vec3& centre_Patient, double radius_mm, const std::string& name) {
  if (!(radius_mm >= 0.5 && radius_mm <= 50.0)) fail_input("region {}: its radius is {:g} mm; expected 0.5..50 mm", name, radius_mm);
  const Vec3 c = hu.to_index(centre_Patient), reach = Vec3::Constant(radius_mm).cwiseQuotient(hu.spacing_mm);
  for (int a = 0; a < 3; ++a)
    if (c[a] - reach[a] < 0.0 || c[a] + reach[a] > double(hu.size[std::size_t(a)] - 1))
      fail_input("region {}: the ball of {:g} mm round ({:.1f}, {:.1f}, {:.1f}) mm leaves the scan", name, radius_mm, centre_Patient[0],
                 centre_Patient[1], centre_Patient[2]);
  double sum = 0.0, squares = 0.0;
  RegionValues values;
  for (auto k = std::int64_t(c[2] - reach[2]); k <= std::int64_t(c[2] + reach[2]) + 1; ++k)
    for (auto j = std::int64_t(c[1] - reach[1]); j <= std::int64_t(c[1] + reach[1]) + 1; ++j)
      for (auto i = std::int64_t(c[0] - reach[0]); i <= std::int64_t(c[0] + reach[0]) + 1; ++i) {
        if (!hu.contains(i, j, k)) continue;
        if ((Vec3(double(i), double(j), double(k)) - c).cwiseProduct(hu.spacing_mm).norm() > radius_mm) continue;
        const double value = hu.at(i, j, k);
        sum += value;
        squares += value * value;
        ++values.voxels;
      }
  if (values.voxels < kLeastVoxels)
    fail_input("region {}: only {} voxels lie in it; expected at least {}: make it larger", name, values.voxels, kLeastVoxels);
  const double n = double(values.voxels);
  values.mean_hu = sum / n;
  values.sd_hu = std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1.0)));
  return values;
}

HuFit fit_hu(std::vector<CalibrationPoint> points) {
  if (points.size() < 2) fail_input("{} calibration points; at least two materials of known value are needed", points.size());
  HuFit fit;
  double x = 0.0, y = 0.0;
  for (const auto& p : points) {
    x += p.measured.mean_hu / double(points.size());
    y += p.expected / double(points.size());
  }
  double xx = 0.0, xy = 0.0, low = 1e300, high = -1e300;
  for (const auto& p : points) {
    xx += (p.measured.mean_hu - x) * (p.measured.mean_hu - x);
    xy += (p.measured.mean_hu - x) * (p.expected - y);
    low = std::min(low, p.measured.mean_hu);
    high = std::max(high, p.measured.mean_hu);
  }
  if (high - low < kLeastApart_hu)
    fail_input("the calibration points span {:.1f} HU; at least {:g} HU are needed: check where the regions lie", high - low, kLeastApart_hu);
  fit.slope = xy / xx;
  fit.intercept = y - fit.slope * x;
  double squares = 0.0;
  for (auto& p : points) {
    p.residual = p.expected - (fit.slope * p.measured.mean_hu + fit.intercept);
    squares += p.residual * p.residual;
    fit.largest_residual = std::max(fit.largest_residual, std::abs(p.residual));
  }
  fit.rms_residual = std::sqrt(squares / double(points.size()));
  fit.points = std::move(points);
  return fit;
}

std::vector<CalibrationPoint> find_tissues(const HuImage& hu) {
  constexpr int kFirst_hu = -1200, kBins = 1400;
  std::vector<double> histogram(kBins, 0.0), smooth(kBins, 0.0);
  for (const std::int16_t value : hu.data)
    if (value >= kFirst_hu && value < kFirst_hu + kBins) histogram[std::size_t(value - kFirst_hu)] += 1.0;
  constexpr int kHalf = 8;
  for (int b = kHalf; b + kHalf < kBins; ++b)
    for (int m = -kHalf; m <= kHalf; ++m) smooth[std::size_t(b)] += histogram[std::size_t(b + m)];
  std::vector<CalibrationPoint> found;
  for (const Tissue& tissue : kTissues) {
    if (tissue.low_hu == tissue.high_hu) continue;
    const int first = int(tissue.low_hu) - kFirst_hu, last = int(tissue.high_hu) - kFirst_hu;
    const auto peak = std::max_element(smooth.begin() + first, smooth.begin() + last + 1);
    const int at = int(peak - smooth.begin());
    if (at <= first + 1 || at >= last - 1) continue;
    double count = 0.0, sum = 0.0, squares = 0.0;
    // Twice: the mean of what lies round the peak is nearer to the mode than the peak of a noisy histogram.
    double middle = at + kFirst_hu;
    for (int round = 0; round < 2; ++round) {
      count = sum = squares = 0.0;
      for (int v = int(std::lround(middle - kPeakHalfWidth_hu)); v <= int(std::lround(middle + kPeakHalfWidth_hu)); ++v) {
        if (v < kFirst_hu || v >= kFirst_hu + kBins) continue;
        const double n = histogram[std::size_t(v - kFirst_hu)];
        count += n;
        sum += n * v;
        squares += n * v * v;
      }
      if (count > 0.0) middle = sum / count;
    }
    if (count < kLeastShare * double(hu.data.size())) continue;
    RegionValues values;
    values.mean_hu = middle;
    values.sd_hu = std::sqrt(std::max(0.0, squares / count - middle * middle));
    values.voxels = std::int64_t(count);
    found.push_back({tissue.name, values, tissue.nominal_hu, 0.0});
  }
  if (found.size() < 2)
    fail_input("{} of air, fat and muscle stand out in the histogram of this scan; two are needed: give regions instead", found.size());
  return found;
}

}  // namespace spongiosa::geometry
