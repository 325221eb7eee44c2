#pragma once
/// Whether two triangles of a surface meet where they must not. Exact for float corners.

#include "core/vector.h"

#include <array>
#include <cstdint>

namespace spongiosa::geometry {

using Corners = std::array<Vec3f, 3>;
using CornerNames = std::array<std::uint32_t, 3>;  ///< equal for equal places, and only for these

/// Triangles are closed sets with an area; corners count as shared when they are at the same
/// place.
/// - no shared corner: true when they touch or cross at all;
/// - one shared corner: true when they meet anywhere else too;
/// - a shared side: true when one is folded onto the other;
/// - three shared corners: true.
bool meet_improperly(const Corners& p, const CornerNames& p_names, const Corners& q, const CornerNames& q_names);
bool meet_improperly(const Corners& p, const Corners& q);

}  // namespace spongiosa::geometry
