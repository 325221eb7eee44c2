/// Recursive descent, one method per level of binding.

#include "core/detail/expression_parser.h"

#include "core/error.h"
#include "core/text.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>

namespace spongiosa::detail {
namespace {

constexpr int kDeepestNesting = 200;
constexpr std::size_t kLongestText = 20'000;

using Arguments = std::vector<NodeId>;

struct Function {
  const char* name;
  int least, most;  ///< number of arguments
  const char* usage;
  NodeId (*make)(Graph&, const Arguments&);
};

template <Op op>
NodeId unary(Graph& g, const Arguments& x) {
  return g.make(op, x[0]);
}
template <Op op>
NodeId fold(Graph& g, const Arguments& x) {
  NodeId result = x[0];
  for (std::size_t i = 1; i < x.size(); ++i) result = g.make(op, result, x[i]);
  return result;
}
/// sqrt((1-x)(1+x)), which keeps its digits near 1.
NodeId other_leg(Graph& g, NodeId x) {
  const NodeId one = g.constant(1.0);
  return g.make(Op::kSqrt, g.make(Op::kMultiply, g.make(Op::kSubtract, one, x), g.make(Op::kAdd, one, x)));
}
NodeId between(Graph& g, NodeId share, NodeId a, NodeId b) {
  return g.make(Op::kAdd, a, g.make(Op::kMultiply, g.make(Op::kSubtract, b, a), share));
}
NodeId smooth_share(Graph& g, NodeId t) {
  const NodeId three_minus = g.make(Op::kSubtract, g.constant(3.0), g.make(Op::kMultiply, g.constant(2.0), t));
  return g.make(Op::kMultiply, g.make(Op::kMultiply, t, t), three_minus);
}

const Function kFunctions[] = {
    {"abs", 1, 1, "abs(x)", unary<Op::kAbs>},
    {"acos", 1, 1, "acos(x)", [](Graph& g, const Arguments& x) { return g.make(Op::kAtan2, other_leg(g, x[0]), x[0]); }},
    {"asin", 1, 1, "asin(x)", [](Graph& g, const Arguments& x) { return g.make(Op::kAtan2, x[0], other_leg(g, x[0])); }},
    {"atan", 1, 1, "atan(x)", unary<Op::kAtan>},
    {"atan2", 2, 2, "atan2(y,x)", fold<Op::kAtan2>},
    {"clamp", 3, 3, "clamp(x,low,high)", [](Graph& g, const Arguments& x) { return g.clamp(x[0], x[1], x[2]); }},
    {"cos", 1, 1, "cos(x)", unary<Op::kCos>},
    {"exp", 1, 1, "exp(x)", unary<Op::kExp>},
    {"floor", 1, 1, "floor(x)", unary<Op::kFloor>},
    {"if", 3, 3, "if(condition,a,b)", [](Graph& g, const Arguments& x) { return g.make(Op::kSelect, x[0], x[1], x[2]); }},
    {"log", 1, 1, "log(x)", unary<Op::kLog>},
    {"max", 2, 64, "max(a,b,...)", fold<Op::kMaximum>},
    {"min", 2, 64, "min(a,b,...)", fold<Op::kMinimum>},
    {"mod", 2, 2, "mod(x,m)",
     [](Graph& g, const Arguments& x) {
       return g.make(Op::kSubtract, x[0], g.make(Op::kMultiply, x[1], g.make(Op::kFloor, g.make(Op::kDivide, x[0], x[1]))));
     }},
    {"pow", 2, 2, "pow(x,p)", fold<Op::kPower>},
    {"ramp", 5, 5, "ramp(x,x0,x1,a,b)",
     [](Graph& g, const Arguments& x) { return between(g, g.ramp_share(x[0], x[1], x[2]), x[3], x[4]); }},
    {"sign", 1, 1, "sign(x)", unary<Op::kSign>},
    {"sin", 1, 1, "sin(x)", unary<Op::kSin>},
    {"smoothstep", 5, 5, "smoothstep(x,x0,x1,a,b)",
     [](Graph& g, const Arguments& x) { return between(g, smooth_share(g, g.ramp_share(x[0], x[1], x[2])), x[3], x[4]); }},
    {"sqrt", 1, 1, "sqrt(x)", unary<Op::kSqrt>},
    {"tan", 1, 1, "tan(x)", unary<Op::kTan>},
};

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Parser {
 public:
  Parser(const std::string& text, const std::vector<std::string>& variables, Graph& graph)
      : text_(text), variables_(variables), graph_(graph) {}

  NodeId parse() {
    if (text_.size() > kLongestText)
      fail_input("expression of {} characters is too long; expected at most {}", text_.size(), kLongestText);
    skip_space();
    if (at_end()) fail_input("the expression is empty; expected a formula such as 0.7 or ramp(depth,0,2,0.5,0.8)");
    const NodeId result = comparison();
    if (!at_end()) fail_here("expected an operator such as + - * / ^ or the end" + hint_after_value());
    return result;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char current() const { return at_end() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!at_end() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(const char* token) {
    const std::string t = token;
    if (text_.compare(at_, t.size(), t) != 0) return false;
    at_ += t.size();
    skip_space();
    return true;
  }
  [[noreturn]] void fail_at(std::size_t at, const std::string& what) const {
    fail_input("expression '{}', position {}: {}", text_, at + 1, what);
  }
  [[noreturn]] void fail_here(const std::string& expected) const {
    if (at_end()) fail_at(at_, "ends too early; " + expected);
    fail_at(at_, fmt::format("'{}' is not expected here; {}", text_[at_], expected));
  }
  std::string hint_after_value() const {
    if (starts_name(current()) || current() == '(' || std::isdigit(static_cast<unsigned char>(current())))
      return "; a product is written with *";
    if (current() == '=') return "; equality is written ==";
    return "";
  }

  NodeId comparison() {
    if (++depth_ > kDeepestNesting)
      fail_at(at_, fmt::format("nested more than {} deep; expected a flatter formula", kDeepestNesting));
    NodeId left = sum();
    if (const char* token = comparison_token()) {
      take(token);
      const NodeId right = sum();
      left = compare(token, left, right);
      if (comparison_token()) fail_here("comparisons cannot be chained; write (a<b)*(b<c)");
    }
    --depth_;
    return left;
  }
  const char* comparison_token() const {
    for (const char* token : {"<=", ">=", "==", "!=", "<", ">"})
      if (text_.compare(at_, std::string(token).size(), token) == 0) return token;
    return nullptr;
  }
  NodeId compare(const std::string& token, NodeId a, NodeId b) {
    if (token == "<") return graph_.make(Op::kLess, a, b);
    if (token == ">") return graph_.make(Op::kLess, b, a);
    if (token == "<=") return graph_.make(Op::kLessEqual, a, b);
    if (token == ">=") return graph_.make(Op::kLessEqual, b, a);
    return graph_.make(token == "==" ? Op::kEqual : Op::kNotEqual, a, b);
  }
  NodeId sum() {
    NodeId left = product();
    for (;;) {
      if (take("+"))
        left = graph_.make(Op::kAdd, left, product());
      else if (take("-"))
        left = graph_.make(Op::kSubtract, left, product());
      else
        return left;
    }
  }
  NodeId product() {
    NodeId left = signed_power();
    for (;;) {
      if (take("*"))
        left = graph_.make(Op::kMultiply, left, signed_power());
      else if (take("/"))
        left = graph_.make(Op::kDivide, left, signed_power());
      else
        return left;
    }
  }
  NodeId signed_power() {
    bool negative = false;
    while (current() == '-' || current() == '+') {
      if (take("-"))
        negative = !negative;
      else
        take("+");
    }
    const NodeId value = power();
    return negative ? graph_.make(Op::kNegate, value) : value;
  }
  NodeId power() {
    const NodeId base = primary();
    if (!take("^")) return base;
    if (++depth_ > kDeepestNesting)
      fail_at(at_, fmt::format("nested more than {} deep; expected a flatter formula", kDeepestNesting));
    const NodeId exponent = signed_power();
    --depth_;
    return graph_.make(Op::kPower, base, exponent);
  }
  NodeId primary() {
    if (starts_name(current())) return name();
    if (std::isdigit(static_cast<unsigned char>(current())) || current() == '.') return number();
    const std::size_t opened = at_;
    if (take("(")) {
      const NodeId inside = comparison();
      if (!take(")")) fail_here(fmt::format("expected the ')' for the '(' at position {}", opened + 1));
      return inside;
    }
    fail_here("expected a number, a name or '('");
  }
  NodeId number() {
    double value = 0.0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(float(value)))
      fail_at(at_, "not a number that fits; expected one such as 12, 0.5 or 1e-3");
    at_ += std::size_t(end - begin);
    skip_space();
    return graph_.constant(value);
  }
  NodeId name() {
    const std::size_t begin = at_;
    while (in_name(current())) ++at_;
    const std::string name = text_.substr(begin, at_ - begin);
    skip_space();
    const bool called = current() == '(';
    for (std::size_t i = 0; i < variables_.size(); ++i)
      if (variables_[i] == name) {
        if (called) fail_at(begin, fmt::format("'{}' is a variable, not a function; a product is written with *", name));
        return graph_.variable(int(i));
      }
    for (const Function& function : kFunctions)
      if (name == function.name) {
        if (!called) fail_at(begin, fmt::format("'{}' is a function; expected {}", name, function.usage));
        return call(function, begin);
      }
    if (name == "pi" && !called) return graph_.constant(std::numbers::pi);
    unknown(name, begin, called);
  }
  NodeId call(const Function& function, std::size_t begin) {
    take("(");
    Arguments arguments;
    if (current() != ')') {
      do arguments.push_back(comparison());
      while (take(","));
    }
    if (!take(")")) fail_here(fmt::format("expected ',' or the ')' of {}", function.usage));
    const int count = int(arguments.size());
    if (count < function.least || count > function.most)
      fail_at(begin, fmt::format("'{}' got {} argument{}; expected {}", function.name, count, count == 1 ? "" : "s", function.usage));
    return function.make(graph_, arguments);
  }
  [[noreturn]] void unknown(const std::string& name, std::size_t begin, bool called) const {
    std::vector<std::string> known = called ? function_names() : variables_;
    if (!called) known.push_back("pi");
    const std::string nearest = nearest_name(name, known);
    fail_at(begin, fmt::format("unknown {} '{}'{}; known are {}", called ? "function" : "name", name,
                               nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest), join(known, " ")));
  }

  const std::string& text_;
  const std::vector<std::string>& variables_;
  Graph& graph_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

NodeId parse_expression(const std::string& text, const std::vector<std::string>& variables, Graph& graph) {
  return Parser(text, variables, graph).parse();
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& function : kFunctions) names.push_back(function.name);
  return names;
}

}  // namespace spongiosa::detail
