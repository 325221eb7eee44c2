#pragma once
/// A CT-like scan of a cervical column from published morphometry, with the exact truth beside it.

#include "core/json.h"
#include "core/progress.h"
#include "core/vector.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace spongiosa::geometry {

/// Defaults: body sizes of Panjabi 1991 (recalled), endplate concavity and slope of Chen 2013, scanner as a clinical spine protocol.
struct SpinePhantomOptions {
  std::vector<std::string> levels = {"C3", "C4", "C5", "C6", "C7"};
  double in_plane_spacing_mm = 0.4;
  double slice_spacing_mm = 0.625;
  double resolution_fwhm_mm = 0.7;       ///< in-plane point spread, Gaussian
  double slice_profile_fwhm_mm = 0.9;    ///< along z, Gaussian
  double noise_sd_hu = 25.0;             ///< standard deviation in soft tissue after reconstruction
  double cortical_hu = 1100.0;
  double trabecular_hu = 320.0;
  double disc_hu = 90.0;
  double cortex_thickness_mm = 0.9;
  double endplate_thickness_mm = 0.8;
  double disc_height_mm = 5.5;
  double lordosis_per_segment_deg = 4.0;
  double size_factor = 1.0;              ///< scales all body dimensions
  std::uint64_t seed = 1;
};

/// One vertebra's exact geometry, as written to truth.json.
struct VertebraTruth {
  std::string level;
  Vec3 body_centre_Patient;
  Vec3 superior_centre_Patient, superior_normal_Patient;  ///< least-squares plane of the upper endplate, normal cranial
  Vec3 inferior_centre_Patient, inferior_normal_Patient;  ///< of the lower endplate, normal cranial
  double height_anterior_mm, height_posterior_mm, upper_width_mm, upper_depth_mm, lower_width_mm, lower_depth_mm;
};

/// Writes into `folder`: dicom/ (the series), truth/truth.json (options, vertebrae, seeds, units), truth/labels.nrrd,
/// truth/hu_noise_free.nrrd, truth/<level>.stl (exact bone surface), truth/preview.png is left to the report.
/// @throws Error(kBadInput) for values out of range (named), Error(kIo).
std::vector<VertebraTruth> write_spine_phantom(const std::filesystem::path& folder, const SpinePhantomOptions& options,
                                               const Progress& progress);

/// Exact height fields for tests: signed distance-like value (negative inside bone) of vertebra `level` at a patient point.
double phantom_bone_distance_mm(const SpinePhantomOptions& options, const std::string& level, const Vec3& p_Patient);

}  // namespace spongiosa::geometry
