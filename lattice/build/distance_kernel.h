#pragma once
/// The arithmetic of a part's field, point by point, in loops that the compiler turns into vector code. Arrays must not overlap.

namespace spongiosa::lattice {

/// From a cell's function to a first-order distance, in place: value / |grad_x value|, within +-farthest.
/// @param du,dv,dw  derivatives by the cell coordinates
/// @param jacobian  9 arrays of n, du_i/dx_j in 1/mm, row major
/// @param least     the gradient counts as at least this times the largest column sum of the Jacobian's magnitudes
void distance_of_values(int n, const float* du, const float* dv, const float* dw, const float* const jacobian[9], float least, float farthest,
                        float* value);
/// The same where the Jacobian is the same at all points.
void distance_of_values(int n, const float* du, const float* dv, const float* dw, const float jacobian[9], float least, float farthest,
                        float* value);

/// solid = min(solid, max(body, lattice within +-most))
void unite_with_lattice(int n, const float* body, const float* lattice, float most, float* solid);

}  // namespace spongiosa::lattice
