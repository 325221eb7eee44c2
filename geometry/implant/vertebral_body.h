#pragma once
/// The artificial vertebral body: cranial and caudal faces that follow the patient's endplates, solid rim, porous core, graft channel.

#include "core/json.h"
#include "core/progress.h"
#include "geometry/bone/corpectomy.h"
#include "geometry/levelset/level_set.h"

#include <string>
#include <vector>

namespace spongiosa::geometry {

struct VertebralBodyParameters {
  double footprint_fraction = 0.85;       ///< of the smaller neighbouring endplate's width and depth, 0.5..1
  double footprint_exponent = 2.8;        ///< superellipse: 2 is an ellipse, larger is squarer; 2..6
  double footprint_shift_posterior_mm = 0.0;
  double outline_inset_mm = 0.5;          ///< least distance of the footprint from the edge of both endplates
  double posterior_setback_mm = 1.0;      ///< least distance of the posterior face from the canal line
  double clearance_mm = 0.0;              ///< gap left between implant face and endplate; negative presses in
  double face_smoothing_mm = 0.5;         ///< Gaussian-equivalent smoothing of the faces beyond that of the endplates
  double edge_radius_mm = 0.5;            ///< rounding of the outer edges
  double rim_thickness_mm = 1.2;          ///< solid side wall
  double graft_channel_diameter_mm = 5.0; ///< through the core from face to face; 0: none
  double channel_wall_mm = 0.0;           ///< solid wall around the channel; 0: the lattice opens into it
  double tooth_height_mm = 0.0;           ///< of ridges on the solid rim of both faces, against slipping out to the front; 0: none
  double tooth_pitch_mm = 2.0;            ///< from ridge to ridge, front to back
  double voxel_mm = 0.2;                  ///< of the level sets
};

/// A round hole with solid material about it: for a screw, its head, or the surgeon's inserter.
struct CylinderCut {
  Vec3 point = Vec3::Zero();       ///< on the axis, implant frame
  Vec3 axis = Vec3::UnitY();       ///< unit vector
  double radius_mm = 1.0;
  double from_mm = -1e3, to_mm = 1e3;  ///< along the axis, from `point`
  double wall_mm = 0.0;            ///< least solid material about it within the implant: no lattice there
};

struct VertebralBodyImplant {
  Frame frame;                     ///< the corpectomy frame
  LevelSet body;                   ///< the whole implant: faces with teeth, side wall, channel and holes cut out
  LevelSet plain_body;             ///< without teeth and holes: what fit is measured on
  /// The porous zone is (body and porous), body without porous is solid. `porous` reaches 1 mm beyond the faces, and through
  /// the channel unless that has a wall: the faces of `body` alone cut the lattice, without seams from a second surface.
  LevelSet porous;
  /// The surfaces that depths are counted from, each negative on the implant's side: "cranial", "caudal", "side", and "channel"
  /// where there is one. They go on beyond the implant, by its size.
  std::vector<LevelSet> faces;
  double width_mm = 0.0, depth_mm = 0.0, height_anterior_mm = 0.0, height_posterior_mm = 0.0, height_centre_mm = 0.0;
  double body_volume_mm3 = 0.0, porous_volume_mm3 = 0.0;  ///< the latter of (body and porous)
  std::vector<Vec2> footprint;     ///< outline (x,y) at mid-height, closed, counter-clockwise
  double footprint_scale = 1.0;    ///< below 1 where the asked footprint had to shrink to stay on the endplates and off the canal
  std::vector<std::string> notes;  ///< what was shifted or shrunk, and by how much
};

/// A superellipse sized by the smaller endplate, swept along the line from the caudal to the cranial endplate's centre, ended by
/// the smoothed endplates less the clearance. It is shifted forward off the canal and, down to 80 % of the asked size, shrunk
/// to lie within both endplates; `notes` says so.
/// @throws Error(kBadInput) when the parameters leave no porous core, no height, or a footprint beyond the endplates (says which).
/// @param cuts  exact planes and cylinders: the level set has their distance, not a sampled copy of them
VertebralBodyImplant shape_vertebral_body(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& parameters,
                                          const std::vector<CylinderCut>& cuts, const Progress& progress);
inline VertebralBodyImplant shape_vertebral_body(const CorpectomyAnatomy& anatomy, const VertebralBodyParameters& parameters, const Progress& progress) {
  return shape_vertebral_body(anatomy, parameters, {}, progress);
}

/// Fit of one face against the unsmoothed endplate it meets. Gap: distance along z between the implant's face and the bone, positive
/// where open, over the face's area within the measured endplate. The face is the surface whose normal lies within 60 degrees of z: the
/// flatter part of the rounded edge belongs to it, side wall and channel do not. Teeth and holes are left out.
struct FaceFit {
  double mean_abs_gap_mm, p95_abs_gap_mm, max_abs_gap_mm;
  double area_mm2;                 ///< of the face, projected on z
  double area_share_under_0p5_mm;  ///< share of the projected area with |gap| < 0.5 mm
  double mean_gap_mm, least_gap_mm;  ///< signed; negative: the face presses into the bone
  double area_share_fitting;       ///< share of the projected area with -0.1 mm < gap < 0.5 mm: penetration does not count as fit
  HeightField gap;                 ///< for the fit map; measured==0 outside the face
};
struct ImplantFit {
  FaceFit cranial, caudal;
};
ImplantFit measure_fit(const VertebralBodyImplant& implant, const CorpectomyAnatomy& anatomy);

}  // namespace spongiosa::geometry
