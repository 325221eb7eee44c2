#include "lattice/grading/blend.h"

#include "core/error.h"
#include "lattice/cells/distribution.h"
#include "lattice/grading/calibrate.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace spongiosa::lattice {
namespace {

constexpr int kBatch = 256;
constexpr int kWeights = 65, kShares = 513, kDensities = 94;
constexpr int kSamples = 131072;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The function of a cell with its gradient.
struct Function {
  float value[kBatch], du[kBatch], dv[kBatch], dw[kBatch];

  Function(const Cell& cell, int n, const float* u, const float* v, const float* w, bool gradient) {
    cell.function({n, u, v, w, nullptr, value, gradient ? du : nullptr, gradient ? dv : nullptr, gradient ? dw : nullptr});
  }
};

/// Points of a rank-1 lattice: their mean converges nearly like 1/n for periodic functions. The generator's entries are
/// powers of the root of x^4 = x + 1, the golden ratio's sequence for three dimensions.
struct SamplePoints {
  std::vector<float> u, v, w;
  SamplePoints() {
    constexpr double kRoot = 1.2207440846057596;
    for (int i = 0; i < kSamples; ++i) {
      const auto part = [&](double power) { return float(std::fmod(0.5 + double(i) / power, 1.0)); };
      u.push_back(part(kRoot));
      v.push_back(part(kRoot * kRoot));
      w.push_back(part(kRoot * kRoot * kRoot));
    }
  }
};

/// The function at all samples, and the mean magnitude of its gradient in units of the cell size.
double sample(const Cell& cell, const SamplePoints& points, std::vector<float>& values) {
  values.resize(kSamples);
  const Vec3 per_edge = cell.info().aspect.cwiseInverse();
  double sum = 0.0;
  for (int first = 0; first < kSamples; first += kBatch) {
    const Function g(cell, kBatch, &points.u[std::size_t(first)], &points.v[std::size_t(first)], &points.w[std::size_t(first)], true);
    std::copy(g.value, g.value + kBatch, values.begin() + first);
    for (int i = 0; i < kBatch; ++i) sum += Vec3(g.du[i], g.dv[i], g.dw[i]).cwiseProduct(per_edge).norm();
  }
  return sum / kSamples;
}

/// Share of the cell below its band, for every density of the table.
std::vector<float> shares_below(const Cell& cell) {
  const auto distribution = distribution_of(cell);
  std::vector<float> shares;
  for (int d = 0; d < kDensities; ++d) {
    const double density = CellBlend::least_density() + (CellBlend::most_density() - CellBlend::least_density()) * d / (kDensities - 1);
    const Band band = cell.band(level_for_density(cell, density));
    if (band.outside)
      fail_input("cell '{}' is two networks and cannot be blended; expected a single network, a sheet or struts", cell.name());
    shares.push_back(band.low ? float(distribution->share_below(*band.low)) : 0.0f);
  }
  return shares;
}

/// Linear between table entries; `place` counts entries.
float between(const float* table, int count, float place) {
  const int i = std::clamp(int(place), 0, count - 2);
  return table[i] + (place - float(i)) * (table[i + 1] - table[i]);
}

}  // namespace

struct CellBlend::Impl {
  CellPtr cells[2];
  float scale[2];                     ///< 1 / mean gradient
  std::vector<float> below[2];        ///< share below the band, by density
  std::vector<float> levels;          ///< of G, by weight and share

  float level_of_share(float weight, float share) const {
    const float x = weight * (kWeights - 1);
    const int i = std::clamp(int(x), 0, kWeights - 2);
    const float* row = &levels[std::size_t(i * kShares)];
    const float low = between(row, kShares, share * (kShares - 1)), high = between(row + kShares, kShares, share * (kShares - 1));
    return low + (x - float(i)) * (high - low);
  }
  /// The band of G. Where nothing is left below or above, that side is open.
  std::pair<float, float> band(float weight, float density) const {
    const float place = (density - float(least_density())) * float((kDensities - 1) / (most_density() - least_density()));
    const float a = (1.0f - weight) * between(below[0].data(), kDensities, place) + weight * between(below[1].data(), kDensities, place);
    constexpr float kNothing = 1e-5f;
    return {a < kNothing ? -kInfinity : level_of_share(weight, a), a + density > 1.0f - kNothing ? kInfinity : level_of_share(weight, a + density)};
  }
  /// G, into value and gradient; weight i is at weights[i * stride].
  void function(const CellBatch& batch, const float* weights, int stride) const {
    const bool gradient = batch.du != nullptr;
    for (int first = 0; first < batch.n; first += kBatch) {
      const int n = std::min(kBatch, batch.n - first);
      const Function one(*cells[0], n, batch.u + first, batch.v + first, batch.w + first, gradient);
      const Function two(*cells[1], n, batch.u + first, batch.v + first, batch.w + first, gradient);
      for (int i = 0; i < n; ++i) {
        const float weight = weights[(first + i) * stride];
        const float a = (1.0f - weight) * scale[0], b = weight * scale[1];
        batch.value[first + i] = a * one.value[i] + b * two.value[i];
        if (!gradient) continue;
        batch.du[first + i] = a * one.du[i] + b * two.du[i];
        batch.dv[first + i] = a * one.dv[i] + b * two.dv[i];
        batch.dw[first + i] = a * one.dw[i] + b * two.dw[i];
      }
    }
  }
  /// The field of the solid.
  void evaluate(const CellBatch& batch, const float* weights, int stride, const float* density) const {
    function(batch, weights, stride);
    for (int i = 0; i < batch.n; ++i) {
      const auto [low, high] = band(weights[i * stride], density[i]);
      const float above = batch.value[i] - high, under = low - batch.value[i];
      batch.value[i] = std::max(above, under);
      if (batch.du && under > above) batch.du[i] = -batch.du[i], batch.dv[i] = -batch.dv[i], batch.dw[i] = -batch.dw[i];
    }
  }
};

