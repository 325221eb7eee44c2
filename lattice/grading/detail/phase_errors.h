#pragma once
/// Errors of any phase map against any wanted rows.

#include "lattice/grading/graded_phases.h"

#include <functional>

namespace spongiosa::lattice::detail {

/// rows[3*i+j] = wanted du_i/dx_j, 1/mm, at n points of the part's frame. Called from several threads.
using RowsAt = std::function<void(int n, const float* x, const float* y, const float* z, float* const rows[9])>;

/// @param zone  negative at the points that count; a grid parallel to `frame` with one spacing. Becomes the map of errors.
PhaseReport measure_phases(const PhaseMap& map, const RowsAt& wanted, geometry::FloatImage zone, const geometry::Frame& frame);

}  // namespace spongiosa::lattice::detail
