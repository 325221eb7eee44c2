#pragma once
/// A mask that a command was given, brought to the grid of a scan.

#include "core/json.h"
#include "geometry/image/image.h"

#include <filesystem>
#include <optional>

namespace spongiosa::workflow {

/// 0 or 1, as it is in its file. Empty when `file` is.
/// @param label  1..255; absent: all that is not 0
/// @throws Error(kBadInput) for a file that is not there, cannot be read, or holds nothing
geometry::LabelImage load_given_mask(const std::filesystem::path& file, const std::optional<int>& label);

/// @param hu     gives the grid
/// @param given  of load_given_mask; an empty one gives an empty mask
/// @param notes  gets a line when more than 0.1 % of the volume is lost or won on the way
/// @throws Error(kBadInput) when nothing of it lies in the scan
geometry::LabelImage on_grid_of(const geometry::FloatImage& hu, geometry::LabelImage given, const std::filesystem::path& file, Json& notes);

}  // namespace spongiosa::workflow
