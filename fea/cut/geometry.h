#pragma once
/// What fills space: continuous functions whose zero sets are the surfaces, and a region for every combination of their signs.

#include "core/vector.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace spongiosa::fea::cut {

inline constexpr int kVoid = -1;
inline constexpr int kMaxFunctions = 8;

/// Signs of all functions at a place: bit i is set where function i is negative.
using Signs = std::uint32_t;

struct Geometry {
  int functions = 1;  ///< 1..kMaxFunctions
  /// Value of function i at a place (mm): continuous, any scale, negative on the side of the solid by custom. Called from several threads.
  std::function<double(int function, const Vec3& p_mm)> value;
  /// What lies where the functions have these signs: index of a material, or kVoid.
  std::function<int(Signs)> region = [](Signs signs) { return signs & 1u ? 0 : kVoid; };
};

/// Linear elastic: the sum of tensors, each times a coefficient that may change from place to place.
struct Material {
  std::vector<Mat6> tensors_mpa;  ///< Voigt order of core/vector.h
  /// Writes one coefficient (0 or more) per tensor; empty: 1. Called from several threads.
  std::function<void(const Vec3& p_mm, double* coefficients)> coefficients;
};

}  // namespace spongiosa::fea::cut
