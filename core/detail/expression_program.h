#pragma once
/// A graph as a list of instructions on registers of kBatch floats.

#include "core/detail/expression_graph.h"
#include "core/detail/expression_kernels.h"

#include <cstdint>
#include <vector>

namespace spongiosa::detail {

class Program {
 public:
  /// Computes the `outputs` of `graph`; registers are used again as soon as their value is no longer needed.
  Program(const Graph& graph, const std::vector<NodeId>& outputs);

  bool uses(int variable) const;
  /// inputs[v] for variable v, n values each; outputs[i] may be one of the inputs.
  void run(std::int64_t n, const float* const* inputs, float* const* outputs) const;

 private:
  enum class Place : std::uint8_t { kNone, kInput, kConstant, kRegister };
  struct Operand {
    Place place = Place::kNone;
    int number = 0;
  };
  struct Instruction {
    Kernel kernel;
    Operand operands[3];
    int result;  ///< register
  };

  const float* address(const Operand& operand, const float* const* inputs, std::int64_t first, const float* registers) const;

  std::vector<Instruction> instructions_;
  std::vector<Operand> outputs_;
  std::vector<float> constants_;  ///< kBatch copies of each
  std::vector<int> variables_;
  int registers_ = 0;
};

}  // namespace spongiosa::detail
