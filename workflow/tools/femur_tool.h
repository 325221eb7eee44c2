#pragma once
/// Landmarks of a proximal femur, with a picture: what `spongiosa femur` does.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/bone/femur_landmarks.h"
#include "geometry/phantom/femur_phantom.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace spongiosa::workflow {

struct FemurJob {
  std::filesystem::path scan;        ///< DICOM folder or image file, HU
  std::string series_uid;            ///< which series; empty: the only one
  std::filesystem::path mask;        ///< image file with the femur (made with `spongiosa mask`); needed with a scan
  std::optional<int> label;          ///< of the femur in it, 1..255; absent: all that is not 0
  std::filesystem::path out;         ///< folder for the results
  bool phantom = false;              ///< measure a phantom with exact truth instead of a scan
  geometry::FemurPhantomOptions phantom_options;
  geometry::FemurOptions femur;
};

/// Writes landmarks.json and landmarks.png (left: the plane of neck and shaft; right: at right angles to it, along the neck); of the phantom also
/// ct.nrrd, femur.nrrd and truth.json.
/// @returns {format: "spongiosa-femur", version, landmarks, notes, out}, of the phantom also truth and errors (landmarks against truth)
/// @throws Error(kUsage) for a scan without mask, or scan and phantom together; Error(kBadInput), Error(kIo)
Json run_femur_job(const FemurJob& job, const std::function<void(const std::string&)>& announce, const Progress& progress);

}  // namespace spongiosa::workflow
