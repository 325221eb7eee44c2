#pragma once
/// The von Mises stress of a part as distributions over its volume and its surface.

#include "fea/micro/stress_field.h"
#include "fea/results/stress_histogram.h"

#include <functional>

namespace spongiosa::fea::micro {

struct StressStatistics {
  StressHistogram volume;     ///< weights in voxels of solid
  StressHistogram surface;    ///< weights in voxel faces
  std::vector<float> middle;  ///< in the middle of each voxel's solid; in the order of voxels, all of them
};

/// Whether a voxel, given by its place and its number in the model, enters the distributions. Asked from several threads.
using CountsVoxel = std::function<bool(const Index3& voxel, std::int64_t index)>;
/// Without `layers` of voxels at both ends along z: next to platens.
CountsVoxel between_ends(const VoxelBlocks& model, std::int64_t layers);

/// @param scale  from stress for unit modulus and displacements in voxel edges
/// The same bits for any number of threads.
StressStatistics stress_statistics(const StressField& field, double scale, const CountsVoxel& counts);

}  // namespace spongiosa::fea::micro
