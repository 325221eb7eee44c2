#include "fea/continuum/solve.h"

#include "core/module.h"
#include "fea/dealii/module_interface.h"

namespace spongiosa::fea {

ContinuumResult solve_continuum(const VoxelModel& model, const std::vector<LoadCase>& cases, const ContinuumOptions& options,
                                const std::filesystem::path& fields_folder, const Progress& progress) {
  ContinuumResult result;
  (*module_function<SolveContinuumFunction>("fea", "spongiosa_fea_solve_continuum"))(model, cases, options, fields_folder, progress,
                                                                                     result);
  return result;
}

ContinuumResult solve_prescribed(const VoxelModel& model, const PrescribedDisplacement& displacement,
                                 const ContinuumOptions& options, const Progress& progress) {
  ContinuumResult result;
  (*module_function<SolvePrescribedFunction>("fea", "spongiosa_fea_solve_prescribed"))(model, displacement, options, progress,
                                                                                       result);
  return result;
}

namespace {

double solver_memory_bytes(std::int64_t unknowns) {
  // Peak resident memory of seven cases with field files on spinal constructs: 0.28, 0.57, 1.17 and 2.19 GB at 31, 102, 232
  // and 492 thousand unknowns. Most of it is the set-up of the multigrid.
  constexpr double kBytesPerUnknown = 4300.0, kLibraries = 160e6;
  return kLibraries + kBytesPerUnknown * double(unknowns);
}

}  // namespace

ContinuumEstimate estimate_continuum(std::int64_t cells) {
  // A compact block of cells has hardly more nodes than cells; a tenth is added for its surface.
  const std::int64_t unknowns = 3 * (cells + cells / 10);
  return {cells, unknowns, solver_memory_bytes(unknowns)};
}

ContinuumEstimate estimate_continuum(const VoxelModel& model) {
  check_voxel_model(model);
  const auto [nx, ny, nz] = model.size;
  const std::int64_t row = nx + 1, layer = row * (ny + 1);
  std::vector<char> used(std::size_t(layer * (nz + 1)), 0);
  ContinuumEstimate estimate{};
  for (std::size_t cell = 0; cell < model.cell_count(); ++cell) {
    if (!model.is_active(cell)) continue;
    ++estimate.cells;
    const std::int64_t c = std::int64_t(cell), i = c % nx, j = c / nx % ny, k = c / (nx * ny);
    for (int corner = 0; corner < 8; ++corner)
      used[std::size_t(i + (corner & 1) + row * (j + (corner >> 1 & 1)) + layer * (k + (corner >> 2)))] = 1;
  }
  for (const char node : used) estimate.unknowns += 3 * node;
  estimate.memory_bytes = solver_memory_bytes(estimate.unknowns);
  return estimate;
}

}  // namespace spongiosa::fea
