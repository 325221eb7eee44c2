#pragma once
/// Loops over a block's unknowns, vectorised for the machine.

#include <cstdint>

namespace spongiosa::fea::micro {

/// The right-hand side is `scale` times a vector of doubles, rounded: no copy of it is kept.
struct ScaledVector {
  const double* value;
  double scale;
};
/// x_old becomes x + momentum (x - x_old) + step D^-1 (b - force) for `nodes` nodes of one block (all x, all y, all z).
void smooth_block(std::int64_t nodes, const float* x, float* x_old, const ScaledVector& b, const float* force, const float* inverse_diagonal,
                  float momentum, float step);
/// r = b - force
void residual_block(std::int64_t count, const ScaledVector& b, const float* force, float* r);

}  // namespace spongiosa::fea::micro
