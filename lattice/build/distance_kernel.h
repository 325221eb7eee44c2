#pragma once
/// The arithmetic of a part's field, point by point, in loops that the compiler turns into vector code. Arrays must not overlap.

#include "core/vector.h"

namespace spongiosa::lattice {

/// Where a cell's function has an extremum, its gradient vanishes; a least gradient keeps the distance finite there. In units
/// of the function per radian of phase it is 0.05 of a function whose range is of order one.
constexpr float kLeastGradient = 0.05f * 6.2831853f;
/// Distances within the lattice of a part are kept within this.
constexpr float kClamp_voxels = 4.0f;

/// From a cell's function to a first-order distance, in place: value / |grad_x value|, within +-farthest.
/// @param du,dv,dw  derivatives by the cell coordinates
/// @param jacobian  9 arrays of n, du_i/dx_j in 1/mm, row major
/// @param least     the gradient counts as at least this times the largest column sum of the Jacobian's magnitudes
void distance_of_values(int n, const float* du, const float* dv, const float* dw, const float* const jacobian[9], float least, float farthest,
                        float* value);
/// The same, within 5e-6 of the distance, where the cells are the same everywhere: edges at right angles, whatever their directions.
/// @param inverse_edges  lengths of the Jacobian's rows, 1/mm
void distance_of_values(int n, const float* du, const float* dv, const float* dw, const Vec3f& inverse_edges, float least, float farthest,
                        float* value);

/// solid = min(solid, max(body, lattice within +-most))
void unite_with_lattice(int n, const float* body, const float* lattice, float most, float* solid);

}  // namespace spongiosa::lattice
