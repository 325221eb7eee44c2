#include "fea/micro/stress_statistics.h"

#include "fea/results/principal.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

CountsVoxel between_ends(const VoxelBlocks& model, std::int64_t layers) {
  const std::int64_t top = model.grid().size[2];
  return [=](const Index3& voxel, std::int64_t) { return voxel[2] >= layers && voxel[2] < top - layers; };
}

StressStatistics stress_statistics(const StressField& field, double scale, const CountsVoxel& counts) {
  const VoxelBlocks& model = field.model();
  StressStatistics result;
  result.middle.resize(std::size_t(model.voxel_count()));
  struct Local {
    StressHistogram volume, surface;
    std::vector<StressSample> samples;
  };
  tbb::enumerable_thread_specific<Local> locals;
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    Local& local = locals.local();
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      const StressField::Voxel at = field.voxel(voxel);
      result.middle[std::size_t(index)] = float(scale * von_mises(at.middle().stress));
      if (!counts(voxel, index)) return;
      at.volume_samples(local.samples);
      for (const StressSample& s : local.samples) local.volume.add(float(scale * von_mises(s.stress)), s.weight);
      at.surface_samples(local.samples);
      for (const StressSample& s : local.samples) local.surface.add(float(scale * von_mises(s.stress)), s.weight);
    });
  });
  for (const Local& local : locals) {
    result.volume.add(local.volume);
    result.surface.add(local.surface);
  }
  return result;
}

}  // namespace spongiosa::fea::micro
