#include "fea/micro/halved_voxels.h"

namespace spongiosa::fea::micro {

VoxelBlocks halved_voxels(const VoxelBlocks& fine, float smallest_scale) {
  VoxelGrid grid = fine.grid();
  for (std::int64_t& n : grid.size) n = (n + 1) / 2;
  return VoxelBlocks(
      grid,
      [&](const Index3& block, float* scale) {
        bool any = false;
        for (std::int64_t v = 0; v < 512; ++v) {
          const Index3 at{8 * block[0] + v % 8, 8 * block[1] + v / 8 % 8, 8 * block[2] + v / 64};
          double sum = 0.0;
          for (std::int64_t c = 0; c < 8; ++c) {
            const Index3 part{2 * at[0] + (c & 1), 2 * at[1] + (c >> 1 & 1), 2 * at[2] + (c >> 2)};
            const Index3& size = fine.grid().size;
            if (part[0] < size[0] && part[1] < size[1] && part[2] < size[2]) sum += double(fine.scale_at(part));
          }
          scale[v] = float(0.125 * sum);
          any = any || sum > 0.0;
        }
        return any;
      },
      smallest_scale);
}

}  // namespace spongiosa::fea::micro
