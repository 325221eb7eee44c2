#pragma once
/// The stressed surface of a voxel part.

#include "core/progress.h"
#include "fea/micro/hot_spots.h"
#include "geometry/picture/picture.h"

namespace spongiosa::workflow {

/// The surface where the share is one half, coloured by the values of the voxels at it from 0 (dark) to `top` (bright yellow), seen from
/// two sides and with rings around the hot spots. @param values  one per voxel of the model, in its order
geometry::Picture stress_picture(const geometry::FloatImage& share, const fea::micro::VoxelBlocks& model, const std::vector<float>& values, double top,
                                 const std::vector<fea::micro::HotSpot>& spots, const Progress& progress);

}  // namespace spongiosa::workflow
