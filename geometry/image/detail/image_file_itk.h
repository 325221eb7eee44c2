#pragma once
/// Image files inside the imaging module. The public face is geometry/image/image_file.h.

#include "geometry/image/image.h"

#include <filesystem>
#include <string>

namespace spongiosa::geometry::detail {

/// An image file as it is, before anything is decided about its values.
struct LoadedImage {
  FloatImage image;            ///< right-handed: an axis is reversed where the file was left-handed
  std::string format;          ///< "NRRD", "NIfTI", "MetaImage"
  bool flipped = false;        ///< the k axis was reversed to make the index frame right-handed
  bool has_orientation = true; ///< false when a NIfTI carries neither qform nor sform
};

/// True for the endings .nrrd .nhdr .nii .nii.gz .mha .mhd (any case).
bool has_image_ending(const std::filesystem::path& file);

/// @throws Error(kIo) when it is not there or not permitted, Error(kBadInput) when it is damaged or not a 3-D scalar image on an orthogonal grid.
LoadedImage load_image(const std::filesystem::path& file);

}  // namespace spongiosa::geometry::detail
