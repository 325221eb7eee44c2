// Effective stiffness of a periodic cell: K chi_i = -K e_i for six unit strains, C_ij = (e_i + chi_i)^T K (e_j + chi_j) / V.

#include "fea/dealii/linear_system.h"
#include "fea/dealii/module_interface.h"
#include "fea/dealii/runtime.h"
#include "fea/homogenize/periodic_solid.h"
#include "fea/material/material.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <cmath>

namespace spongiosa::fea {

namespace {

constexpr double kTolerance = 1e-8;
constexpr int kMaxIterations = 1000;

/// The solid on a unit cube (V = 1) with nodes wrapped at the periodic boundary.
HexSystem periodic_system(const PeriodicCell& cell, const PeriodicSolid& solid, const Mat6& material) {
  const std::int32_t n = cell.n;
  HexSystem system;
  system.part_matrices = {hex_stiffness(material, 1.0 / n)};
  system.coefficients.resize(1);
  system.cell_nodes.resize(solid.cells.size());
  std::vector<std::int32_t> number(std::size_t(n) * std::size_t(n) * std::size_t(n), -1);
  const auto corner_of = [&](std::int32_t c, int corner) {
    const std::int32_t i = (c % n + (corner & 1)) % n, j = (c / n % n + (corner >> 1 & 1)) % n,
                       k = (c / (n * n) + (corner >> 2)) % n;
    return std::size_t(i + n * (j + n * k));
  };
  for (const std::int32_t c : solid.cells)
    for (int corner = 0; corner < 8; ++corner) number[corner_of(c, corner)] = 0;
  for (std::int32_t& node : number)
    if (node == 0) node = std::int32_t(system.node_count++);
  for (std::size_t c = 0; c < solid.cells.size(); ++c) {
    for (int corner = 0; corner < 8; ++corner)
      system.cell_nodes[c][std::size_t(corner)] = number[corner_of(solid.cells[c], corner)];
    system.coefficients[0].push_back(double(cell.solid_share[std::size_t(solid.cells[c])]));
  }
  return system;
}

/// Nodal displacements of one cell under each unit strain, relative to its corner 0: columns xx, yy, zz, yz, xz, xy.
Eigen::Matrix<double, 24, 6> affine_displacements(double cell_size) {
  Eigen::Matrix<double, 24, 6> affine = Eigen::Matrix<double, 24, 6>::Zero();
  for (int v = 0; v < 8; ++v) {
    const Vec3 x = cell_size * Vec3(v & 1, v >> 1 & 1, v >> 2);
    for (int d = 0; d < 3; ++d) affine(3 * v + d, d) = x[d];
    constexpr int kShear[3][2] = {{1, 2}, {0, 2}, {0, 1}};
    for (int s = 0; s < 3; ++s) {
      affine(3 * v + kShear[s][0], 3 + s) = 0.5 * x[kShear[s][1]];
      affine(3 * v + kShear[s][1], 3 + s) = 0.5 * x[kShear[s][0]];
    }
  }
  return affine;
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

HomogenizedCell solve_cell(const PeriodicCell& cell, const Progress& progress) {
  const Mat6 material = isotropic_stiffness(cell.youngs_modulus_mpa, cell.poisson_ratio);
  const PeriodicSolid solid = find_periodic_solid(cell);
  HomogenizedCell result;
  result.n = cell.n;
  result.dropped_solid_fraction = solid.dropped_solid_fraction;
  progress.report(0.0, fmt::format("assembling the periodic cell ({} cells)", solid.cells.size()));

  const HexSystem system = periodic_system(cell, solid, material);
  result.unknowns = std::int64_t(system.unknown_count());
  const Eigen::Matrix<double, 24, 6> affine = affine_displacements(1.0 / cell.n);
  // Fluctuations are unique up to a translation: one node is held.
  std::vector<char> held(system.node_count, 0);
  held[0] = 1;
  // Rotations jump at the periodic boundary, so only translations are near null space here.
  const LinearSystem linear(system, held, {});

  std::array<std::vector<double>, 6> fluctuation;
  for (std::size_t strain = 0; strain < 6; ++strain) {
    std::vector<double> load(system.unknown_count(), 0.0);
    double scale = 0.0;
    const Vec24 unit_forces = system.part_matrices[0] * affine.col(Eigen::Index(strain));
    for (std::size_t c = 0; c < system.cell_nodes.size(); ++c) {
      const double share = system.coefficients[0][c];
      scale += share * share * unit_forces.squaredNorm();
      for (std::size_t v = 0; v < 8; ++v)
        for (std::size_t d = 0; d < 3; ++d)
          load[3 * std::size_t(system.cell_nodes[c][v]) + d] -= share * unit_forces[Eigen::Index(3 * v + d)];
    }
    // Relative to the forces that the cells exert singly: in a homogeneous cell they cancel and nothing is left to solve.
    fluctuation[strain].assign(system.unknown_count(), 0.0);
    const SolveReport report = linear.solve(load, fluctuation[strain], kTolerance, std::sqrt(scale), kMaxIterations,
                                            fmt::format("unit strain {} of 6", strain + 1),
                                            progress.part(0.1 + 0.14 * double(strain), 0.24 + 0.14 * double(strain)));
    result.iterations += report.iterations;
    result.relative_residual = std::max(result.relative_residual, report.relative_residual);
  }

  const Mat6x24 center_strain = hex_center_strain(1.0 / cell.n);
  double volume = 0.0;
  const double cell_volume = 1.0 / (double(cell.n) * cell.n * cell.n);
  for (std::size_t c = 0; c < system.cell_nodes.size(); ++c) {
    const double share = system.coefficients[0][c];
    volume += share * cell_volume;
    Eigen::Matrix<double, 24, 6> u = affine;
    for (std::size_t strain = 0; strain < 6; ++strain) u.col(Eigen::Index(strain)) += system.gather(c, fluctuation[strain]);
    result.stiffness_mpa += share * u.transpose() * system.part_matrices[0] * u;
    if (share < 0.5) continue;
    result.local_stress_mpa.push_back((material * center_strain * u).cast<float>());
    result.local_share.push_back(float(share));
  }
  result.stiffness_mpa = 0.5 * (result.stiffness_mpa + result.stiffness_mpa.transpose()).eval();
  result.solid_fraction = volume;
  set_engineering_constants(result);
  progress.report(1.0, "periodic cell solved");
  return result;
}

}  // namespace

extern "C" void spongiosa_fea_homogenize(const PeriodicCell& cell, const Progress& progress, HomogenizedCell& result) {
  run_with_dealii("the homogenisation", [&] { result = solve_cell(cell, progress); });
}

}  // namespace spongiosa::fea
