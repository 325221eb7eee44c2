#pragma once
/// The first bytes of a DICOM file, before any library sees them.

#include <filesystem>
#include <istream>

namespace spongiosa::geometry::detail {

/// A file is DICOM when it carries the mark of PS3.10 at byte 128, or begins with a plausible first element of a data
/// set without it (old exports): group 0002 or 0008 with a low even element, little or big endian.
/// Otherwise its file meta information (group 0002, PS3.10 7.1) must lie within the file, element by element, and something must
/// follow it. Leaves the stream anywhere.
/// @return whether the file is DICOM. @throws Error(kBadInput) when it is, but damaged or cut off there.
bool check_file_meta(std::istream& stream, const std::filesystem::path& file);

}  // namespace spongiosa::geometry::detail
