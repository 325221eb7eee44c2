#pragma once
/// Can a part be printed? What `spongiosa print-check` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct PrintCheckJob {
  std::filesystem::path file;               ///< level sets (.vdb) or a closed mesh
  std::string grid;                         ///< of a .vdb; empty: see load_level_set
  std::string profile = "laser-ti64";       ///< name or .json file
  std::vector<double> build_direction;      ///< coordinates of the part's file; empty: third axis of a level set's grid, z for a mesh
  std::int64_t find_direction = 0;          ///< so many directions are searched for the best, which the checks then are for; 0: none
  std::optional<double> voxel_mm;           ///< for a mesh; default: a quarter of the thinnest strut the machine builds
  std::filesystem::path out;                ///< folder for pictures and print-check.json; empty: none
  std::filesystem::path compensate;         ///< .vdb to write with every surface drawn back by the growth that is expected; empty: none
};

/// @param announce  called with one line on size and memory before the work starts
/// @returns {format: "spongiosa-print-check", version, source, profile, build_direction, voxel_mm, and what print_check.h says; with `find_direction`:
///   directions: {weights, searched, front: [{direction, height_mm, overhang_mm2, islands, score}]}; with `compensate`: compensated: {file, sha256, as_built}}
/// @throws Error(kBadInput), Error(kComputationFailed) when it does not fit into memory, Error(kIo)
Json run_print_check_job(const PrintCheckJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
