#pragma once
/// NIfTI by the NIfTI library itself.

#include "geometry/image/detail/image_file_itk.h"

namespace spongiosa::geometry::detail {

/// ITK 5.2 refuses many good files: it takes the rounding of a float header for shear ("ITK only supports orthonormal
/// direction cosines"). Here the axes may be off by 1e-3. RAS becomes LPS; xyz units become mm.
/// @throws Error(kIo) when it is not there or not permitted, Error(kBadInput) when it is damaged or not one 3-D scalar image on an orthogonal grid.
LoadedImage read_nifti(const std::filesystem::path& file);

}  // namespace spongiosa::geometry::detail
