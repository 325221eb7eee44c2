#include "geometry/bone/detail/levels.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

namespace spongiosa::geometry::bone_detail {
namespace {

double median_of(std::vector<float>& values) {
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return double(*middle);
}

}  // namespace

double soft_tissue_mode_hu(const FloatImage& hu) {
  constexpr int kFirst = -60, kLast = 170;
  std::vector<double> histogram(kLast - kFirst + 1, 0.0);
  for (const float value : hu.data) {
    const int bin = int(std::lround(value)) - kFirst;
    if (bin >= 0 && bin < int(histogram.size())) histogram[std::size_t(bin)] += 1.0;
  }
  int best = 0;
  double most = -1.0;
  for (int at = -20; at <= 130; ++at) {
    double sum = 0.0;
    for (int d = -20; d <= 20; ++d) sum += histogram[std::size_t(at + d - kFirst)] * std::exp(-0.5 * d * d / 100.0);
    if (sum > most) {
      most = sum;
      best = at;
    }
  }
  return best;
}

double soft_tissue_noise_hu(const FloatImage& hu, double soft_hu) {
  const auto half = std::max<std::int64_t>(2, std::lround(2.5 / hu.spacing_mm[0]));
  std::vector<float> deviation;
  for (std::int64_t k = 0; k < hu.size[2]; ++k)
    for (std::int64_t j = half; j + half < hu.size[1]; j += half)
      for (std::int64_t i = half; i + half < hu.size[0]; i += half) {
        // Least-squares plane over a square patch: its terms are orthogonal, so each coefficient stands alone.
        double n = 0, sum = 0, sum2 = 0, x = 0, y = 0, x2 = 0;
        for (std::int64_t b = -half; b <= half; ++b)
          for (std::int64_t a = -half; a <= half; ++a) {
            const double value = hu.at(i + a, j + b, k);
            n += 1;
            sum += value;
            sum2 += value * value;
            x += value * double(a);
            y += value * double(b);
            x2 += double(a * a);
          }
        const double mean = sum / n;
        if (std::abs(mean - soft_hu) > 40.0) continue;
        const double residual = sum2 - n * mean * mean - (x * x + y * y) / x2;
        deviation.push_back(float(std::sqrt(std::max(0.0, residual / (n - 3.0)))));
      }
  return deviation.empty() ? 0.0 : median_of(deviation);
}

double ball_mean(const FloatImage& image, const Vec3& p_Patient, double radius_mm) {
  const Vec3 centre = image.to_index(p_Patient);
  Index3 lo, hi;
  for (int a = 0; a < 3; ++a) {
    lo[a] = std::max<std::int64_t>(0, std::int64_t(std::ceil(centre[a] - radius_mm / image.spacing_mm[a])));
    hi[a] = std::min(image.size[a] - 1, std::int64_t(std::floor(centre[a] + radius_mm / image.spacing_mm[a])));
  }
  double sum = 0.0, n = 0.0;
  for (std::int64_t k = lo[2]; k <= hi[2]; ++k)
    for (std::int64_t j = lo[1]; j <= hi[1]; ++j)
      for (std::int64_t i = lo[0]; i <= hi[0]; ++i) {
        if ((Vec3(double(i), double(j), double(k)) - centre).cwiseProduct(image.spacing_mm).norm() > radius_mm) continue;
        sum += image.at(i, j, k);
        n += 1.0;
      }
  return n > 0.0 ? sum / n : image.sample(p_Patient);
}

std::vector<double> line_profile(const FloatImage& image, const Vec3& a_Patient, const Vec3& b_Patient) {
  const double length = (b_Patient - a_Patient).norm();
  const Vec3 along = (b_Patient - a_Patient) / length;
  const Vec3 side = along.unitOrthogonal();
  const Vec3 other = along.cross(side);
  std::vector<double> profile;
  for (double t = 0.0; t <= length; t += 0.5) {
    double sum = 0.0;
    int n = 0;
    for (int a = -4; a <= 4; ++a)
      for (int b = -4; b <= 4; ++b) {
        if (a * a + b * b > 16) continue;
        sum += image.sample(a_Patient + t * along + double(a) * side + double(b) * other);
        ++n;
      }
    profile.push_back(sum / n);
  }
  return profile;
}

GreyLevels grey_levels(const FloatImage& smoothed, const std::vector<VertebraSeed>& seeds, std::optional<double> threshold_hu) {
  GreyLevels levels;
  levels.soft_hu = soft_tissue_mode_hu(smoothed);
  std::vector<float> bone;
  for (const float value : smoothed.data)
    if (value > levels.soft_hu + 200.0) bone.push_back(value);
  levels.cortex_hu = bone.empty() ? levels.soft_hu + 400.0 : median_of(bone);

  for (std::size_t n = 0; n < seeds.size(); ++n) {
    SeedLevel level;
    level.inside_hu = ball_mean(smoothed, seeds[n].p_Patient, 4.0);
    // 100 HU above soft tissue is about 0.1 g/cm^3 of mineral: no disc, cartilage or muscle reaches it without calcium.
    // The narrower ball keeps a seed in a thin disc, with endplates on both sides, from passing for one in bone.
    level.bright = level.inside_hu >= levels.soft_hu + 100.0 && ball_mean(smoothed, seeds[n].p_Patient, 2.0) >= levels.soft_hu + 75.0;
    level.dark_hu = levels.soft_hu;
    levels.seeds.push_back(level);
  }
  for (std::size_t n = 0; n < seeds.size(); ++n) {
    SeedLevel& level = levels.seeds[n];
    for (std::size_t m = 0; m < seeds.size(); ++m) {
      // The nearest other seed on either side is across one disc; its darkest cross-section is the disc.
      if (m == n) continue;
      const auto profile = line_profile(smoothed, seeds[n].p_Patient, seeds[m].p_Patient);
      const double darkest = *std::min_element(profile.begin(), profile.end());
      if (darkest < 0.5 * (levels.soft_hu + level.inside_hu)) level.dark_hu = std::max(level.dark_hu, darkest);
    }
    // Half way between bone and its surroundings, where the spongiosa is the bone edge; else well up the flank of the cortex.
    level.threshold_hu = threshold_hu ? *threshold_hu
                         : level.bright ? 0.5 * (level.dark_hu + level.inside_hu)
                                        : levels.soft_hu + 0.4 * (levels.cortex_hu - levels.soft_hu);
  }
  return levels;
}

}  // namespace spongiosa::geometry::bone_detail
