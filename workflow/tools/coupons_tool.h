#pragma once
/// Coupons with the lattice of a finished part: what `spongiosa coupons` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct CouponsJob {
  std::filesystem::path results;            ///< of a case whose lattice is filled
  std::string zone;                         ///< name; empty: the core
  std::vector<std::string> kinds = {"compression", "tension", "shear"};
  std::string profile = "laser-ti64";       ///< name or .json file
  int cells_across = 10;
  std::filesystem::path out;                ///< folder: KIND/lattice.vdb, .stl, .json and coupon.png, and coupons.json
};

/// @return coupons.json: {format: "spongiosa-coupons", version, case_id, fill_manifest_sha256, zone, profile, cell, cell_size_mm, left_out: [sentences],
///   coupons: [{name, basis, size_mm, lattice_height_mm, section_mm2, folder, files, porosity_fraction, nominal, expected (as in print-check)}]}
/// @throws Error(kBadInput) for a folder without a filled lattice or a zone it has not, Error(kUsage), Error(kComputationFailed), Error(kIo)
Json run_coupons_job(const CouponsJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
