#include "core/expression.h"

#include "core/detail/expression_parser.h"
#include "core/detail/expression_program.h"
#include "core/error.h"

namespace spongiosa {

struct Expression::Programs {
  detail::Program value, with_gradient;
};

Expression::Expression(const std::string& text, const std::vector<std::string>& variables) : text_(text), variables_(variables) {
  detail::Graph graph;
  const detail::NodeId root = detail::parse_expression(text, variables, graph);
  constant_ = graph.constant_value(root);
  detail::Program value(graph, {root});
  std::vector<detail::NodeId> outputs{root};
  for (int v = 0; v < 3; ++v) outputs.push_back(graph.derivative(root, v));
  programs_ = std::make_shared<const Programs>(Programs{std::move(value), detail::Program(graph, outputs)});
}

bool Expression::uses(std::size_t variable) const { return programs_->value.uses(int(variable)); }

void Expression::evaluate(std::int64_t n, const float* const* inputs, float* out) const {
  programs_->value.run(n, inputs, &out);
}

void Expression::evaluate_with_gradient(std::int64_t n, const float* const* inputs, float* value,
                                        const std::array<float*, 3>& gradient) const {
  float* const outputs[] = {value, gradient[0], gradient[1], gradient[2]};
  programs_->with_gradient.run(n, inputs, outputs);
}

float Expression::value(const std::vector<float>& inputs) const {
  SPONGIOSA_ASSERT(inputs.size() == variables_.size());
  std::vector<const float*> addresses;
  for (const float& input : inputs) addresses.push_back(&input);
  float result = 0.0f;
  evaluate(1, addresses.data(), &result);
  return result;
}

const std::vector<std::string>& expression_functions() {
  static const std::vector<std::string> names = detail::function_names();
  return names;
}

}  // namespace spongiosa
