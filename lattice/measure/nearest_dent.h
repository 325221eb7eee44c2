#pragma once
/// The way out of a solid whose struts or plates meet in creases.

#include "core/vector.h"

#include <functional>

namespace spongiosa::lattice {

/// Value and gradient of a function at a place.
using Implicit = std::function<double(const Vec3& place, Vec3& gradient)>;

/// Distance from `from`, where g < 0, to the nearest point of {g >= 0} near `start`, where g is the least of several smooth functions
/// (a union of struts): that point mostly lies in a dent where two or three of them meet. Sequential quadratic programming (Nocedal &
/// Wright, Numerical Optimization, 2nd ed., ch. 18): the functions are told apart by their gradients at 14 places around; each is
/// replaced by its tangent plane, and the nearest point beyond all planes is looked for, until it stays.
/// @param step  length below which g's smooth pieces are nearly flat; no move is longer than half of it
/// @return 1e9 where that does not settle.
double way_out_of_union(const Implicit& g, const Vec3& from, const Vec3& start, double step);

}  // namespace spongiosa::lattice
