#include "lattice/cells/expression_cell.h"

#include "core/error.h"
#include "core/expression.h"
#include "lattice/cells/check_parameter.h"

#include <cmath>
#include <numbers>
#include <tuple>

namespace spongiosa::lattice {
namespace {

constexpr float kTwoPi = 2.0f * std::numbers::pi_v<float>;

class ExpressionCell : public FunctionCell {
 public:
  ExpressionCell(CellInfo info, const PhaseRule& rule, const Expression& expression) : FunctionCell(std::move(info), rule), expression_(expression) {}

  void function(const CellBatch& batch) const override {
    constexpr int kBlock = 256;
    float x[3][kBlock];
    for (int first = 0; first < batch.n; first += kBlock) {
      const int n = std::min(kBlock, batch.n - first);
      const float* u[3] = {batch.u + first, batch.v + first, batch.w + first};
      for (int axis = 0; axis < 3; ++axis)
        for (int i = 0; i < n; ++i) x[axis][i] = kTwoPi * (u[axis][i] - std::floor(u[axis][i]));
      const float* inputs[3] = {x[0], x[1], x[2]};
      if (!batch.du) {
        expression_.evaluate(n, inputs, batch.value + first);
        continue;
      }
      const std::array<float*, 3> gradient{batch.du + first, batch.dv + first, batch.dw + first};
      expression_.evaluate_with_gradient(n, inputs, batch.value + first, gradient);
      for (float* g : gradient)
        for (int i = 0; i < n; ++i) g[i] *= kTwoPi;
    }
  }

 private:
  Expression expression_;
};

struct Range {
  double low = 1e30, high = -1e30;
};

/// Looks at the function on a grid without symmetry, and a whole period farther along each axis.
Range range_of_periodic(const std::string& name, const Expression& f) {
  if (f.constant()) fail_input("cell '{}': the expression '{}' is constant; expected a function of x, y, z", name, f.text());
  Range range;
  constexpr int kPoints = 40000;
  double slip = 0.0, at[3] = {0, 0, 0};
  for (int n = 0; n < kPoints; ++n) {
    std::vector<float> x;
    for (const double step : {0.819172513, 0.671043606, 0.549700478}) x.push_back(kTwoPi * float(std::fmod(0.5 + step * n, 1.0)));
    const double value = f.value(x);
    if (!std::isfinite(value))
      fail_input("cell '{}': the expression '{}' has no value at x = {:.4f}, y = {:.4f}, z = {:.4f}; expected a number everywhere", name, f.text(),
                 x[0], x[1], x[2]);
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
    if (n % 100 != 0) continue;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<float> beyond = x;
      beyond[axis] += kTwoPi;
      const double difference = std::abs(f.value(beyond) - value);
      if (difference <= slip && std::isfinite(difference)) continue;
      slip = std::isfinite(difference) ? difference : 1e30;
      for (std::size_t a = 0; a < 3; ++a) at[a] = x[a];
    }
  }
  if (!(range.high > range.low)) fail_input("cell '{}': the expression '{}' is constant; expected a function of x, y, z", name, f.text());
  if (slip > 1e-4 * (range.high - range.low))
    fail_input("cell '{}': the expression '{}' is not periodic: at x = {:.4f}, y = {:.4f}, z = {:.4f} it changes by {:.3g} when a variable grows "
               "by 2 pi; x, y, z are radians with period 2 pi per cell",
               name, f.text(), at[0], at[1], at[2], slip);
  return range;
}

}  // namespace

CellPtr make_expression_cell(const NamedPhase& phase, const CellSpec& spec) {
  if (!spec.expression)
    fail_input("cell '{}' needs an expression of x, y, z, for example \"sin(x)*cos(y) + sin(y)*cos(z) + sin(z)*cos(x)\"", spec.name);
  const Expression expression(*spec.expression, {"x", "y", "z"});
  const Range range = range_of_periodic(spec.name, expression);
  CellInfo info;
  info.name = spec.name;
  info.family = "expression";
  info.source = fmt::format("f = {}; {}", *spec.expression, phase.solid);
  info.level = phase.level;
  info.function_key = "expression " + *spec.expression;
  info.key = info.name + " " + *spec.expression;
  PhaseRule rule{phase.phase};
  if (phase.takes_offset) {
    rule.centre = spec.offset.value_or(0.0);
    check_parameter(info, "offset", rule.centre, range.low, range.high);
    info.key += fmt::format(" offset={}", rule.centre);
  }
  std::tie(info.level_min, info.level_max) = level_range(rule, range.low, range.high);
  return std::make_shared<ExpressionCell>(std::move(info), rule, expression);
}

}  // namespace spongiosa::lattice
