#include "fea/homogenize/homogenize.h"

#include "core/error.h"
#include "fea/homogenize/periodic_solid.h"
#include "fea/material/material.h"
#include "fea/micro/periodic_strains.h"
#include "fea/micro/stress_recovery.h"
#include "fea/results/percentiles.h"
#include "fea/results/principal.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

namespace spongiosa::fea {

namespace {

constexpr double kTolerance = 1e-8;
constexpr int kMaxIterations = 200;

/// The connected solid as voxels. The coarse levels need an even number along an axis: a cell that is odd there is taken twice, which
/// has the same periodic solution.
micro::VoxelBlocks voxels_of(const PeriodicCell& cell, const std::vector<std::int32_t>& piece) {
  const Index3& n = cell.size;
  Index3 size = n;
  for (std::int64_t& count : size) count *= count % 2 ? 2 : 1;
  std::vector<float> scale(std::size_t(product(size)), 0.0f);
  for (const std::int32_t c : piece)
    for (std::int64_t k = c / (n[0] * n[1]); k < size[2]; k += n[2])
      for (std::int64_t j = c / n[0] % n[1]; j < size[1]; j += n[1])
        for (std::int64_t i = c % n[0]; i < size[0]; i += n[0])
          scale[std::size_t(i + size[0] * (j + size[1] * k))] = cell.solid_share[std::size_t(c)];
  return micro::VoxelBlocks({size, {true, true, true}}, scale, float(cell.void_share));
}

/// Adds one piece. Pieces that touch nowhere share the macroscopic strain only: their stiffnesses add up.
void add_piece(const PeriodicCell& cell, const std::vector<std::int32_t>& piece, const Mat6& material, HomogenizedCell& result,
               const Progress& progress) {
  const micro::VoxelBlocks model = voxels_of(cell, piece);
  const micro::PeriodicStrains strains =
      micro::solve_periodic_strains(model, cell.poisson_ratio, {}, {kTolerance, kMaxIterations}, progress);
  result.unknowns += model.unknown_count();
  result.iterations += strains.iterations;
  result.relative_residual = std::max(result.relative_residual, strains.relative_residual);
  result.solid_fraction += strains.solid_fraction;
  result.stiffness_mpa += cell.youngs_modulus_mpa * strains.stiffness;

  using Strains = Eigen::Matrix<float, 6, 6>;
  std::vector<Strains> middle(std::size_t(model.voxel_count()));
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      middle[std::size_t(index)] = micro::centre_strain(model, strains, voxel).cast<float>();
    });
  });
  const std::size_t first = result.local_share.size();
  result.local_stress_mpa.resize(first + piece.size());
  result.local_share.resize(first + piece.size());
  tbb::parallel_for(std::size_t(0), piece.size(), [&](std::size_t i) {
    const std::int64_t c = piece[i], nx = cell.size[0], ny = cell.size[1];
    const Index3 voxel{c % nx, c / nx % ny, c / (nx * ny)};
    const micro::RecoveryPatch patch = micro::recovery_patch(model, voxel, micro::solid_middle(model, voxel));
    Strains recovered = Strains::Zero();
    for (std::size_t m = 0; m < std::size_t(patch.count); ++m) recovered += patch.weight[m] * middle[std::size_t(patch.voxel[m])];
    result.local_stress_mpa[first + i] = (material * recovered.cast<double>()).cast<float>();
    result.local_share[first + i] = cell.solid_share[std::size_t(c)];
  });
}

}  // namespace

HomogenizedCell homogenize(const PeriodicCell& cell, const Progress& progress) {
  const Mat6 material = isotropic_stiffness(cell.youngs_modulus_mpa, cell.poisson_ratio);
  const PeriodicSolid solid = find_periodic_solid(cell);
  HomogenizedCell result;
  result.size = cell.size;
  result.dropped_solid_fraction = solid.dropped_solid_fraction;
  result.pieces = int(solid.pieces.size());
  for (std::size_t p = 0; p < solid.pieces.size(); ++p)
    add_piece(cell, solid.pieces[p], material, result,
              progress.part(double(p) / double(solid.pieces.size()), double(p + 1) / double(solid.pieces.size())));
  result.elastic = elastic_constants(result.stiffness_mpa);
  progress.report(1.0, "periodic cell solved");
  return result;
}

std::vector<float> HomogenizedCell::local_von_mises_mpa(const Vec6& macro_strain) const {
  if (!macro_strain.allFinite()) fail_input("the macroscopic strain is not finite");
  const Eigen::Matrix<float, 6, 1> strain = macro_strain.cast<float>();
  std::vector<float> values(local_stress_mpa.size());
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, values.size(), 4096), [&](const auto& range) {
    for (std::size_t c = range.begin(); c < range.end(); ++c) {
      const Vec6 stress = (local_stress_mpa[c] * strain).cast<double>();
      values[c] = float(von_mises(stress));
    }
  });
  return values;
}

double HomogenizedCell::strut_von_mises_mpa(const Vec6& macro_strain, double percentile) const {
  if (!(percentile >= 0.0 && percentile <= 1.0))
    fail_input("the percentile of the strut stress is {}; expected a fraction from 0 to 1", percentile);
  return weighted_percentiles(local_von_mises_mpa(macro_strain), local_share, {percentile})[0];
}

}  // namespace spongiosa::fea
