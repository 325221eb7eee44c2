#pragma once
/// Lines of constant value in a grid of samples (marching squares).

#include "geometry/picture/draw.h"

#include <vector>

namespace spongiosa::geometry {

/// Where the values cross `level`, as line pieces in grid coordinates: sample (column, row) at (column, row). Values are row
/// by row. Cells with a value that is not finite are left out, so that NaN masks. Saddles are resolved by the mean.
std::vector<Segment> contour_segments(const std::vector<double>& values, int columns, int rows, double level);

}  // namespace spongiosa::geometry
