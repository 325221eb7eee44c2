#include "core/detail/expression_graph.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::detail {
namespace {

double apply(Op op, double a, double b, double c) {
  switch (op) {
    case Op::kNegate: return -a;
    case Op::kSin: return std::sin(a);
    case Op::kCos: return std::cos(a);
    case Op::kTan: return std::tan(a);
    case Op::kAtan: return std::atan(a);
    case Op::kSqrt: return std::sqrt(a);
    case Op::kAbs: return std::abs(a);
    case Op::kExp: return std::exp(a);
    case Op::kLog: return std::log(a);
    case Op::kFloor: return std::floor(a);
    case Op::kSign: return double(a > 0.0) - double(a < 0.0);
    case Op::kAdd: return a + b;
    case Op::kSubtract: return a - b;
    case Op::kMultiply: return a * b;
    case Op::kDivide: return a / b;
    case Op::kPower: return std::pow(a, b);
    case Op::kAtan2: return std::atan2(a, b);
    case Op::kMinimum: return std::isnan(b) ? b : std::min(a, b);  // NaN in either gives NaN
    case Op::kMaximum: return std::isnan(b) ? b : std::max(a, b);
    case Op::kLess: return a < b;
    case Op::kLessEqual: return a <= b;
    case Op::kEqual: return a == b;
    case Op::kNotEqual: return a != b;
    case Op::kSelect: return a != 0.0 ? b : c;
    case Op::kConstant:
    case Op::kVariable: break;
  }
  return 0.0;
}

bool commutes(Op op) { return op == Op::kAdd || op == Op::kMultiply || op == Op::kEqual || op == Op::kNotEqual; }

}  // namespace

int operand_count(Op op) {
  if (op <= Op::kVariable) return 0;
  if (op <= Op::kSign) return 1;
  return op == Op::kSelect ? 3 : 2;
}

std::optional<double> Graph::constant_value(NodeId id) const {
  if (id < 0 || node(id).op != Op::kConstant) return std::nullopt;
  return node(id).constant;
}

NodeId Graph::add(const Node& node) {
  const Key key{node.op, node.operands[0], node.operands[1], node.operands[2], node.constant, node.variable};
  // NaN is not less than anything, which would make it equal to every key; such constants are kept apart.
  const bool orderable = !std::isnan(node.constant);
  if (orderable)
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
  nodes_.push_back(node);
  const NodeId id = NodeId(nodes_.size() - 1);
  if (orderable) known_.emplace(key, id);
  return id;
}

NodeId Graph::constant(double value) {
  Node node;
  node.constant = value == 0.0 ? 0.0 : value;  // no negative zero: equal constants are one node
  return add(node);
}

NodeId Graph::variable(int number) {
  Node node;
  node.op = Op::kVariable;
  node.variable = number;
  return add(node);
}

NodeId Graph::make(Op op, NodeId a, NodeId b, NodeId c) {
  const int count = operand_count(op);
  const auto va = constant_value(a), vb = constant_value(b), vc = constant_value(c);
  if (va && (count < 2 || vb) && (count < 3 || vc)) return constant(apply(op, *va, vb.value_or(0.0), vc.value_or(0.0)));
  if (const auto simple = simplified(op, a, b, c)) return *simple;
  if (op == Op::kPower) return power(a, b);
  if (commutes(op) && a > b) std::swap(a, b);
  Node node;
  node.op = op;
  node.operands = {a, b, c};
  return add(node);
}

std::optional<NodeId> Graph::simplified(Op op, NodeId a, NodeId b, NodeId c) {
  const auto is = [this](NodeId id, double value) { return constant_value(id) == value; };
  switch (op) {
    case Op::kAdd:
      if (is(a, 0.0)) return b;
      if (is(b, 0.0)) return a;
      break;
    case Op::kSubtract:
      if (is(b, 0.0)) return a;
      if (is(a, 0.0)) return make(Op::kNegate, b);
      if (a == b) return constant(0.0);
      break;
    case Op::kMultiply:
      if (is(a, 0.0) || is(b, 0.0)) return constant(0.0);
      if (is(a, 1.0)) return b;
      if (is(b, 1.0)) return a;
      if (is(a, -1.0)) return make(Op::kNegate, b);
      if (is(b, -1.0)) return make(Op::kNegate, a);
      break;
    case Op::kDivide:
      if (is(a, 0.0) && !is(b, 0.0)) return constant(0.0);
      if (const auto divisor = constant_value(b); divisor && *divisor != 0.0) return make(Op::kMultiply, a, constant(1.0 / *divisor));
      break;
    case Op::kNegate:
      if (node(a).op == Op::kNegate) return node(a).operands[0];
      break;
    case Op::kMinimum:
    case Op::kMaximum:
      if (a == b) return a;
      break;
    case Op::kSelect:
      if (const auto condition = constant_value(a)) return *condition != 0.0 ? b : c;
      if (b == c) return b;
      break;
    default: break;
  }
  return std::nullopt;
}

