#pragma once
/// The anatomy a vertebral body replacement has to fit: endplates of the neighbours, mid-sagittal frame, sizes.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/bone/segment.h"
#include "geometry/frame.h"

#include <vector>

namespace spongiosa::geometry {

/// z(x,y) on a square grid in a frame; x to the left, y posterior, z cranial, mm.
struct HeightField {
  double x0_mm = 0.0, y0_mm = 0.0, step_mm = 0.5;
  int nx = 0, ny = 0;
  std::vector<float> z_mm;           ///< nx*ny, x fastest; smooth continuation where not measured
  std::vector<std::uint8_t> measured;  ///< 1 where the endplate was found in the image

  /// Bilinear, continued constantly beyond the grid.
  double z(double x_mm, double y_mm) const;
  bool is_measured(double x_mm, double y_mm) const;
};

/// One endplate, seen in the corpectomy frame.
struct Endplate {
  HeightField surface;              ///< bone surface facing the gap
  std::vector<Vec2> outline;        ///< closed polygon (x,y) of the endplate, counter-clockwise
  Vec3 centre = Vec3::Zero();       ///< centroid of the measured surface over the inner 0.8 of the outline (without rims)
  Vec3 normal = Vec3::UnitZ();      ///< of the least-squares plane of the same part, cranial
  double width_mm = 0.0;            ///< left-right extent of the outline, in the endplate's own plane
  double depth_mm = 0.0;            ///< anterior-posterior extent, likewise
  double concavity_mm = 0.0;        ///< largest depth of the mid-sagittal profile below the chord between its rims; 0 when it is convex
  double roughness_mm = 0.0;        ///< RMS of raw edge points about the smoothed surface
};

/// All in `frame`, whose origin is midway between the two endplate centres facing the gap, z along the line joining
/// them, x as near to the patient's left as orthogonality allows.
struct CorpectomyAnatomy {
  Frame frame;
  std::string cranial_level, replaced_level, caudal_level;
  Endplate cranial;              ///< inferior endplate of the vertebra above the replaced one
  Endplate caudal;               ///< superior endplate of the vertebra below
  Endplate replaced_superior, replaced_inferior;  ///< the replaced body's own endplates
  double gap_height_mm = 0.0;    ///< between the centres of `cranial` and `caudal`
  double body_height_mm = 0.0;   ///< of the replaced body, between its endplate centres
  double lordosis_deg = 0.0;     ///< sagittal angle between the planes of `cranial` and `caudal`; positive: wider in front
  double coronal_angle_deg = 0.0;  ///< between the same planes; positive: wider on the patient's left
  double canal_y_mm = 0.0;       ///< foremost y of the spinal canal behind the replaced body (posterior wall of the body)
  std::vector<std::string> notes;
};

struct CorpectomyOptions {
  double surface_step_mm = 0.5;
  double smoothing_mm = 1.0;     ///< Gaussian-equivalent smoothing of the endplate surfaces
};

/// What of the spine is taken out.
enum class Resection {
  kBodies,      ///< the bodies from first_level to last_level, with the discs above, between and below
  kDisc,        ///< the disc between two neighbours: an interbody cage
  kHalfBodies,  ///< from a plane through first_level to a plane through last_level
};
/// In the order of Resection: the names in case files.
inline constexpr const char* kResectionNames[] = {"bodies", "disc", "half-bodies"};

/// A plane through a body.
struct BodyCut {
  double kept_fraction = 0.5;  ///< of the height between the body's endplate centres that stays; 0.2..0.8
  double tilt_deg = 0.0;       ///< about the patient's left, against the mean of the endplates; positive: more is taken off in front; -30..30
};

struct ResectionPlan {
  Resection kind = Resection::kBodies;
  std::string first_level, last_level;  ///< from cranial to caudal; the same for one body
  BodyCut cranial_cut, caudal_cut;      ///< of half bodies: through first_level and through last_level
};

/// As measure_corpectomy, for any resection. Between half bodies the faces of the gap are exact planes, `cranial_level` and `caudal_level` the
/// cut vertebrae. Without a whole body between them replaced_superior and replaced_inferior are the faces of the gap.
/// @throws Error(kBadInput) also for levels in the wrong order, cuts out of range, a disc between levels that are no neighbours
CorpectomyAnatomy measure_resection(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds, const ResectionPlan& plan,
                                    const CorpectomyOptions& options, const Progress& progress);

/// Grey-level aware: edges are found between voxels along rays of the denoised CT, not on the label staircase.
/// @throws Error(kBadInput) when a level is not among the seeds or an endplate cannot be found (says which and why).
CorpectomyAnatomy measure_corpectomy(const Segmentation& segmentation, const std::vector<VertebraSeed>& seeds,
                                     const std::string& replaced_level, const CorpectomyOptions& options, const Progress& progress);

Json to_json(const CorpectomyAnatomy& anatomy);
CorpectomyAnatomy corpectomy_from_json(const Json& document);

}  // namespace spongiosa::geometry
