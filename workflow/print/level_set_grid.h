#pragma once
/// The grid points of a level set around its solid, as an image to mesh or slice.

#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"

#include <string>

namespace spongiosa::workflow {

struct LevelSetGrid {
  geometry::FloatImage image;  ///< the level set's own points with one layer outside all around; not allocated
  Vec3 first_Frame;            ///< the first of them

  /// @throws Error(kBadInput) when there is no solid
  explicit LevelSetGrid(const geometry::LevelSet& level_set);
};

/// The grid `name` of a file of level sets. When `name` is empty, the part: a case's files hold its body and its porous zone beside it, so that it is
/// the one named "implant" or "lattice", or the only one.
/// @throws Error(kBadInput) naming those that are there
geometry::LevelSet load_level_set(const std::string& file, const std::string& name);

}  // namespace spongiosa::workflow
