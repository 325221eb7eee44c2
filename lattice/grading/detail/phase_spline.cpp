#include "lattice/grading/detail/phase_spline.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace spongiosa::lattice::detail {
namespace {

using Float8 = float __attribute__((vector_size(32)));
constexpr int kBatch = 128;

/// In place: from values to coefficients along one line, with zero curvature at its ends. line[0] and line[n+1] are the
/// coefficients beyond the ends. (c[i-1] + 4 c[i] + c[i+1]) / 6 = f[i].
void to_coefficients(std::vector<double>& line) {
  const std::size_t last = line.size() - 2;
  // Zero curvature makes the end coefficients equal to the values; a tridiagonal system remains for the others.
  std::vector<double> upper(line.size(), 0.0);
  for (std::size_t i = 2; i < last; ++i) {
    const double pivot = 1.0 / (4.0 - upper[i - 1]);
    upper[i] = pivot;
    line[i] = (6.0 * line[i] - line[i - 1]) * pivot;
  }
  for (std::size_t i = last - 1; i >= 2; --i) line[i] -= upper[i] * line[i + 1];
  line[0] = 2.0 * line[1] - line[2];
  line[last + 1] = 2.0 * line[last] - line[last - 1];
}

/// Value and derivatives of the three phases at one point.
struct Sums {
  float value[3], along[3][3];  ///< along[axis][phase]
};

/// Cubic B-spline weights and their derivatives at t in [0,1] between the second and third of four coefficients.
struct Weights {
  float w[4], d[4];
  explicit Weights(float t) {
    const float s = 1.0f - t;
    w[0] = s * s * s * (1.0f / 6);
    w[1] = (4.0f - 3.0f * t * t * (2.0f - t)) * (1.0f / 6);
    w[2] = (4.0f - 3.0f * s * s * (2.0f - s)) * (1.0f / 6);
    w[3] = t * t * t * (1.0f / 6);
    d[0] = -0.5f * s * s;
    d[1] = t * (1.5f * t - 2.0f);
    d[2] = s * (2.0f - 1.5f * s);
    d[3] = 0.5f * t * t;
  }
};

inline __attribute__((always_inline)) Float8 load8(const float* from) {
  Float8 result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}
/// Four times a, four times b.
inline __attribute__((always_inline)) Float8 pair(float a, float b) { return Float8{a, a, a, a, b, b, b, b}; }

/// The sum over the 4 x 4 x 4 coefficients from each corner. A Float8 holds two neighbours along x, which are added at the end.
__attribute__((target_clones("default", "avx2"))) void sum_coefficients(int n, const float* coefficients, const std::int64_t* corner,
                                                                         std::int64_t row, std::int64_t layer, const float (*t)[3], Sums* out) {
  for (int p = 0; p < n; ++p) {
    const Weights wx(t[p][0]), wy(t[p][1]), wz(t[p][2]);
    const Float8 w01 = pair(wx.w[0], wx.w[1]), w23 = pair(wx.w[2], wx.w[3]);
    const Float8 d01 = pair(wx.d[0], wx.d[1]), d23 = pair(wx.d[2], wx.d[3]);
    Float8 v{}, vx{}, vy{}, vz{};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Float8 s{}, sx{}, sy{};
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const float* c = coefficients + 4 * (corner[p] + row * j + layer * k);
        const Float8 c01 = load8(c), c23 = load8(c + 8);
        const Float8 r = w01 * c01 + w23 * c23;
        s += wy.w[j] * r;
        sx += wy.w[j] * (d01 * c01 + d23 * c23);
        sy += wy.d[j] * r;
      }
      v += wz.w[k] * s;
      vx += wz.w[k] * sx;
      vy += wz.w[k] * sy;
      vz += wz.d[k] * s;
    }
    float halves[4][8];
    std::memcpy(halves[0], &v, sizeof(v));
    std::memcpy(halves[1], &vx, sizeof(v));
    std::memcpy(halves[2], &vy, sizeof(v));
    std::memcpy(halves[3], &vz, sizeof(v));
    for (int a = 0; a < 3; ++a) {
      out[p].value[a] = halves[0][a] + halves[0][a + 4];
      for (int b = 0; b < 3; ++b) out[p].along[b][a] = halves[b + 1][a] + halves[b + 1][a + 4];
    }
  }
}

}  // namespace

