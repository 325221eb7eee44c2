#include "lattice/grading/phase_map.h"

#include "core/error.h"
#include "core/expression.h"
#include "lattice/cells/all_equal.h"

#include <Eigen/LU>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace spongiosa::lattice {
namespace {

constexpr int kBatch = 256;
constexpr double kTwoPi = 2.0 * std::numbers::pi;

/// To the nearest whole number in double, before the rounding to float: far from the origin the place in the cell keeps its digits.
inline float reduced(double u) {
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding and subtracting it rounds
  return float(u - ((u + kRound) - kRound));
}

void check_placement(const CellPlacement& placement) {
  const Mat3& r = placement.rotation;
  if (!((r.transpose() * r - Mat3::Identity()).cwiseAbs().maxCoeff() < 1e-6 && r.determinant() > 0.0))
    fail_input("the rotation of the cells is no rotation matrix; expected three orthonormal, right-handed columns");
}
void check_length(const char* what, double length_mm) {
  if (!(length_mm > 0.0 && std::isfinite(length_mm))) fail_input("{} is {} mm; expected a positive length", what, length_mm);
}

/// The same in fewer steps for loops over many points. `shifted` is u + kWhole: so large a number that a double keeps 24 binary places
/// of u, the lowest bits of its mantissa; cut off above and read as a signed number they are u less its nearest whole number.
/// |u| below 2^26; error 2^-25.
constexpr double kWhole = 402653184.0;  // 1.5 * 2^28
inline float places(double shifted) {
  const auto low = std::uint32_t(std::bit_cast<std::uint64_t>(shifted));
  return float(std::int32_t(low << 8)) * 0x1p-32f;
}

__attribute__((target_clones("default", "avx2"))) void linear_phase(int n, const float* x, const float* y, const float* z, double kx,
                                                                     double ky, double kz, double shift, float* u) {
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) u[i] = places(kx * double(x[i]) + ky * double(y[i]) + kz * double(z[i]) + (shift + kWhole));
}

__attribute__((target_clones("default", "avx2"))) void axis_phase(int n, const float* x, double k, double shift, float* u) {
  if (n > 0 && all_equal(n, x)) {  // a row of a grid
    std::fill(u, u + n, places(k * double(x[0]) + (shift + kWhole)));
    return;
  }
#pragma GCC ivdep
  for (int i = 0; i < n; ++i) u[i] = places(k * double(x[i]) + (shift + kWhole));
}

class Uniform final : public PhaseMap {
 public:
  Uniform(const Vec3& edges_mm, const CellPlacement& placement)
      : jacobian_(edges_mm.cwiseInverse().asDiagonal() * placement.rotation.transpose()), shift_(-jacobian_ * placement.origin_Frame) {}
  void evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const override {
    const float* const place[3] = {x, y, z};
    for (int i = 0; i < 3; ++i) {
      const bool along_axis = jacobian_(i, (i + 1) % 3) == 0.0 && jacobian_(i, (i + 2) % 3) == 0.0;
      if (along_axis) {
        axis_phase(n, place[i], jacobian_(i, i), shift_[i], u[i]);
      } else {
        linear_phase(n, x, y, z, jacobian_(i, 0), jacobian_(i, 1), jacobian_(i, 2), shift_[i], u[i]);
      }
      for (int j = 0; j < 3 && jacobian; ++j) std::fill(jacobian[3 * i + j], jacobian[3 * i + j] + n, float(jacobian_(i, j)));
    }
  }
  const Mat3* constant_jacobian() const override { return &jacobian_; }

 private:
  Mat3 jacobian_;
  Vec3 shift_;
};

/// arctan2(b, a), in batches.
void angle(int n, const float* a, const float* b, float* out) {
  static const Expression formula("atan2(b,a)", {"a", "b"});
  const float* inputs[] = {a, b};
  formula.evaluate(n, inputs, out);
}

/// Places in the cylinder's or sphere's own axes.
struct Local {
  float p[3][kBatch] = {};

  Local(int n, const float* x, const float* y, const float* z, const CellPlacement& placement) {
    const Mat3 rows = placement.rotation.transpose();
    const Vec3 shift = -rows * placement.origin_Frame;
    for (int a = 0; a < 3; ++a)
      for (int i = 0; i < n; ++i)
        p[a][i] = float(rows(a, 0) * double(x[i]) + rows(a, 1) * double(y[i]) + rows(a, 2) * double(z[i]) + shift[a]);
  }
};
/// Row `row` of the Jacobian at point i, from the derivative in own axes.
inline void set_row(float* const jacobian[9], int row, int i, const Mat3& rotation, double a, double b, double c) {
  for (int j = 0; j < 3; ++j) jacobian[3 * row + j][i] = float(rotation(j, 0) * a + rotation(j, 1) * b + rotation(j, 2) * c);
}
/// On the axis itself directions do not exist; derivatives stay finite as if this far away.
constexpr double kNearestAxis_mm = 1e-6;

/// Calls f for batches the local arrays can hold.
template <class F>
void in_batches(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9], F f) {
  for (int first = 0; first < n; first += kBatch) {
    float* const phase[3] = {u[0] + first, u[1] + first, u[2] + first};
    float* rows[9];
    for (int a = 0; a < 9; ++a) rows[a] = jacobian[a] + first;
    f(std::min(kBatch, n - first), x + first, y + first, z + first, phase, rows);
  }
}

