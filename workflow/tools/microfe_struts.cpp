#include "workflow/tools/microfe_struts.h"

#include "fea/results/percentiles.h"
#include "fea/results/principal.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>

namespace spongiosa::workflow {

namespace micro = fea::micro;

namespace {

/// The region of a voxel; of one that is solid by less than half, that of most of the 26 around it (of equally many the smallest label); 0: of none.
std::int32_t region_of(const geometry::Image<std::int32_t>& label, const Index3& voxel) {
  if (const std::int32_t own = label.at(voxel[0], voxel[1], voxel[2])) return own;
  std::map<std::int32_t, int> around;
  for (std::int64_t n = 0; n < 27; ++n) {
    const Index3 at{voxel[0] + n % 3 - 1, voxel[1] + n / 3 % 3 - 1, voxel[2] + n / 9 - 1};
    if (!label.contains(at[0], at[1], at[2])) continue;
    if (const std::int32_t other = label.at(at[0], at[1], at[2])) ++around[other];
  }
  std::int32_t most = 0;
  int count = 0;
  for (const auto& [other, times] : around)
    if (times > count) {
      most = other;
      count = times;
    }
  return most;
}

}  // namespace

std::vector<std::int32_t> voxel_regions(const lattice::StrutRegions& regions, const micro::VoxelBlocks& model) {
  std::vector<std::int32_t> result(std::size_t(model.voxel_count()));
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) { result[std::size_t(index)] = region_of(regions.label, voxel); });
  });
  return result;
}

StrutStresses strut_stresses(const lattice::StrutRegions& regions, const std::vector<std::int32_t>& voxel_region, const micro::StressField& field,
                             double voxel_mm, double to_mpa, std::int64_t zone) {
  const micro::VoxelBlocks& model = field.model();
  const std::size_t struts = regions.struts.size(), all = struts + regions.nodes.size();
  std::vector<std::vector<Index3>> voxels(all);
  for (const micro::VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      if (voxel[2] < zone || voxel[2] >= model.grid().size[2] - zone) return;
      const std::int32_t region = voxel_region[std::size_t(index)];
      if (region > 0) voxels[std::size_t(region - 1)].push_back(voxel);
      if (region < 0) voxels[struts + std::size_t(-region - 1)].push_back(voxel);
    });
  std::vector<StrutStress> results(all);
  tbb::parallel_for(std::size_t(0), all, [&](std::size_t r) {
    if (voxels[r].empty()) return;
    StrutStress& result = results[r];
    std::vector<float> values, weights;
    std::vector<micro::StressSample> samples;
    double volume = 0.0, sum = 0.0;
    for (const Index3& voxel : voxels[r]) {
      field.voxel(voxel).volume_samples(samples);
      for (const micro::StressSample& s : samples) {
        const double mises = to_mpa * fea::von_mises(s.stress);
        values.push_back(float(mises));
        weights.push_back(float(s.weight));
        sum += s.weight * mises;
        volume += s.weight;
        result.centre_index += s.weight * (Vec3(double(voxel[0]), double(voxel[1]), double(voxel[2])) + s.place);
      }
    }
    if (!(volume > 0.0)) return;
    result.centre_index /= volume;
    result.volume_mm3 = volume * voxel_mm * voxel_mm * voxel_mm;
    result.mean_mpa = sum / volume;
    result.p99_mpa = fea::weighted_percentiles(values, weights, {0.99})[0];
    result.peak_mpa = double(*std::max_element(values.begin(), values.end()));
  });
  StrutStresses stresses;
  stresses.struts.assign(results.begin(), results.begin() + std::ptrdiff_t(struts));
  stresses.nodes.assign(results.begin() + std::ptrdiff_t(struts), results.end());
  return stresses;
}

}  // namespace spongiosa::workflow