PhaseSpline::PhaseSpline(const PhaseGrid& grid, const std::array<std::vector<double>, 3>& values, const Vec3& zero_Frame) : grid_(grid) {
  for (int a = 0; a < 3; ++a) SPONGIOSA_ASSERT(grid.size[a] >= 4);
  const Index3 padded{grid.size[0] + 2, grid.size[1] + 2, grid.size[2] + 2};
  coefficients_.assign(std::size_t(product(padded)), {0.0f, 0.0f, 0.0f, 0.0f});
  const std::int64_t stride[3] = {1, padded[0], padded[0] * padded[1]};
  std::vector<double> c(coefficients_.size()), line;
  for (int phase = 0; phase < 3; ++phase) {
    const std::vector<double>& u = values[std::size_t(phase)];
    // Slope of the linear part: mean differences across the grid.
    for (int a = 0; a < 3; ++a) {
      double sum = 0.0;
      Index3 i{0, 0, 0};
      const int b = (a + 1) % 3, d = (a + 2) % 3;
      for (i[d] = 0; i[d] < grid.size[d]; ++i[d])
        for (i[b] = 0; i[b] < grid.size[b]; ++i[b]) {
          Index3 end = i;
          end[a] = grid.size[a] - 1;
          sum += u[grid.offset(end[0], end[1], end[2])] - u[grid.offset(i[0], i[1], i[2])];
        }
      slope_(phase, a) = sum / (double(grid.size[b] * grid.size[d]) * double(grid.size[a] - 1) * grid.spacing_mm);
    }
    std::fill(c.begin(), c.end(), 0.0);
    for (std::int64_t k = 0; k < grid.size[2]; ++k)
      for (std::int64_t j = 0; j < grid.size[1]; ++j)
        for (std::int64_t i = 0; i < grid.size[0]; ++i)
          c[std::size_t((i + 1) + stride[1] * (j + 1) + stride[2] * (k + 1))] =
              u[grid.offset(i, j, k)] - slope_.row(phase).dot(grid.spacing_mm * Vec3(double(i), double(j), double(k)));
    for (int a = 0; a < 3; ++a) {
      const int b = (a + 1) % 3, d = (a + 2) % 3;
      line.resize(std::size_t(padded[a]));
      for (std::int64_t m = 0; m < padded[d]; ++m)
        for (std::int64_t l = 0; l < padded[b]; ++l) {
          const std::size_t first = std::size_t(l * stride[b] + m * stride[d]);
          for (std::int64_t i = 0; i < padded[a]; ++i) line[std::size_t(i)] = c[first + std::size_t(i * stride[a])];
          to_coefficients(line);
          for (std::int64_t i = 0; i < padded[a]; ++i) c[first + std::size_t(i * stride[a])] = line[std::size_t(i)];
        }
    }
    for (std::size_t i = 0; i < c.size(); ++i) coefficients_[i][std::size_t(phase)] = float(c[i]);
  }
  const Vec3f zero = zero_Frame.cast<float>();
  float u[3], unused[9];
  float* const phases[3] = {&u[0], &u[1], &u[2]};
  float* rows[9];
  for (int a = 0; a < 9; ++a) rows[a] = &unused[a];
  evaluate(1, &zero[0], &zero[1], &zero[2], phases, rows);
  for (int a = 0; a < 3; ++a) shift_[a] = -double(u[a]);
}

void PhaseSpline::evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const {
  const std::int64_t row = grid_.size[0] + 2, layer = row * (grid_.size[1] + 2);
  const double per_mm = 1.0 / grid_.spacing_mm;
  const double top[3] = {double(grid_.size[0] - 1), double(grid_.size[1] - 1), double(grid_.size[2] - 1)};
  const std::int64_t last[3] = {grid_.size[0] - 2, grid_.size[1] - 2, grid_.size[2] - 2};
  const std::int64_t stride[3] = {1, row, layer};
  std::int64_t corner[kBatch];
  float t[kBatch][3], beyond[kBatch][3];
  Sums sums[kBatch];
  for (int first = 0; first < n; first += kBatch) {
    const int m = std::min(kBatch, n - first);
    const float* const place[3] = {x + first, y + first, z + first};
    for (int p = 0; p < m; ++p) {
      corner[p] = 0;
      for (int a = 0; a < 3; ++a) {
        const double index = (double(place[a][p]) - grid_.first_Frame[a]) * per_mm;
        const double limited = std::min(std::max(index, 0.0), top[a]);
        const std::int64_t base = std::min(std::int64_t(limited), last[a]);
        corner[p] += base * stride[a];
        t[p][a] = float(limited - double(base));
        beyond[p][a] = float(index - limited);
      }
    }
    sum_coefficients(m, coefficients_[0].data(), corner, row, layer, t, sums);
    for (int p = 0; p < m; ++p) {
      const Sums& s = sums[p];
      const double dx = double(place[0][p]) - grid_.first_Frame[0], dy = double(place[1][p]) - grid_.first_Frame[1],
                   dz = double(place[2][p]) - grid_.first_Frame[2];
      for (int a = 0; a < 3; ++a) {
        const float value = s.value[a] + (beyond[p][0] * s.along[0][a] + beyond[p][1] * s.along[1][a] + beyond[p][2] * s.along[2][a]);
        const double phase = slope_(a, 0) * dx + slope_(a, 1) * dy + slope_(a, 2) * dz + shift_[a] + double(value);
        constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding and subtracting it rounds
        u[a][first + p] = float(phase - ((phase + kRound) - kRound));
        for (int b = 0; b < 3; ++b) jacobian[3 * a + b][first + p] = float(slope_(a, b) + per_mm * double(s.along[b][a]));
      }
    }
  }
}

}  // namespace spongiosa::lattice::detail
