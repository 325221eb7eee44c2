#pragma once
/// A CT-like scan of a cervical column from published morphometry, with the exact truth beside it.
///
/// What it is for: measuring the errors of segmentation, landmarks and implant fit on a scan whose bone surface is known
/// everywhere. What it is not: a patient. Bone is symmetric, healthy and cleanly shelled; soft tissue is there to be in the way.
///
/// Every vertebra has its own frame (x to the left, y posterior, z cranial, origin in the middle of the posterior wall's
/// height at half the depth of the body), in which its solid is an implicit function; `SpinePhantom` answers for patient points.

#include "core/json.h"
#include "core/progress.h"
#include "core/vector.h"
#include "geometry/ct/dicom_variant.h"
#include "geometry/frame.h"
#include "geometry/image/image.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

/// Defaults: body sizes of Panjabi 1991 (recalled), endplate concavity and slope of Chen 2013, scanner as a clinical spine protocol.
/// Valid ranges are in phantom_options.cpp and in every error message.
struct SpinePhantomOptions {
  std::vector<std::string> levels = {"C3", "C4", "C5", "C6", "C7"};  ///< neighbours, from cranial to caudal
  double in_plane_spacing_mm = 0.4;
  double slice_spacing_mm = 0.625;
  double resolution_fwhm_mm = 0.7;       ///< in-plane point spread, Gaussian
  double slice_profile_fwhm_mm = 0.9;    ///< along z, Gaussian
  double noise_sd_hu = 25.0;             ///< standard deviation in soft tissue after reconstruction
  double cortical_hu = 1100.0;           ///< of cortex and bony endplate, before blurring
  double trabecular_hu = 320.0;          ///< mean; see kTrabecularTextureSdHu
  double disc_hu = 90.0;
  double cortex_thickness_mm = 0.9;
  double endplate_thickness_mm = 0.8;
  double disc_height_mm = 5.5;           ///< between the centres of the least-squares planes of facing endplates
  double lordosis_per_segment_deg = 4.0; ///< between the axes of neighbours, wider in front
  double facet_gap_mm = 1.2;             ///< between facing articular surfaces
  double uncinate_height_mm = 2.0;       ///< lateral rise of the upper endplates
  double axial_rotation_deg = 3.0;       ///< of the whole column about patient z: nobody lies straight in a scanner
  double coronal_tilt_deg = 2.0;         ///< of the whole column about patient y
  double size_factor = 1.0;              ///< scales all dimensions of the vertebrae (not shells, discs and gaps)
  std::uint64_t seed = 1;                ///< of noise and trabecular texture
  DicomVariant variant = DicomVariant::kPlain;  ///< how the series is written
};

/// Standard deviation of the trabecular texture before blurring. An assumption: a mild, visible mottle.
inline constexpr double kTrabecularTextureSdHu = 40.0;

/// @throws Error(kBadInput) naming the field, its value and its range.
void check_phantom_options(const SpinePhantomOptions& options);

/// One vertebra's exact geometry, as written to truth.json.
struct VertebraTruth {
  std::string level;
  Vec3 body_centre_Patient;                               ///< midway between the two endplate centres; the seed
  Vec3 superior_centre_Patient, superior_normal_Patient;  ///< least-squares plane of the upper endplate, normal cranial
  Vec3 inferior_centre_Patient, inferior_normal_Patient;  ///< of the lower endplate, normal cranial
  double height_anterior_mm, height_posterior_mm, upper_width_mm, upper_depth_mm, lower_width_mm, lower_depth_mm;
  double superior_concavity_mm, inferior_concavity_mm;    ///< depth below the mid-sagittal chord between the rims
};

enum class EndplateSide { kSuperior, kInferior };

/// The exact geometry, built once and asked often. Const functions are thread-safe.
class SpinePhantom {
 public:
  /// @throws Error(kBadInput) as check_phantom_options.
  explicit SpinePhantom(const SpinePhantomOptions& options);
  ~SpinePhantom();
  SpinePhantom(SpinePhantom&&) noexcept;

  const SpinePhantomOptions& options() const;
  const std::vector<VertebraTruth>& truth() const;  ///< in the order of options().levels

  /// @throws Error(kBadInput) for a level that is not in options().levels (all functions below).
  Frame vertebra_frame(const std::string& level) const;
  /// Box of the vertebra in its own frame, with at least 1 mm of air around the bone.
  Box vertebra_bounds(const std::string& level) const;

  /// Signed distance from a patient point to the bone surface of `level`, mm, negative inside bone. Found by foot points on
  /// the implicit surface, so |value| is never less than the true distance (but for 1e-3 mm); within 2 mm of the surface it is
  /// the true distance to 0.02 mm (0.001 mm in the mean) (test_phantom_geometry.cpp). Cost: about 0.5 ms.
  double bone_distance_mm(const std::string& level, const Vec3& p_Patient) const;

  /// The implicit function itself: same zero set and sign; within 0.5 mm of the surface it differs
  /// from the distance by less than 0.3 mm. Cost: 0.3 us.
  double bone_value_mm(const std::string& level, const Vec3& p_Patient) const;

  /// Height z of the endplate at (x,y) of the vertebra's own frame, with the rounding of the rim; nothing outside the body.
  std::optional<double> endplate_height_mm(const std::string& level, EndplateSide side, double x_mm, double y_mm) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct PhantomScan {
  HuImage hu;             ///< as the scanner would give it
  HuImage hu_noise_free;  ///< blurred, rounded to 1 HU, without noise
  LabelImage labels;      ///< n where the voxel centre lies in the solid of options.levels[n-1], else 0
};
/// Same bytes for any thread count. @throws Error(kBadInput) when the scan would exceed 400 M voxels.
PhantomScan scan_spine_phantom(const SpinePhantom& phantom, const Progress& progress);

/// Options, vertebrae, seeds and the definition of every measure, as in truth.json.
Json phantom_truth_json(const SpinePhantom& phantom);

/// Writes into `folder`: dicom/ (the series, in options.variant), truth/truth.json, truth/labels.nrrd, truth/hu_noise_free.nrrd and
/// truth/<level>.stl (surface of the implicit solid by marching cubes at 0.45 mm, patient frame).
/// @throws Error(kBadInput) for values out of range (named), Error(kIo).
std::vector<VertebraTruth> write_spine_phantom(const std::filesystem::path& folder, const SpinePhantomOptions& options,
                                               const Progress& progress);

/// SpinePhantom::bone_distance_mm for a single question; builds the phantom every time.
double phantom_bone_distance_mm(const SpinePhantomOptions& options, const std::string& level, const Vec3& p_Patient);
/// SpinePhantom::endplate_height_mm for a single question; builds the phantom every time.
std::optional<double> phantom_endplate_height_mm(const SpinePhantomOptions& options, const std::string& level, EndplateSide side,
                                                 double x_mm, double y_mm);

}  // namespace spongiosa::geometry
