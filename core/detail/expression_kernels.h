#pragma once
/// The operations on arrays of floats. Compiled with vector instructions chosen at run time; same bytes on every machine.

#include "core/detail/expression_graph.h"

namespace spongiosa::detail {

constexpr int kBatch = 256;

/// out[i] = op(a[i], b[i], c[i]) for i < n; operands the operation does not have may be nullptr. `out` may be an operand.
using Kernel = void (*)(int n, const float* a, const float* b, const float* c, float* out);
/// Not for constants and variables.
Kernel kernel_of(Op op);

}  // namespace spongiosa::detail
