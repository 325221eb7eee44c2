#include "core/detail/expression_program.h"

#include <algorithm>
#include <cstring>

namespace spongiosa::detail {

Program::Program(const Graph& graph, const std::vector<NodeId>& outputs) {
  // What the outputs need, and the last instruction that needs it; operands have smaller numbers.
  constexpr NodeId kUnused = -1;
  const NodeId end = NodeId(graph.size());
  std::vector<NodeId> last_use(graph.size(), kUnused);
  for (const NodeId output : outputs) last_use[std::size_t(output)] = end;
  for (NodeId id = end - 1; id >= 0; --id) {
    if (last_use[std::size_t(id)] == kUnused) continue;
    for (const NodeId operand : graph.node(id).operands)
      if (operand >= 0) last_use[std::size_t(operand)] = std::max(last_use[std::size_t(operand)], id);
  }

  std::vector<Operand> place(graph.size());
  std::vector<int> free;
  for (NodeId id = 0; id < end; ++id) {
    if (last_use[std::size_t(id)] == kUnused) continue;
    const Node& node = graph.node(id);
    Operand& here = place[std::size_t(id)];
    if (node.op == Op::kConstant) {
      here = {Place::kConstant, int(constants_.size() / kBatch)};
      constants_.insert(constants_.end(), kBatch, float(node.constant));
      continue;
    }
    if (node.op == Op::kVariable) {
      here = {Place::kInput, node.variable};
      variables_.push_back(node.variable);
      continue;
    }
    Instruction instruction{kernel_of(node.op), {}, 0};
    std::vector<int> released;
    for (std::size_t i = 0; i < 3; ++i) {
      const NodeId operand = node.operands[i];
      if (operand < 0) continue;
      instruction.operands[i] = place[std::size_t(operand)];
      if (instruction.operands[i].place == Place::kRegister && last_use[std::size_t(operand)] == id)
        released.push_back(instruction.operands[i].number);
    }
    std::sort(released.begin(), released.end());
    released.erase(std::unique(released.begin(), released.end()), released.end());
    free.insert(free.end(), released.begin(), released.end());
    if (free.empty()) free.push_back(registers_++);
    instruction.result = free.back();
    free.pop_back();
    here = {Place::kRegister, instruction.result};
    instructions_.push_back(instruction);
  }
  for (const NodeId output : outputs) outputs_.push_back(place[std::size_t(output)]);
}

bool Program::uses(int variable) const { return std::find(variables_.begin(), variables_.end(), variable) != variables_.end(); }

const float* Program::address(const Operand& operand, const float* const* inputs, std::int64_t first, const float* registers) const {
  switch (operand.place) {
    case Place::kInput: return inputs[operand.number] + first;
    case Place::kConstant: return &constants_[std::size_t(operand.number) * kBatch];
    case Place::kRegister: return registers + std::size_t(operand.number) * kBatch;
    case Place::kNone: break;
  }
  return nullptr;
}

void Program::run(std::int64_t n, const float* const* inputs, float* const* outputs) const {
  // One register more per output, because an output may be an input that a later output is made of.
  thread_local std::vector<float> storage;
  storage.resize(std::max(storage.size(), (std::size_t(registers_) + outputs_.size()) * kBatch));
  float* const registers = storage.data();
  float* const results = registers + std::size_t(registers_) * kBatch;
  for (std::int64_t first = 0; first < n; first += kBatch) {
    const int count = int(std::min<std::int64_t>(kBatch, n - first));
    for (const Instruction& i : instructions_)
      i.kernel(count, address(i.operands[0], inputs, first, registers), address(i.operands[1], inputs, first, registers),
               address(i.operands[2], inputs, first, registers), registers + std::size_t(i.result) * kBatch);
    const std::size_t bytes = std::size_t(count) * sizeof(float);
    for (std::size_t o = 0; o < outputs_.size(); ++o)
      std::memcpy(results + o * kBatch, address(outputs_[o], inputs, first, registers), bytes);
    for (std::size_t o = 0; o < outputs_.size(); ++o) std::memcpy(outputs[o] + first, results + o * kBatch, bytes);
  }
}

}  // namespace spongiosa::detail
