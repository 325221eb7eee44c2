#pragma once
/// Does the part hold together?

#include "workflow/print/build_field.h"

namespace spongiosa::workflow {

struct Pieces {
  std::int64_t count = 0;               ///< pieces of solid, joined across faces of voxels as in the print mesh
  Vec3 second_Build = Vec3::Zero();     ///< in the second largest of them
  /// Places where different pieces meet along an edge or in a corner of voxels only.
  std::int64_t point_contacts = 0;
  Vec3 contact_Build = Vec3::Zero();
  /// Bodies that hold a ball of the neck's diameter, and two voxels more, and fall apart when all that is thinner than the neck is taken away: how
  /// many more than pieces of the part.
  std::int64_t necks = 0;
  Vec3 neck_Build = Vec3::Zero();       ///< in the smallest such body
};

/// @param neck_mm  the least diameter that holds
Pieces measure_pieces(const BuildField& build, double neck_mm, const Progress& progress);

}  // namespace spongiosa::workflow
