#pragma once
/// The von Mises stress of a part as distributions over its volume and its surface.

#include "fea/micro/stress_field.h"
#include "fea/results/stress_histogram.h"

namespace spongiosa::fea::micro {

struct StressStatistics {
  StressHistogram volume;     ///< weights in voxels of solid
  StressHistogram surface;    ///< weights in voxel faces
  std::vector<float> middle;  ///< in the middle of each voxel's solid; in the order of voxels, all of them
};

/// @param scale  from stress for unit modulus and displacements in voxel edges
/// @param zone   layers of voxels at both ends along z that count in neither distribution
/// The same bits for any number of threads.
StressStatistics stress_statistics(const StressField& field, double scale, std::int64_t zone);

}  // namespace spongiosa::fea::micro
