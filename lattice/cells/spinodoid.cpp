#include "lattice/cells/spinodoid.h"

#include "lattice/cells/check_parameter.h"

#include <tbb/parallel_for.h>

#include <complex>
#include <numbers>
#include <random>

namespace spongiosa::lattice {
namespace {

using std::numbers::pi;

struct Mode {
  std::array<int, 3> n;
  double phase, amplitude;
};

std::vector<Mode> modes_of(const CellInfo& info, const SpinodoidShape& shape) {
  std::mt19937_64 random(shape.seed);
  std::vector<Mode> modes;
  const int reach = shape.tile + 1;
  for (int k = -reach; k <= reach; ++k)
    for (int j = -reach; j <= reach; ++j)
      for (int i = -reach; i <= reach; ++i) {
        if (std::array<int, 3>{i, j, k} <= std::array<int, 3>{0, 0, 0}) continue;
        const double length = std::sqrt(double(i * i + j * j + k * k));
        if (std::abs(length - shape.tile) >= 0.5) continue;
        const std::array<int, 3> n{i, j, k};
        bool within = false;
        for (std::size_t axis = 0; axis < 3; ++axis)
          within = within || std::acos(std::min(1.0, std::abs(n[axis]) / length)) <= (shape.cone_deg[axis] + 1e-9) * pi / 180.0;
        if (!within) continue;
        modes.push_back({n, 2.0 * pi * double(random() >> 11) * 0x1.0p-53, 0.0});
      }
  if (modes.size() < 12)
    fail_input("cell '{}': only {} wave vectors lie in cones of {}, {} and {} degrees; at least 12 are needed: widen the cones or enlarge tile",
               info.name, modes.size(), shape.cone_deg[0], shape.cone_deg[1], shape.cone_deg[2]);
  for (Mode& mode : modes) mode.amplitude = std::sqrt(2.0 / double(modes.size()));
  return modes;
}

/// Uniform cubic B-spline at t in 0..1 between the second and third of four knots, with derivative by t.
struct Weights {
  float value[4], slope[4];
  explicit Weights(float t) {
    const float s = 1.0f - t;
    value[0] = s * s * s / 6.0f;
    value[1] = (4.0f - 3.0f * t * t * (2.0f - t)) / 6.0f;
    value[2] = (4.0f - 3.0f * s * s * (2.0f - s)) / 6.0f;
    value[3] = t * t * t / 6.0f;
    slope[0] = -0.5f * s * s;
    slope[1] = 0.5f * t * (3.0f * t - 4.0f);
    slope[2] = 0.5f * s * (4.0f - 3.0f * s);
    slope[3] = 0.5f * t * t;
  }
};

class Spinodoid : public FunctionCell {
 public:
  Spinodoid(CellInfo info, const SpinodoidShape& shape, const std::vector<Mode>& modes)
      : FunctionCell(std::move(info), PhaseRule()), knots_(kKnotsPerWave * shape.tile) {
    coefficients_.resize(std::size_t(knots_) * std::size_t(knots_) * std::size_t(knots_));
    // exp(2 pi i n k / knots) by table. The spline with coefficients cos at the knots is the cosine times (2 + cos h) / 3 per
    // axis there, h the phase per knot: dividing by that makes it exact at the knots.
    std::vector<std::complex<double>> turn;
    for (int k = 0; k < knots_; ++k) turn.push_back(std::polar(1.0, 2.0 * pi * k / knots_));
    const auto at = [&](int product) { return turn[std::size_t(((product % knots_) + knots_) % knots_)]; };
    tbb::parallel_for(0, knots_, [&](int k) {
      for (int j = 0; j < knots_; ++j) {
        float* row = &coefficients_[std::size_t(knots_) * (std::size_t(j) + std::size_t(knots_) * std::size_t(k))];
        for (const Mode& mode : modes) {
          double scale = mode.amplitude;
          for (int n : mode.n) scale *= 3.0 / (2.0 + std::cos(2.0 * pi * n / knots_));
          const std::complex<double> start = scale * std::polar(1.0, mode.phase) * at(mode.n[1] * j + mode.n[2] * k);
          for (int i = 0; i < knots_; ++i) row[i] += float((start * at(mode.n[0] * i)).real());
        }
      }
    });
  }

  void function(const CellBatch& batch) const override {
    const auto place = [&](float u, int index[4]) {
      const float x = (u - std::floor(u)) * float(knots_);
      const int first = std::min(int(x), knots_ - 1);
      for (int n = 0; n < 4; ++n) {
        const int knot = first + n - 1;
        index[n] = knot < 0 ? knot + knots_ : knot >= knots_ ? knot - knots_ : knot;
      }
      return x - float(first);
    };
    for (int p = 0; p < batch.n; ++p) {
      int i[4], j[4], k[4];
      const Weights x(place(batch.u[p], i)), y(place(batch.v[p], j)), z(place(batch.w[p], k));
      float value = 0.0f, du = 0.0f, dv = 0.0f, dw = 0.0f;
      for (int c = 0; c < 4; ++c)
        for (int b = 0; b < 4; ++b) {
          const float* row = &coefficients_[std::size_t(knots_) * (std::size_t(j[b]) + std::size_t(knots_) * std::size_t(k[c]))];
          const float f0 = row[i[0]], f1 = row[i[1]], f2 = row[i[2]], f3 = row[i[3]];
          const float f = x.value[0] * f0 + x.value[1] * f1 + x.value[2] * f2 + x.value[3] * f3;
          const float fx = x.slope[0] * f0 + x.slope[1] * f1 + x.slope[2] * f2 + x.slope[3] * f3;
          value += y.value[b] * z.value[c] * f;
          du += y.value[b] * z.value[c] * fx;
          dv += y.slope[b] * z.value[c] * f;
          dw += y.value[b] * z.slope[c] * f;
        }
      batch.value[p] = value;
      if (!batch.du) continue;
      batch.du[p] = float(knots_) * du;
      batch.dv[p] = float(knots_) * dv;
      batch.dw[p] = float(knots_) * dw;
    }
  }

 private:
  static constexpr int kKnotsPerWave = 16;
  int knots_;
  std::vector<float> coefficients_;
};

}  // namespace

CellPtr make_spinodoid(CellInfo info, const SpinodoidShape& shape) {
  check_parameter(info, "tile", shape.tile, 3, 12);
  for (double angle : shape.cone_deg) check_parameter(info, "cone_deg", angle, 0.0, 90.0);
  const std::vector<Mode> modes = modes_of(info, shape);
  info.aspect = Vec3::Constant(shape.tile);
  info.level = "threshold of the field (normal, variance 1)";
  info.level_min = -4.5;
  info.level_max = 4.5;
  info.key = info.function_key =
      fmt::format("{} tile={} seed={} cone_deg={},{},{}", info.name, shape.tile, shape.seed, shape.cone_deg[0], shape.cone_deg[1], shape.cone_deg[2]);
  info.source += fmt::format("; {} modes", modes.size());
  return std::make_shared<Spinodoid>(std::move(info), shape, modes);
}

}  // namespace spongiosa::lattice