namespace {

/// A blend of one weight as a periodic cell; its level is the density.
class BlendedCell final : public Cell {
 public:
  BlendedCell(std::shared_ptr<const CellBlend::Impl> blend, float weight, CellInfo info)
      : blend_(std::move(blend)), weight_(weight), info_(std::move(info)) {}
  const CellInfo& info() const override { return info_; }
  void evaluate(const CellBatch& batch) const override { blend_->evaluate(batch, &weight_, 0, batch.level); }
  void function(const CellBatch& batch) const override { blend_->function(batch, &weight_, 0); }
  Band band(double level) const override {
    const auto [low, high] = blend_->band(weight_, float(level));
    Band band;
    if (low > -kInfinity) band.low = low;
    if (high < kInfinity) band.high = high;
    return band;
  }

 private:
  std::shared_ptr<const CellBlend::Impl> blend_;
  float weight_;
  CellInfo info_;
};

}  // namespace

CellBlend::CellBlend(CellPtr first, CellPtr second) {
  if ((first->info().aspect - second->info().aspect).norm() > 1e-6)
    fail_input("cells '{}' and '{}' have different proportions and cannot be blended; expected cells of the same aspect", first->name(), second->name());
  auto impl = std::make_shared<Impl>();
  impl->cells[0] = std::move(first);
  impl->cells[1] = std::move(second);
  const SamplePoints points;
  std::vector<float> g[2];
  for (int c = 0; c < 2; ++c) {
    impl->below[c] = shares_below(*impl->cells[c]);
    impl->scale[c] = float(1.0 / sample(*impl->cells[c], points, g[c]));
  }
  impl->levels.resize(kWeights * kShares);
  tbb::parallel_for(0, kWeights, [&](int k) {
    const float weight = float(k) / (kWeights - 1);
    std::vector<float> blended(kSamples);
    for (std::size_t i = 0; i < blended.size(); ++i)
      blended[i] = (1.0f - weight) * impl->scale[0] * g[0][i] + weight * impl->scale[1] * g[1][i];
    std::sort(blended.begin(), blended.end());
    for (int s = 0; s < kShares; ++s) {
      const double place = std::clamp(double(s) / (kShares - 1) * kSamples - 0.5, 0.0, double(kSamples - 2));
      const std::size_t below = std::size_t(place);
      impl->levels[std::size_t(k * kShares + s)] = blended[below] + float(place - double(below)) * (blended[below + 1] - blended[below]);
    }
  });
  impl_ = impl;
}

void CellBlend::evaluate(const BlendBatch& batch) const {
  impl_->evaluate({batch.n, batch.u, batch.v, batch.w, nullptr, batch.value, batch.du, batch.dv, batch.dw}, batch.weight, 1, batch.density);
}

CellPtr CellBlend::at_weight(double weight) const {
  if (!(weight >= 0.0 && weight <= 1.0)) fail_input("a blend weight of {} is not possible; expected 0 to 1", weight);
  CellInfo info;
  const CellInfo &one = impl_->cells[0]->info(), &two = impl_->cells[1]->info();
  info.name = fmt::format("{}~{}@{:.4g}", one.name, two.name, weight);
  info.family = "blend";
  info.source = fmt::format("{:.4g} of the normalised function of {} plus {:.4g} of that of {}", 1.0 - weight, one.name, weight, two.name);
  info.aspect = one.aspect;
  info.level = "density";
  info.level_min = least_density();
  info.level_max = most_density();
  info.key = fmt::format("blend({}; {}; {:.17g})", one.key, two.key, weight);
  info.function_key = info.key;
  return std::make_shared<BlendedCell>(impl_, float(weight), std::move(info));
}

}  // namespace spongiosa::lattice
