#pragma once
/// Layers straight from a level set: what `spongiosa slice` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct SliceJob {
  std::filesystem::path file;        ///< .vdb
  std::string grid;                  ///< its name; empty: see load_level_set
  std::filesystem::path out;         ///< .cli, .clib (binary), .slc or .svg; empty: areas only
  double layer_mm = 0.03;
  double step_mm = 0.0;              ///< between samples in a layer; 0: the voxel
  std::optional<std::int64_t> only;  ///< write this layer alone, counted from 0
};

/// @param announce  called with one line on the number of layers before the work starts
/// @returns {format: "spongiosa-slices", version, source, layer_mm, step_mm, layers: [{bottom_mm, top_mm, area_mm2, outlines, holes}],
///   volume_mm3: the sum of areas times layer_mm, out}
/// @throws Error(kBadInput), Error(kIo)
Json run_slice_job(const SliceJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
