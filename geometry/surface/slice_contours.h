#pragma once
/// The outline of a solid in one plane, from the field itself.

#include "core/vector.h"

#include <array>
#include <cstdint>
#include <vector>

namespace spongiosa::geometry {

/// Points in order, the first not repeated at the end. The solid is on the left: outer outlines run counter-clockwise, holes
/// clockwise.
struct Contour {
  std::vector<Vec2> points;
  double area = 0.0;  ///< signed: positive for outer outlines
};

/// Outlines of {value < 0}; zero and NaN count as outside, and so do the outermost samples, so that every outline is closed. In a
/// cell whose diagonal corners are solid these stay apart, as on the faces of extract_surface, of which this is the cut at a
/// layer of samples. Corners keep 1 % of an edge from its ends: no two outlines touch, none crosses itself, no two
/// neighbouring points are equal.
/// @param values  size[0] * size[1], the first index fastest
/// @param step    distance of the samples
/// @returns in the order of their lowest and leftmost crossing
std::vector<Contour> trace_contours(const float* values, const std::array<std::int64_t, 2>& size, const Vec2& first, double step);

}  // namespace spongiosa::geometry
