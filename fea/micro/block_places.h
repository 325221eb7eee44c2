#pragma once
/// Where the rows around a block of voxels are stored.

#include "fea/micro/voxel_blocks.h"

namespace spongiosa::fea::micro {

/// Where the rows -1..8 along y or z are: neighbour 0, 1, 2 and the row in it.
struct RowPlaces {
  int neighbour[10], row[10], count;
};
/// @param extent  rows of this block, @param lower_extent  of the one below
[[gnu::always_inline]] inline RowPlaces row_places(int extent, int lower_extent) {
  RowPlaces places;
  places.count = extent + 2;
  for (int j = 0; j <= extent + 1; ++j) {
    places.neighbour[j] = j == 0 ? 0 : j <= extent ? 1 : 2;
    places.row[j] = j == 0 ? lower_extent - 1 : j <= extent ? j - 1 : 0;
  }
  return places;
}
inline int lower_extent(const VoxelBlocks& model, int axis, std::int32_t position) {
  if (position > 0 || !model.grid().periodic[std::size_t(axis)]) return 8;
  return int((model.grid().size[std::size_t(axis)] - 1) % 8) + 1;
}

}  // namespace spongiosa::fea::micro
