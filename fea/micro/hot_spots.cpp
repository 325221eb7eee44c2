#include "fea/micro/hot_spots.h"

#include "core/error.h"

#include <algorithm>

namespace spongiosa::fea::micro {

std::vector<HotSpot> find_hot_spots(const VoxelBlocks& model, const std::vector<float>& values, double threshold) {
  SPONGIOSA_ASSERT(std::int64_t(values.size()) == model.voxel_count());
  std::vector<Index3> hot;  // ascending in the order of voxels
  std::vector<std::int64_t> index;
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t v) {
      if (double(values[std::size_t(v)]) < threshold) return;
      hot.push_back(voxel);
      index.push_back(v);
    });
  const auto place_of = [&](std::int64_t v) -> std::ptrdiff_t {
    const auto found = std::lower_bound(index.begin(), index.end(), v);
    return found != index.end() && *found == v ? found - index.begin() : -1;
  };
  std::vector<char> seen(hot.size(), 0);
  std::vector<HotSpot> spots;
  for (std::size_t seed = 0; seed < hot.size(); ++seed) {
    if (seen[seed]) continue;
    HotSpot spot;
    spot.peak = -1.0;
    std::vector<std::size_t> stack = {seed};
    seen[seed] = 1;
    while (!stack.empty()) {
      const std::size_t at = stack.back();
      stack.pop_back();
      const Index3& voxel = hot[at];
      const double share = double(model.scale()[std::size_t(index[at])]), value = double(values[std::size_t(index[at])]);
      spot.volume += share;
      spot.mean += share * value;
      spot.centre += share * Vec3(double(voxel[0]) + 0.5, double(voxel[1]) + 0.5, double(voxel[2]) + 0.5);
      if (value > spot.peak) {
        spot.peak = value;
        spot.peak_voxel = voxel;
      }
      for (int n = 0; n < 27; ++n) {
        const std::int64_t neighbour = model.voxel_index({voxel[0] + n % 3 - 1, voxel[1] + n / 3 % 3 - 1, voxel[2] + n / 9 - 1});
        const std::ptrdiff_t place = neighbour < 0 ? -1 : place_of(neighbour);
        if (place < 0 || seen[std::size_t(place)]) continue;
        seen[std::size_t(place)] = 1;
        stack.push_back(std::size_t(place));
      }
    }
    spot.mean /= spot.volume;
    spot.centre /= spot.volume;
    spots.push_back(spot);
  }
  std::stable_sort(spots.begin(), spots.end(), [](const HotSpot& a, const HotSpot& b) { return a.peak > b.peak; });
  return spots;
}

}  // namespace spongiosa::fea::micro
