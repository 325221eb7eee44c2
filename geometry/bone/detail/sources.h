#pragma once
/// Where in the image each vertebra starts to grow from its seed.

#include "geometry/bone/detail/levels.h"

#include <string>
#include <vector>

namespace spongiosa::geometry::bone_detail {

struct Sources {
  LabelImage labels;      ///< where the front of each vertebra starts: as near to its seed as its bone or cavity allows
  LabelImage cavities;    ///< label of the dark body a voxel lies in
};

/// Starts of the fronts: the bright bone round the seed, or the cavity of a dark body.
/// @param all    seeds asked for, followed by guessed neighbours, which are passed over when they fail
/// @param asked  how many of them were asked for
/// @param notes  out: how dark bodies were found
/// @throws Error(kBadInput): a seed outside bone; two seeds in one body.
Sources find_sources(const std::vector<VertebraSeed>& all, std::size_t asked, const GreyLevels& levels, const LabelImage& bone,
                     std::vector<std::string>& notes);

/// "(1.0, 2.0, 3.0) mm"
std::string point_text(const Vec3& p_Patient);

}  // namespace spongiosa::geometry::bone_detail
