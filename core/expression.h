#pragma once
/// Arithmetic expressions over named variables, parsed once and evaluated in batches of floats.
///
/// Grammar: numbers, the names of variables, pi, + - * / ^ (right associative, binds closer than unary minus), parentheses,
/// one comparison < <= > >= == != (1 where true, else 0), and the functions
///   sin cos tan asin acos atan atan2(y,x) sqrt abs exp log pow(x,p) floor sign
///   min(a,b,...) max(a,b,...)
///   mod(x,m)                      x - m floor(x/m), so that it has the sign of m
///   if(condition,a,b)             a where the condition is not 0
///   clamp(x,low,high)
///   ramp(x,x0,x1,a,b)             a at x0, b at x1, linear between, constant beyond
///   smoothstep(x,x0,x1,a,b)       the same with a cubic that has no kink
/// Angles are radians. What is undefined (the square root of -1) is NaN.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa {

/// Copies share the immutable program; all methods are const and thread-safe. The same input gives the same bytes on every
/// machine: elementary functions are our own polynomials (absolute error of sin, cos, atan below 3e-7 for arguments up to
/// 1e4, relative error of exp, log, pow below 2e-7 beside the rounding of the arguments).
class Expression {
 public:
  /// @param variables  names in the order in which `evaluate` gets their values; letters, digits and _.
  /// @throws Error(kBadInput) with the position (1-based), what was expected and, for unknown names, the nearest known one.
  Expression(const std::string& text, const std::vector<std::string>& variables);

  const std::string& text() const { return text_; }
  const std::vector<std::string>& variables() const { return variables_; }
  /// False when the variable does not occur, or falls out (x - x, 0 * x).
  bool uses(std::size_t variable) const;
  /// The value, when no variable is used.
  std::optional<double> constant() const { return constant_; }

  /// @param n  number of points.  @param inputs  one array of n per variable; those of unused variables may be nullptr.
  /// @param out  n values; may be one of the inputs.
  void evaluate(std::int64_t n, const float* const* inputs, float* out) const;
  /// Also the partial derivatives with respect to the first three variables (0 for those that do not exist).
  /// At kinks (abs, min, max, if, floor ...) the derivative is that of the branch taken.
  void evaluate_with_gradient(std::int64_t n, const float* const* inputs, float* value, const std::array<float*, 3>& gradient) const;
  /// One point, in the same arithmetic.
  float value(const std::vector<float>& inputs) const;

  struct Programs;

 private:
  std::string text_;
  std::vector<std::string> variables_;
  std::optional<double> constant_;
  std::shared_ptr<const Programs> programs_;
};

/// Names of the functions, as they are written.
const std::vector<std::string>& expression_functions();

}  // namespace spongiosa