/// Whole and half exponents by multiplication and roots: exact, fast, and right for negative bases.
NodeId Graph::power(NodeId base, NodeId exponent) {
  if (const auto p = constant_value(exponent)) {
    if (*p == 0.5) return make(Op::kSqrt, base);
    const double whole = std::abs(*p);
    if (whole == std::floor(whole) && whole <= 32.0) {
      if (*p < 0.0) return make(Op::kDivide, constant(1.0), power(base, constant(whole)));
      NodeId result = constant(1.0), square = base;
      for (int bits = int(whole); bits != 0; bits >>= 1) {
        if (bits & 1) result = make(Op::kMultiply, result, square);
        if (bits > 1) square = make(Op::kMultiply, square, square);
      }
      return result;
    }
  }
  Node node;
  node.op = Op::kPower;
  node.operands = {base, exponent, -1};
  return add(node);
}

NodeId Graph::ramp_share(NodeId x, NodeId x0, NodeId x1) {
  const NodeId share = make(Op::kDivide, make(Op::kSubtract, x, x0), make(Op::kSubtract, x1, x0));
  return clamp(share, constant(0.0), constant(1.0));
}

NodeId Graph::derivative(NodeId root, int variable) {
  std::vector<NodeId> derivatives;  // of every node up to the root; operands come first
  for (NodeId id = 0; id <= root; ++id) {
    const Node copy = node(id);  // making nodes moves the vector
    if (copy.op == Op::kConstant || copy.op == Op::kVariable) {
      derivatives.push_back(constant(copy.op == Op::kVariable && copy.variable == variable ? 1.0 : 0.0));
      continue;
    }
    std::array<NodeId, 3> d{-1, -1, -1};
    for (int i = 0; i < operand_count(copy.op); ++i) d[std::size_t(i)] = derivatives[std::size_t(copy.operands[std::size_t(i)])];
    derivatives.push_back(derivative_of(copy, id, d));
  }
  return derivatives.back();
}

NodeId Graph::derivative_of(const Node& f, NodeId id, const std::array<NodeId, 3>& d) {
  const auto [a, b, c] = f.operands;
  const auto [da, db, dc] = d;
  const auto add = [this](NodeId x, NodeId y) { return make(Op::kAdd, x, y); };
  const auto subtract = [this](NodeId x, NodeId y) { return make(Op::kSubtract, x, y); };
  const auto times = [this](NodeId x, NodeId y) { return make(Op::kMultiply, x, y); };
  const auto over = [this](NodeId x, NodeId y) { return make(Op::kDivide, x, y); };
  const NodeId one = constant(1.0);
  switch (f.op) {
    case Op::kNegate: return make(Op::kNegate, da);
    case Op::kSin: return times(make(Op::kCos, a), da);
    case Op::kCos: return make(Op::kNegate, times(make(Op::kSin, a), da));
    case Op::kTan: return times(add(one, times(id, id)), da);
    case Op::kAtan: return over(da, add(one, times(a, a)));
    case Op::kSqrt: return times(constant(0.5), over(da, id));
    case Op::kAbs: return times(make(Op::kSign, a), da);
    case Op::kExp: return times(id, da);
    case Op::kLog: return over(da, a);
    case Op::kAdd: return add(da, db);
    case Op::kSubtract: return subtract(da, db);
    case Op::kMultiply: return add(times(da, b), times(a, db));
    case Op::kDivide: return over(subtract(da, times(id, db)), b);
    case Op::kPower:  // a^b (b a'/a + b' log a); with constant b without the division, so that it holds at a = 0
      if (constant_value(b)) return times(times(b, make(Op::kPower, a, subtract(b, one))), da);
      return times(id, add(over(times(b, da), a), times(db, make(Op::kLog, a))));
    case Op::kAtan2: return over(subtract(times(b, da), times(a, db)), add(times(a, a), times(b, b)));
    case Op::kMinimum: return make(Op::kSelect, make(Op::kLess, b, a), db, da);
    case Op::kMaximum: return make(Op::kSelect, make(Op::kLess, a, b), db, da);
    case Op::kSelect: return make(Op::kSelect, a, db, dc);
    default: return constant(0.0);  // floor, sign and comparisons are steps
  }
}

}  // namespace spongiosa::detail
