#include "geometry/picture/picture.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

constexpr Rgb kNoValue{128, 128, 128};

Rgb interpolated(const Rgb* table, int count, double t) {
  if (std::isnan(t)) return kNoValue;
  const double x = std::clamp(t, 0.0, 1.0) * (count - 1);
  const int n = std::min(int(x), count - 2);
  Rgb colour;
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = std::uint8_t(std::lround(table[n][c] + (x - n) * (double(table[n + 1][c]) - double(table[n][c]))));
  return colour;
}

/// Colours in the polar form of CIELAB that K. Moreland, "Diverging Color Maps for Scientific Visualization", ISVC 2009,
/// calls Msh: magnitude, saturation angle, hue.
struct Msh {
  double m, s, h;
};

const Mat3& xyz_from_linear_rgb() {
  // sRGB (IEC 61966-2-1) with white point D65.
  static const Mat3 matrix = (Mat3() << 0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505).finished();
  return matrix;
}
const Vec3 kWhiteXyz{0.9505, 1.0, 1.089};

Msh to_msh(const Vec3& srgb) {
  Vec3 linear;
  for (int c = 0; c < 3; ++c) linear[c] = srgb[c] > 0.04045 ? std::pow((srgb[c] + 0.055) / 1.055, 2.4) : srgb[c] / 12.92;
  const Vec3 ratio = (xyz_from_linear_rgb() * linear).cwiseQuotient(kWhiteXyz);
  Vec3 f;
  for (int c = 0; c < 3; ++c) f[c] = ratio[c] > 0.008856 ? std::cbrt(ratio[c]) : 7.787 * ratio[c] + 16.0 / 116.0;
  const double l = 116.0 * f[1] - 16.0, a = 500.0 * (f[0] - f[1]), b = 200.0 * (f[1] - f[2]);
  const double m = std::sqrt(l * l + a * a + b * b);
  return {m, std::acos(l / m), std::atan2(b, a)};
}

Rgb to_rgb(const Msh& colour) {
  const double l = colour.m * std::cos(colour.s), a = colour.m * std::sin(colour.s) * std::cos(colour.h),
               b = colour.m * std::sin(colour.s) * std::sin(colour.h);
  const double fy = (l + 16.0) / 116.0;
  const Vec3 f(fy + a / 500.0, fy, fy - b / 200.0);
  Vec3 xyz;
  for (int c = 0; c < 3; ++c)
    xyz[c] = kWhiteXyz[c] * (f[c] * f[c] * f[c] > 0.008856 ? f[c] * f[c] * f[c] : (f[c] - 16.0 / 116.0) / 7.787);
  const Vec3 linear = xyz_from_linear_rgb().inverse() * xyz;
  Rgb rgb;
  for (int c = 0; c < 3; ++c) {
    const double v = linear[c] > 0.0031308 ? 1.055 * std::pow(linear[c], 1.0 / 2.4) - 0.055 : 12.92 * linear[c];
    rgb[std::size_t(c)] = std::uint8_t(std::lround(255.0 * std::clamp(v, 0.0, 1.0)));
  }
  return rgb;
}

/// Hue at the unsaturated end, turned so that no other hue shows on the way (section 4.3 of the paper).
double adjusted_hue(const Msh& saturated, double m_unsaturated) {
  if (saturated.m >= m_unsaturated) return saturated.h;
  const double spin = saturated.s * std::sqrt(m_unsaturated * m_unsaturated - saturated.m * saturated.m) /
                      (saturated.m * std::sin(saturated.s));
  return saturated.h > -1.0471975511965976 ? saturated.h + spin : saturated.h - spin;
}

std::array<Rgb, 65> make_coolwarm() {
  // The two ends and the middle magnitude are those of the paper.
  const Msh cool = to_msh(Vec3(0.230, 0.299, 0.754)), warm = to_msh(Vec3(0.706, 0.016, 0.150));
  const double middle = std::max({cool.m, warm.m, 88.0});
  std::array<Rgb, 65> table;
  for (int n = 0; n < 65; ++n) {
    const Msh& end = n <= 32 ? cool : warm;
    const double weight = std::abs(n - 32) / 32.0;  // of the saturated end
    const double hue = adjusted_hue(end, middle);
    table[std::size_t(n)] = to_rgb({weight * end.m + (1.0 - weight) * middle, weight * end.s, weight * end.h + (1.0 - weight) * hue});
  }
  return table;
}

}  // namespace

Rgb viridis(double t) {
  // 20 equidistant colours of viridis (S. van der Walt, N. Smith and E. Firing, 2015; CC0); in between it is smooth.
  static constexpr Rgb kTable[20] = {
      {0x44, 0x01, 0x54}, {0x48, 0x15, 0x68}, {0x48, 0x26, 0x77}, {0x45, 0x37, 0x81}, {0x3f, 0x47, 0x88},
      {0x39, 0x55, 0x8c}, {0x32, 0x64, 0x8e}, {0x2d, 0x71, 0x8e}, {0x28, 0x7d, 0x8e}, {0x23, 0x8a, 0x8d},
      {0x1f, 0x96, 0x8b}, {0x20, 0xa3, 0x86}, {0x29, 0xaf, 0x7f}, {0x3c, 0xbc, 0x75}, {0x56, 0xc6, 0x67},
      {0x74, 0xd0, 0x55}, {0x94, 0xd8, 0x40}, {0xb8, 0xde, 0x29}, {0xdc, 0xe3, 0x18}, {0xfd, 0xe7, 0x25}};
  return interpolated(kTable, 20, t);
}

Rgb coolwarm(double t) {
  static const std::array<Rgb, 65> table = make_coolwarm();
  return interpolated(table.data(), int(table.size()), t);
}

}  // namespace spongiosa::geometry
