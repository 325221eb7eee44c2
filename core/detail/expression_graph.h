#pragma once
/// An expression as a graph of operations in which equal parts exist once: simplification and derivatives are done here.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace spongiosa::detail {

enum class Op : std::uint8_t {
  kConstant,
  kVariable,
  // one operand
  kNegate, kSin, kCos, kTan, kAtan, kSqrt, kAbs, kExp, kLog, kFloor, kSign,
  // two operands
  kAdd, kSubtract, kMultiply, kDivide, kPower, kAtan2, kMinimum, kMaximum,
  kLess, kLessEqual, kEqual, kNotEqual,
  // three operands
  kSelect,
};
int operand_count(Op op);

using NodeId = std::int32_t;

struct Node {
  Op op = Op::kConstant;
  std::array<NodeId, 3> operands{-1, -1, -1};
  double constant = 0.0;  ///< of kConstant
  int variable = -1;      ///< of kVariable
};

/// Nodes come after their operands. Every function that makes a node first folds constants and uses x+0, x*1, x*0, x-x and
/// the like; multiplication by zero gives zero whatever the other operand (also where that is undefined).
class Graph {
 public:
  const Node& node(NodeId id) const { return nodes_[std::size_t(id)]; }
  std::size_t size() const { return nodes_.size(); }
  std::optional<double> constant_value(NodeId id) const;

  NodeId constant(double value);
  NodeId variable(int number);
  NodeId make(Op op, NodeId a, NodeId b = -1, NodeId c = -1);

  NodeId clamp(NodeId x, NodeId low, NodeId high) { return make(Op::kMaximum, low, make(Op::kMinimum, x, high)); }
  /// (x - x0) / (x1 - x0) limited to [0,1]; x1 may be less than x0.
  NodeId ramp_share(NodeId x, NodeId x0, NodeId x1);

  /// d(root) / d(variable)
  NodeId derivative(NodeId root, int variable);

 private:
  using Key = std::tuple<Op, NodeId, NodeId, NodeId, double, int>;
  NodeId add(const Node& node);
  std::optional<NodeId> simplified(Op op, NodeId a, NodeId b, NodeId c);
  NodeId power(NodeId base, NodeId exponent);
  NodeId derivative_of(const Node& node, NodeId id, const std::array<NodeId, 3>& d);

  std::vector<Node> nodes_;
  std::map<Key, NodeId> known_;
};

}  // namespace spongiosa::detail
