#pragma once
/// A CT-like scan of a proximal femur with exact truth: head, neck, trochanters, shaft with its canal, and the acetabulum round the head.
///
/// What it is for: errors of landmarks, of separation from the pelvis and of a prosthesis' fit. Its sizes lie within the ranges of
/// Noble 1988 (recalled); shapes between the named ones are rounded transitions, not anatomy.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/frame.h"
#include "geometry/image/image.h"

#include <cstdint>

namespace spongiosa::geometry {

struct FemurPhantomOptions {
  double in_plane_spacing_mm = 0.7, slice_spacing_mm = 0.8;
  double resolution_fwhm_mm = 0.8, slice_profile_fwhm_mm = 1.0;
  double noise_sd_hu = 20.0;
  double head_radius_mm = 23.0;         ///< 18..28
  double neck_shaft_angle_deg = 127.0;  ///< 110..145
  double anteversion_deg = 12.0;        ///< of the neck against the scanner's frontal plane, -10..35
  double neck_length_mm = 52.0;         ///< from the head's centre to the shaft's axis along the neck, 42..65
  double neck_radius_mm = 15.0;         ///< 12..18
  double shaft_radius_mm = 14.0;        ///< 11..18
  double canal_radius_mm = 8.0;         ///< in the shaft, at least 2 mm below shaft_radius_mm
  double joint_gap_mm = 4.0;            ///< between head and acetabulum, 2..8
  double shaft_tilt_deg = 6.0;          ///< of the shaft towards the midline, 0..15
  double shaft_below_mm = 95.0;         ///< of shaft in the scan below the crossing of the axes, 60..150
  std::uint64_t seed = 1;
};

/// The exact geometry. Left femur; patient coordinates LPS.
class FemurPhantom {
 public:
  /// @throws Error(kBadInput) naming the field, its value and its range
  explicit FemurPhantom(const FemurPhantomOptions& options);

  const FemurPhantomOptions& options() const { return options_; }
  const Vec3& head_centre_Patient() const { return head_Patient_; }
  const Vec3& neck_direction_Patient() const { return neck_Patient_; }    ///< unit vector from the shaft to the head
  const Vec3& shaft_point_Patient() const { return frame_.origin_Patient; }///< where the axes of neck and shaft cross
  Vec3 shaft_direction_Patient() const { return frame_.axes_Patient.col(2); }  ///< proximal
  Vec3 lesser_trochanter_Patient() const;                                 ///< centre of the bump
  /// Negative inside the femur; a distance but for the rounded transitions, where it is less than the true one by at most 1 mm.
  double bone_value_mm(const Vec3& p_Patient) const;
  /// Thickness of the cortex at a point's height along the shaft.
  double cortex_mm(const Vec3& p_Patient) const;
  double acetabulum_value_mm(const Vec3& p_Patient) const;
  Box bounds_Patient() const;

 private:
  FemurPhantomOptions options_;
  Frame frame_;  ///< z along the shaft, proximal; x to the patient's left (lateral), y posterior
  Vec3 head_Patient_, neck_Patient_, neck_;  ///< the last in `frame_`
};

struct FemurPhantomScan {
  HuImage hu;
  LabelImage labels;  ///< 1 where a voxel's centre lies in the femur, 2 in the acetabulum
};
/// Same bytes for any thread count.
FemurPhantomScan scan_femur_phantom(const FemurPhantom& phantom, const Progress& progress);

Json femur_truth_json(const FemurPhantom& phantom);

}  // namespace spongiosa::geometry
