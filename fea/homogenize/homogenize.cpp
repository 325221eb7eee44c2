#include "fea/homogenize/homogenize.h"

#include "core/error.h"
#include "fea/continuum/case_result.h"
#include "fea/homogenize/periodic_solid.h"
#include "fea/material/material.h"
#include "fea/micro/periodic_strains.h"
#include "fea/results/principal.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <tbb/parallel_for.h>

namespace spongiosa::fea {

namespace {

constexpr double kTolerance = 1e-8;
constexpr int kMaxIterations = 200;

/// The connected solid as voxels. The coarse levels need an even number along an edge: an odd cell is taken twice along every axis,
/// which has the same periodic solution.
micro::VoxelBlocks voxels_of(const PeriodicCell& cell, const PeriodicSolid& solid) {
  const std::int64_t n = cell.n, repeat = n % 2 ? 2 : 1, size = repeat * n;
  std::vector<float> scale(std::size_t(size * size * size), 0.0f);
  for (const std::int32_t c : solid.cells)
    for (std::int64_t copy = 0; copy < repeat * repeat * repeat; ++copy) {
      const std::int64_t i = c % n + n * (copy & 1), j = c / n % n + n * (copy >> 1 & 1), k = c / (n * n) + n * (copy >> 2);
      scale[std::size_t(i + size * (j + size * k))] = cell.solid_share[std::size_t(c)];
    }
  return micro::VoxelBlocks({{size, size, size}, {true, true, true}}, scale, float(cell.void_share));
}

void set_engineering_constants(HomogenizedCell& result) {
  const Mat6& c = result.stiffness_mpa;
  if (Eigen::LLT<Mat6>(c).info() != Eigen::Success)
    fail_computation("the effective stiffness of the periodic cell is not positive definite: its solid is a mechanism at this "
                     "resolution (n = {}); use more cells",
                     result.n);
  const Mat6 compliance = c.inverse();
  result.youngs_modulus_x_mpa = 1.0 / compliance(0, 0);
  result.youngs_modulus_y_mpa = 1.0 / compliance(1, 1);
  result.youngs_modulus_z_mpa = 1.0 / compliance(2, 2);
  result.shear_modulus_yz_mpa = 1.0 / compliance(3, 3);
  result.poisson_ratio_xy = -compliance(1, 0) / compliance(0, 0);
  result.zener_ratio = 2.0 * c(3, 3) / (c(0, 0) - c(0, 1));
}

}  // namespace

HomogenizedCell homogenize(const PeriodicCell& cell, const Progress& progress) {
  const Mat6 material = isotropic_stiffness(cell.youngs_modulus_mpa, cell.poisson_ratio);
  const PeriodicSolid solid = find_periodic_solid(cell);
  const micro::VoxelBlocks model = voxels_of(cell, solid);
  const micro::PeriodicStrains strains =
      micro::solve_periodic_strains(model, cell.poisson_ratio, {}, {kTolerance, kMaxIterations}, progress);
  HomogenizedCell result;
  result.n = cell.n;
  result.dropped_solid_fraction = solid.dropped_solid_fraction;
  result.unknowns = model.unknown_count();
  result.iterations = strains.iterations;
  result.relative_residual = strains.relative_residual;
  result.solid_fraction = strains.solid_fraction;
  result.stiffness_mpa = cell.youngs_modulus_mpa * strains.stiffness;
  set_engineering_constants(result);

  std::vector<std::int32_t> sampled;
  for (const std::int32_t c : solid.cells)
    if (cell.solid_share[std::size_t(c)] >= 0.5f) sampled.push_back(c);
  result.local_stress_mpa.resize(sampled.size());
  result.local_share.resize(sampled.size());
  tbb::parallel_for(std::size_t(0), sampled.size(), [&](std::size_t i) {
    const std::int32_t c = sampled[i], n = cell.n;
    result.local_stress_mpa[i] = (material * micro::centre_strain(model, strains, {c % n, c / n % n, c / (n * n)})).cast<float>();
    result.local_share[i] = cell.solid_share[std::size_t(c)];
  });
  progress.report(1.0, "periodic cell solved");
  return result;
}

double HomogenizedCell::strut_von_mises_mpa(const Vec6& macro_strain, double percentile) const {
  if (!macro_strain.allFinite()) fail_input("the macroscopic strain is not finite");
  if (!(percentile >= 0.0 && percentile <= 1.0))
    fail_input("the percentile of the strut stress is {}; expected a fraction from 0 to 1", percentile);
  std::vector<std::pair<double, double>> values;
  values.reserve(local_stress_mpa.size());
  for (std::size_t c = 0; c < local_stress_mpa.size(); ++c)
    values.emplace_back(von_mises(local_stress_mpa[c].cast<double>() * macro_strain), double(local_share[c]));
  return weighted_percentile(values, percentile);
}

}  // namespace spongiosa::fea
