#pragma once
/// The printed part against its design: what `spongiosa compare-scan` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct CompareScanJob {
  std::filesystem::path design;             ///< level sets (.vdb) or a closed mesh
  std::filesystem::path scan;               ///< closed mesh, or an image (micro-CT)
  std::optional<double> threshold;          ///< of an image: metal above this value
  std::string grid;                         ///< of a .vdb; empty: the first
  std::string profile = "laser-ti64";       ///< what was expected of the machine; name or .json file
  std::optional<double> voxel_mm;           ///< for designs that are meshes; default: a quarter of the machine's thinnest strut
  bool any_orientation = false;             ///< the scan lies in another way: all 24 ways of its axes are tried
  double tolerance_mm = 0.1;                ///< deviations beyond it are counted
  std::filesystem::path out;                ///< folder for deviation.png and compare-scan.json; empty: none
};

/// @returns {format: "spongiosa-compare-scan", version, design, scan, registration: {rotation (rows), shift_mm, rms_mm}, deviation: of the scan's surface
///   from the design's {mean_mm, rms_mm, p5_mm, median_mm, p95_mm, least_mm, most_mm, beyond_tolerance_fraction}, positive: more material;
///   missing: of the design's surface from the scan's {p95_mm, most_mm, place_mm}; figures: {zone, nominal, expected, realised}}
/// Coordinates are those of the design's file.
/// @throws Error(kBadInput) for a scan that is not closed or too small, an image without a threshold; Error(kComputationFailed), Error(kIo)
Json run_compare_scan_job(const CompareScanJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
