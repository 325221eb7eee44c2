#pragma once
/// Can loose powder leave the part?

#include "workflow/print/build_field.h"

namespace spongiosa::workflow {

struct PowderPocket {
  double volume_mm3 = 0.0;
  Vec3 place_Build = Vec3::Zero();
};

struct Powder {
  /// Void that no way leads to from outside, whatever the opening.
  std::int64_t closed_voids = 0;
  double closed_mm3 = 0.0;
  Vec3 closed_place_Build = Vec3::Zero();
  /// Void that a ball of the opening's diameter, coming from outside, does not reach: farther than a radius from all such balls.
  /// Corners sharper than 60 degrees count. Closed voids are part of it.
  double trapped_mm3 = 0.0;
  std::int64_t pocket_count = 0;
  std::vector<PowderPocket> pockets;   ///< up to 20, largest first
  /// Of the place worst to reach: the least sum, over all ways out for such a ball, of length over local diameter.
  double path_per_diameter = 0.0;
  double path_mm = 0.0;                ///< length of that way, to the part's box
  Vec3 path_place_Build = Vec3::Zero();
  /// Cavities one and a half times as wide as a drain hole, or more, that no opening of its size leads to.
  std::int64_t undrained = 0;
  Vec3 undrained_place_Build = Vec3::Zero();
};

struct PowderLimits {
  double opening_mm = 0.16, drain_hole_mm = 2.0;
};

/// Balls have their centres at samples, so that openings read up to a voxel too small, never too wide.
/// Memory: 9 bytes per sample beside the field. Same result for any thread count.
Powder measure_powder(const BuildField& build, const PowderLimits& limits, const Progress& progress);

}  // namespace spongiosa::workflow
