#pragma once
/// Recorded edits of masks, from JSON of the case to the label map.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/bone/mask_edit.h"
#include "geometry/bone/segment.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

/// @param item    one entry of segmentation.edits, complete (checked against the schema)
/// @param folders  where relative mask files are looked for, in this order; empty ones are passed over
/// @throws Error(kBadInput) for keys that the operation does not read, a mask that is not there or cannot be read
geometry::MaskEdit mask_edit_from_json(const Json& item, const std::vector<std::filesystem::path>& folders);

/// The file of `item`'s other mask; empty when it names none. @throws Error(kBadInput) when it is not there
std::filesystem::path other_mask_of(const Json& item, const std::vector<std::filesystem::path>& folders);

Json to_json(const geometry::MaskChange& change);

/// Replays segmentation.edits on the labels, and brings volume_mm3 up to date. Voxels of other labels stay theirs.
/// @returns one object per edit: level, what changed, and left_to_other_vertebrae_mm3 that the edit would have taken from others
/// @throws Error(kBadInput) naming the edit: no level, a level without a seed, and what apply_mask_edits throws
Json apply_edits(geometry::Segmentation& segmentation, const std::vector<geometry::VertebraSeed>& seeds, const Json& edits,
                 const std::vector<std::filesystem::path>& folders, const Progress& progress);

}  // namespace spongiosa::workflow
