#pragma once
/// Small voxel models for the tests of fea/.

#include "core/error.h"
#include "fea/continuum/solve.h"
#include "fea/material/material.h"

namespace spongiosa::fea {

/// A solid block of one isotropic part.
inline VoxelModel block(Index3 size, double cell_mm, double youngs_modulus_mpa, double poisson_ratio) {
  VoxelModel model;
  model.size = size;
  model.cell_mm = cell_mm;
  model.parts.push_back({"solid", isotropic_stiffness(youngs_modulus_mpa, poisson_ratio),
                         std::vector<float>(model.cell_count(), 1.0f), {}});
  return model;
}

inline std::size_t cell_index(const VoxelModel& model, std::int64_t i, std::int64_t j, std::int64_t k) {
  return std::size_t(i + model.size[0] * (j + model.size[1] * k));
}

/// The exit code and message of the Error that `work` throws.
template <class Work>
std::pair<ExitCode, std::string> error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {ExitCode::kDone, "no error"};
}

}  // namespace spongiosa::fea
