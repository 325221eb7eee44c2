#pragma once
/// Young's modulus over all directions as a surface: its distance from the middle is the modulus in that direction.

#include "core/vector.h"
#include "geometry/picture/picture.h"

namespace spongiosa::workflow {

/// Seen from between the axes (x to the lower left, y to the right, z up), coloured from the softest (dark) to the stiffest direction
/// (yellow), with rods along the cell's axes.
/// @throws Error(kComputationFailed) unless the stiffness is positive definite.
geometry::Picture youngs_modulus_picture(const Mat6& stiffness_mpa, int edge_px);

}  // namespace spongiosa::workflow