class Cylindrical final : public PhaseMap {
 public:
  Cylindrical(const CylindricalPhases& request, int round) : r_(request), round_(round) {}
  void evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const override {
    in_batches(n, x, y, z, u, jacobian, [this](int m, const float* px, const float* py, const float* pz, float* const* phase, float* const* rows) {
      const Local own(m, px, py, pz, r_.placement);
      float theta[kBatch];
      angle(m, own.p[0], own.p[1], theta);
      const double radial = 1.0 / r_.cell_edges_mm[0], axial = 1.0 / r_.cell_edges_mm[2], tangential = round_ / kTwoPi;
      for (int i = 0; i < m; ++i) {
        const double a = own.p[0][i], b = own.p[1][i];
        const double r = std::max(std::sqrt(a * a + b * b), kNearestAxis_mm);
        phase[0][i] = reduced((r - r_.reference_radius_mm) * radial);
        phase[1][i] = reduced(tangential * double(theta[i]));
        phase[2][i] = reduced(double(own.p[2][i]) * axial);
        set_row(rows, 0, i, r_.placement.rotation, a / r * radial, b / r * radial, 0.0);
        set_row(rows, 1, i, r_.placement.rotation, -b / (r * r) * tangential, a / (r * r) * tangential, 0.0);
        set_row(rows, 2, i, r_.placement.rotation, 0.0, 0.0, axial);
      }
    });
  }
  std::vector<PhaseSingularity> singularities() const override { return {{r_.placement.origin_Frame, 1.0, "axis of the cylinder"}}; }

 private:
  CylindricalPhases r_;
  int round_;
};

class Spherical final : public PhaseMap {
 public:
  Spherical(const SphericalPhases& request, int round) : r_(request), round_(round), from_pole_to_pole_((round + 1) / 2) {}
  void evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const override {
    in_batches(n, x, y, z, u, jacobian, [this](int m, const float* px, const float* py, const float* pz, float* const* phase, float* const* rows) {
      const Local own(m, px, py, pz, r_.placement);
      float theta[kBatch], polar[kBatch], from_axis[kBatch];
      for (int i = 0; i < m; ++i) from_axis[i] = std::sqrt(own.p[0][i] * own.p[0][i] + own.p[1][i] * own.p[1][i]);
      angle(m, own.p[0], own.p[1], theta);
      angle(m, own.p[2], from_axis, polar);
      const double radial = 1.0 / r_.radial_edge_mm, tangential = round_ / kTwoPi, meridional = from_pole_to_pole_ / std::numbers::pi;
      for (int i = 0; i < m; ++i) {
        const double a = own.p[0][i], b = own.p[1][i], c = own.p[2][i];
        const double s = std::max(std::sqrt(a * a + b * b), kNearestAxis_mm), rho = std::sqrt(s * s + c * c);
        phase[0][i] = reduced((rho - r_.reference_radius_mm) * radial);
        phase[1][i] = reduced(tangential * double(theta[i]));
        phase[2][i] = reduced(meridional * double(polar[i]));
        set_row(rows, 0, i, r_.placement.rotation, a / rho * radial, b / rho * radial, c / rho * radial);
        set_row(rows, 1, i, r_.placement.rotation, -b / (s * s) * tangential, a / (s * s) * tangential, 0.0);
        const double q = meridional / (rho * rho);
        set_row(rows, 2, i, r_.placement.rotation, q * c * a / s, q * c * b / s, -q * s);
      }
    });
  }
  std::vector<PhaseSingularity> singularities() const override {
    const Vec3 to_pole = r_.reference_radius_mm * r_.placement.rotation.col(2);
    return {{r_.placement.origin_Frame + to_pole, 1.0, "pole of the sphere"},
            {r_.placement.origin_Frame - to_pole, 1.0, "pole of the sphere"}};
  }

 private:
  SphericalPhases r_;
  int round_, from_pole_to_pole_;
};

int cells_round(const std::optional<int>& given, double radius_mm, double edge_mm) {
  const int count = given ? *given : int(std::lround(kTwoPi * radius_mm / edge_mm));
  if (count < 1) {
    if (given) fail_input("{} cells round the circumference are not possible; expected at least 1", count);
    fail_input("not one cell of {} mm goes round a circumference of radius {} mm; expected a smaller cell", edge_mm, radius_mm);
  }
  return count;
}

}  // namespace

PhaseMap::~PhaseMap() = default;

PhaseMapPtr uniform_phases(const Vec3& cell_edges_mm, const CellPlacement& placement) {
  for (int a = 0; a < 3; ++a) check_length("an edge of the cell", cell_edges_mm[a]);
  check_placement(placement);
  return std::make_shared<Uniform>(cell_edges_mm, placement);
}

PhaseMapPtr cylindrical_phases(const CylindricalPhases& request) {
  for (int a = 0; a < 3; ++a) check_length("an edge of the cell", request.cell_edges_mm[a]);
  check_length("the reference radius of the cylinder", request.reference_radius_mm);
  check_placement(request.placement);
  return std::make_shared<Cylindrical>(request, cells_round(request.cells_round, request.reference_radius_mm, request.cell_edges_mm[1]));
}

PhaseMapPtr spherical_phases(const SphericalPhases& request) {
  check_length("the radial edge of the cell", request.radial_edge_mm);
  check_length("the tangential edge of the cell", request.tangential_edge_mm);
  check_length("the reference radius of the sphere", request.reference_radius_mm);
  check_placement(request.placement);
  return std::make_shared<Spherical>(request, cells_round(request.cells_round, request.reference_radius_mm, request.tangential_edge_mm));
}

}  // namespace spongiosa::lattice
