#pragma once
/// Three phases sampled on a grid, interpolated twice continuously differentiable by cubic B-splines.

#include "lattice/grading/phase_map.h"

#include <array>
#include <vector>

namespace spongiosa::lattice::detail {

/// Points first_Frame + spacing_mm * (i,j,k), x fastest.
struct PhaseGrid {
  Vec3 first_Frame = Vec3::Zero();
  double spacing_mm = 1.0;
  Index3 size{0, 0, 0};  ///< at least 4 each

  Vec3 place(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return first_Frame + spacing_mm * Vec3(double(i), double(j), double(k));
  }
  std::size_t offset(std::int64_t i, std::int64_t j, std::int64_t k) const { return std::size_t(i + size[0] * (j + size[1] * k)); }
  std::size_t points() const { return std::size_t(product(size)); }
};

/// u = linear + spline: the linear part, in double, holds the most of the phase, so that the spline's floats lose little: about
/// 2e-6 of the largest deviation from linear, which is a few cells. Beyond the grid the phases go on linearly.
class PhaseSpline final : public PhaseMap {
 public:
  /// @param values  per phase one value per point of the grid.
  /// @param zero_Frame  where all three phases are made 0.
  PhaseSpline(const PhaseGrid& grid, const std::array<std::vector<double>, 3>& values, const Vec3& zero_Frame);

  void evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const override;

 private:
  PhaseGrid grid_;
  Mat3 slope_;                  ///< of the linear part, 1/mm
  Vec3 shift_ = Vec3::Zero();   ///< of the linear part, at the grid's first point
  /// Coefficients, one layer beyond the grid on every side; per point three phases and a zero.
  std::vector<std::array<float, 4>> coefficients_;
};

}  // namespace spongiosa::lattice::detail
