#pragma once
/// Loops over vectors, vectorised for the machine. Lanes: load cases side by side, 1 or kLoadLanes numbers per unknown.

#include "fea/micro/coarse_vector.h"

namespace spongiosa::fea::micro {

/// The right-hand side is `scale` (one per load case) times a vector of doubles, rounded: no copy of it is kept.
template <int Lanes>
struct ScaledVector {
  const double* value;
  std::array<double, std::size_t(Lanes)> scale;
};
/// First step of the smoother from zero: x = step D^-1 b, x_old = 0, for `nodes` nodes of one block (all x, all y, all z).
template <int Lanes>
void smooth_zero_block(std::int64_t nodes, float* x, float* x_old, const ScaledVector<Lanes>& b, const float* inverse_diagonal, float step);
/// x_old becomes x + momentum (x - x_old) + step D^-1 (b - force).
template <int Lanes>
void smooth_block(std::int64_t nodes, const float* x, float* x_old, const ScaledVector<Lanes>& b, const float* force,
                  const float* inverse_diagonal, float momentum, float step);
/// r = b - force for `count` unknowns
template <int Lanes>
void residual_block(std::int64_t count, const ScaledVector<Lanes>& b, const float* force, float* r);
/// The same smoother for nodes of a coarse level, with 3x3 blocks of the inverse diagonal.
void smooth_nodes(std::size_t count, const Float4* x, Float4* x_old, const Float4* b, const Float4* force, const float* inverse,
                  float momentum, float step);
void smooth_nodes(std::size_t count, const LaneNode* x, LaneNode* x_old, const LaneNode* b, const LaneNode* force, const float* inverse,
                  float momentum, float step);

/// Eight sums or factors: of number i the one at i % 8. With one load case the sums are its parts, and the factors are equal.
using Eight = std::array<double, 8>;
/// sums += z q, for a count that is a multiple of 8 as in all that follow.
void add_product(std::int64_t count, const float* z, const float* q, Eight& sums);
/// sums += r^2
void add_square(std::int64_t count, const double* r, Eight& sums);
/// p = z + beta p, sums += p r
void next_direction(std::int64_t count, const float* z, const Eight& beta, const double* r, double* p, Eight& sums);
/// x += alpha p, r -= alpha q, sums += r^2
void step_along(std::int64_t count, const Eight& alpha, const double* p, const float* q, double* x, double* r, Eight& sums);
/// q = force, sums += force p; any count.
void keep_product(std::int64_t count, const double* force, const double* p, float* q, Eight& sums);

}  // namespace spongiosa::fea::micro
