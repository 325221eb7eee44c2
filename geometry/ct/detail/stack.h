#pragma once
/// The planes of one series put in order, and the reasons why they may not form a regular volume.

#include "geometry/ct/detail/dicom_file.h"
#include "geometry/image/image.h"

#include <string>
#include <vector>

namespace spongiosa::geometry::detail {

/// A regular stack: plane k of the volume comes from places[k].front(); further entries are at the very same position.
struct Stack {
  std::vector<std::vector<DicomSlice>> places;
  HuImage grid;   ///< size, spacing, origin and direction; no data yet
  /// Where the gantry was tilted: how far plane k lies from its place in `grid`, along the first and second axis; else empty.
  std::vector<Vec2> shift_mm;
};

/// Orders by position along the normal of the planes, so that the index frame is right-handed whatever the file order.
/// @throws Error(kBadInput): geometry missing, mixed sizes, spacings or orientations, single slice, planes
///   shifted sideways other than by a tilt, missing slices or uneven spacing.
Stack stack_slices(std::vector<DicomSlice> slices, double spacing_tolerance_mm, std::vector<std::string>& notes);

}  // namespace spongiosa::geometry::detail
