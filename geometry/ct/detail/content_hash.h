#pragma once
/// One hash for one scan, whatever it was stored in.

#include "geometry/image/image.h"

#include <string>

namespace spongiosa::geometry::detail {

/// SHA-256 over a line of text with size, spacing, origin and direction and the SHA-256 of the voxel values (16-bit
/// little endian). Lengths enter with 1e-6 mm and direction cosines with 1e-9, so that the decimal text of a DICOM header
/// and the doubles of an NRRD give the same hash.
std::string content_sha256(const HuImage& image);

}  // namespace spongiosa::geometry::detail
