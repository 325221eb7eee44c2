#pragma once
/// Loops over a block's unknowns, vectorised for the machine.

#include <cstdint>

namespace spongiosa::fea::micro {

/// x_old becomes x + momentum (x - x_old) + step D^-1 (b - force) for `nodes` nodes of one block (all x, all y, all z).
void smooth_block(std::int64_t nodes, const float* x, float* x_old, const float* b, const float* force, const float* inverse_diagonal,
                  float momentum, float step);
/// r = b - force
void residual_block(std::int64_t count, const float* b, const float* force, float* r);

}  // namespace spongiosa::fea::micro
