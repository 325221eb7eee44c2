#pragma once
/// The voxels of a part, whatever file it comes in.

#include "fea/micro/voxel_blocks.h"
#include "geometry/image/image.h"
#include "workflow/tools/microfe_tool.h"

namespace spongiosa::workflow {

/// Solid shares with the platens' normal along the third axis; cropped to the solid.
struct PartVoxels {
  geometry::FloatImage share;   ///< 0..1, in the patient frame; its third axis is the platens' normal
  std::string source;           ///< what it was made from, without a path
  bool cut_voxels = false;      ///< shares between 0 and 1 exist (not for images)
};

/// Voxels with less solid are void.
inline constexpr float kSmallestShare = 0.02f;

/// @throws Error(kBadInput) and Error(kIo) as the readers do; Error(kComputationFailed) when the voxels do not fit into memory.
PartVoxels read_part(const MicrofeJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
