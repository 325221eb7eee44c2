#pragma once
/// Forward differentiation, so that each surface is written once and its gradient follows.

#include <cmath>

namespace spongiosa::lattice {

/// A value with its three partial derivatives.
struct Dual {
  double v = 0.0, x = 0.0, y = 0.0, z = 0.0;
};
inline Dual operator+(const Dual& a, const Dual& b) { return {a.v + b.v, a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Dual operator-(const Dual& a, const Dual& b) { return {a.v - b.v, a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Dual operator*(const Dual& a, const Dual& b) {
  return {a.v * b.v, a.x * b.v + a.v * b.x, a.y * b.v + a.v * b.y, a.z * b.v + a.v * b.z};
}
inline Dual operator*(double s, const Dual& a) { return {s * a.v, s * a.x, s * a.y, s * a.z}; }
inline Dual operator+(const Dual& a, double s) { return {a.v + s, a.x, a.y, a.z}; }

}  // namespace spongiosa::lattice
