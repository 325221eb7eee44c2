#pragma once
/// From text to graph.

#include "core/detail/expression_graph.h"

#include <string>
#include <vector>

namespace spongiosa::detail {

/// Adds the expression to `graph`. @throws Error(kBadInput) as said in core/expression.h.
NodeId parse_expression(const std::string& text, const std::vector<std::string>& variables, Graph& graph);

/// Names of the functions, as they are written.
std::vector<std::string> function_names();

}  // namespace spongiosa::detail
