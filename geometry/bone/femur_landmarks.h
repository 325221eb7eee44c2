#pragma once
/// Landmarks of the proximal femur, as far as the scan shows it.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/frame.h"
#include "geometry/image/image.h"

#include <optional>
#include <string>
#include <vector>

namespace spongiosa::geometry {

/// The marrow canal in one plane across the shaft's axis.
struct CanalLevel {
  double height_mm = 0.0;         ///< along the shaft's axis, proximal, from the crossing with the neck's axis
  double canal_area_mm2 = 0.0, inscribed_radius_mm = 0.0, outer_area_mm2 = 0.0;
};

struct FemurLandmarks {
  Vec3 head_centre_Patient = Vec3::Zero();
  double head_radius_mm = 0.0, head_rms_mm = 0.0;     ///< RMS of the surface points about the sphere
  double head_covered_fraction = 0.0;                 ///< of the sphere's directions at which its surface was found
  Vec3 neck_point_Patient = Vec3::Zero();             ///< centroid of the narrowest section of the neck
  Vec3 neck_direction_Patient = Vec3::UnitZ();        ///< unit vector, towards the head
  double neck_area_mm2 = 0.0;                         ///< of the narrowest section
  Vec3 shaft_point_Patient = Vec3::Zero();            ///< on the shaft's axis, nearest to the neck's axis
  Vec3 shaft_direction_Patient = Vec3::UnitZ();       ///< unit vector, proximal
  double shaft_length_mm = 0.0;                       ///< of shaft the axis was fitted to
  double neck_shaft_angle_deg = 0.0, offset_mm = 0.0; ///< offset: distance of the head's centre from the shaft's axis
  std::optional<Vec3> lesser_trochanter_Patient;      ///< tip of the bump behind and towards the midline
  std::vector<CanalLevel> canal;                      ///< from distal to proximal
  /// Through the narrowest section of the neck, at right angles to it; the normal points to the head, which is taken off.
  Vec3 resection_point_Patient = Vec3::Zero(), resection_normal_Patient = Vec3::UnitZ();
  std::vector<std::string> notes;                     ///< what is not visible or doubtful. Anteversion needs the knee: never stated
};

struct FemurOptions {
  double canal_threshold_hu = 600.0;        ///< between marrow or trabecular bone and cortex; 200..1200
  double resection_shift_mm = 0.0;          ///< of the resection plane from the narrowest section towards the head (negative: distal); -20..20
  std::optional<Vec3> head_centre_Patient;  ///< given by hand instead of found; the radius is fitted all the same
};

/// @param mask  1 in the femur   @param hu  on the same grid; noise-reduced or not
/// Head: the ball of the distance field whose surroundings are roundest, then a least-squares sphere (Gauss-Newton, Tukey weights) through the
/// steepest places of the grey values along rays from its centre, those towards the neck left out. Neck: the smallest section between head and
/// trochanters, its axis through its centroid and the head's centre. Shaft: a line through the centroids of its sections.
/// @throws Error(kBadInput) when there is no round head, or no neck below it
FemurLandmarks measure_femur(const LabelImage& mask, const FloatImage& hu, const FemurOptions& options, const Progress& progress);

Json to_json(const FemurLandmarks& landmarks);

}  // namespace spongiosa::geometry
