#pragma once
/// Pieces of solid that hang on nothing: cut struts at the faces, corners between rim and channel.

#include "geometry/image/image.h"

namespace spongiosa::lattice {

/// Turns every piece of {field < 0} but the largest into void by changing the sign of its samples. Pieces are 6-connected:
/// the rule by which geometry::extract_surface separates components. @return the number of pieces removed.
std::int64_t remove_islands(geometry::FloatImage& field);

}  // namespace spongiosa::lattice
