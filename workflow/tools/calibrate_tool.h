#pragma once
/// What Hounsfield units of a scan are worth in density: what `spongiosa calibrate` does.

#include "core/json.h"
#include "core/progress.h"

#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct CalibrateJob {
  std::filesystem::path scan;
  std::string series_uid;
  std::vector<std::string> rods;     ///< "x,y,z,radius,density": patient mm, mm, g/cm3 of K2HPO4
  std::vector<std::string> tissues;  ///< "name,x,y,z,radius": air, fat, muscle or blood
  bool find_tissues = false;         ///< air, fat and muscle by the histogram
};

/// Rods of a phantom give K2HPO4-equivalent density from HU, and with the case's nominal relations apparent density. Tissues give the scan's HU against nominal ones; the case's nominal density calibration is then
/// applied to the corrected HU.
/// @returns {format: "spongiosa-calibration", version, method, points, case: {material keys to put into a case}, rms_residual, unit}
/// @throws Error(kBadInput) for regions that cannot be read or lie outside, rods mixed with tissues, too few points; Error(kUsage)
Json run_calibrate_job(const CalibrateJob& job, const Progress& progress);

}  // namespace spongiosa::workflow
