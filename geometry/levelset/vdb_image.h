#pragma once
/// Scalar volumes of other programs (density, temperature, stress) from OpenVDB files.

#include "geometry/image/image.h"

#include <filesystem>

namespace spongiosa::geometry {

/// The file's only grid, as an image of the box around its active voxels; inactive voxels have the background value. World
/// coordinates of the file are taken as patient coordinates (LPS), mm.
/// @throws Error(kIo) when unreadable, Error(kBadInput) for several grids, other types than float, or skewed axes.
FloatImage read_vdb_image(const std::filesystem::path& file);

}  // namespace spongiosa::geometry
