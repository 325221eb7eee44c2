#pragma once
/// Image files by ITK (imaging module): NRRD (.nrrd), NIfTI (.nii, .nii.gz), MetaImage (.mha). Geometry is kept in LPS.

#include "geometry/image/image.h"

#include <filesystem>

namespace spongiosa::geometry {

/// @throws Error(kIo) when unreadable, Error(kBadInput) when the file is not a 3-D scalar image.
HuImage read_hu_image(const std::filesystem::path& file);
LabelImage read_label_image(const std::filesystem::path& file);
FloatImage read_float_image(const std::filesystem::path& file);
/// Compressed where the format allows; written aside and renamed.
void write_image(const std::filesystem::path& file, const HuImage& image);
void write_image(const std::filesystem::path& file, const LabelImage& image);
void write_image(const std::filesystem::path& file, const FloatImage& image);

}  // namespace spongiosa::geometry
