#pragma once
/// Random numbers that are functions of a place, so that they do not depend on the order of work.

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace spongiosa::geometry {

/// Finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
inline std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

/// 64 random bits of the cell (i,j,k); different streams of one seed are independent.
inline std::uint64_t cell_bits(std::uint64_t seed, std::uint64_t stream, std::int64_t i, std::int64_t j, std::int64_t k) {
  const std::uint64_t plane = mix_bits(mix_bits(mix_bits(seed) ^ stream) ^ std::uint64_t(k));
  return mix_bits(mix_bits(plane ^ std::uint64_t(j)) ^ std::uint64_t(i));
}

/// Two independent standard normal numbers from 64 bits (Box and Muller 1958).
inline std::array<float, 2> normal_pair(std::uint64_t bits) {
  const double first = (double(bits >> 32) + 0.5) * 0x1p-32, second = double(bits & 0xffffffffull) * 0x1p-32;
  const double radius = std::sqrt(-2.0 * std::log(first)), angle = 2.0 * std::numbers::pi * second;
  return {float(radius * std::cos(angle)), float(radius * std::sin(angle))};
}

/// Smooth random field with mean 0 and standard deviation 1 over its lattice of `cell_mm`: uniform numbers at the lattice
/// points, blended by 3t^2 - 2t^3. Mean square of the blending weights is 26/35 per axis, of the numbers 1/3.
inline double lattice_noise(std::uint64_t seed, std::uint64_t stream, double x_mm, double y_mm, double z_mm, double cell_mm) {
  const double at[3] = {x_mm / cell_mm, y_mm / cell_mm, z_mm / cell_mm};
  std::int64_t base[3];
  double t[3];
  for (int a = 0; a < 3; ++a) {
    const double floor = std::floor(at[a]);
    base[a] = std::int64_t(floor);
    const double u = at[a] - floor;
    t[a] = u * u * (3.0 - 2.0 * u);
  }
  double sum = 0.0;
  for (int corner = 0; corner < 8; ++corner) {
    const int dx = corner & 1, dy = (corner >> 1) & 1, dz = corner >> 2;
    const double number = double(cell_bits(seed, stream, base[0] + dx, base[1] + dy, base[2] + dz) >> 11) * 0x1p-52 - 1.0;
    sum += number * (dx ? t[0] : 1.0 - t[0]) * (dy ? t[1] : 1.0 - t[1]) * (dz ? t[2] : 1.0 - t[2]);
  }
  static const double deviation = std::sqrt(std::pow(26.0 / 35.0, 3) / 3.0);
  return sum / deviation;
}

}  // namespace spongiosa::geometry
