/// What is designed: the anatomy to fit, the implant's shape, the lattice in it.

#include "geometry/bone/corpectomy.h"
#include "geometry/bone/segment.h"
#include "geometry/implant/vertebral_body.h"
#include "workflow/schema_sections.h"
namespace spongiosa::workflow {

std::vector<Field> anatomy_fields() {
  const geometry::SegmentOptions segment;
  const geometry::CorpectomyOptions corpectomy;
  std::vector<std::string> replaceable = vertebral_levels();
  replaceable.erase(replaceable.begin());  // C2 has no upper endplate, S1 is no free body
  replaceable.pop_back();
  const std::vector<std::string> resections(std::begin(geometry::kResectionNames), std::end(geometry::kResectionNames));
  return {
      {.path = "anatomy.region", .type = FieldType::kChoice, .required = true, .choices = {"cervical", "thoracic", "lumbar"},
       .label = "region", .help = "Region of the spine; it decides the default loads and must agree with anatomy.replace.",
       .stage = "segment"},
      {.path = "anatomy.replace", .type = FieldType::kChoice, .required = true, .choices = replaceable,
       .label = "replaced vertebra", .help = "The vertebra whose body is replaced.", .stage = "shape"},
      {.path = "anatomy.resection", .type = FieldType::kChoice, .value = "bodies", .choices = resections, .label = "resection",
       .help = "What is taken out: whole bodies from anatomy.replace to anatomy.replace_last; the disc between the two (interbody cage); or "
               "half bodies, from a plane through the one to a plane through the other.",
       .stage = "shape"},
      {.path = "anatomy.replace_last", .type = FieldType::kChoice, .choices = vertebral_levels(), .label = "last replaced vertebra",
       .help = "The most caudal vertebra of the resection. Absent: anatomy.replace alone.", .stage = "shape"},
      {.path = "anatomy.kept_cranial_fraction", .unit = "fraction", .value = 0.5, .min = 0.2, .max = 0.8, .label = "kept of the upper body",
       .help = "Half bodies: share of the height of anatomy.replace that stays above the cut.", .stage = "shape"},
      {.path = "anatomy.kept_caudal_fraction", .unit = "fraction", .value = 0.5, .min = 0.2, .max = 0.8, .label = "kept of the lower body",
       .help = "Half bodies: share of the height of anatomy.replace_last that stays below the cut.", .stage = "shape"},
      {.path = "anatomy.cut_cranial_deg", .unit = "deg", .value = 0.0, .min = -30, .max = 30, .label = "tilt of the upper cut",
       .help = "Half bodies: against the mean of the body's endplates; positive takes off more in front.", .stage = "shape"},
      {.path = "anatomy.cut_caudal_deg", .unit = "deg", .value = 0.0, .min = -30, .max = 30, .label = "tilt of the lower cut",
       .help = "Half bodies: likewise for the lower cut.", .stage = "shape"},
      {.path = "anatomy.seeds_mm", .type = FieldType::kPointMap, .unit = "mm", .required = true, .min = -5000, .max = 5000,
       .label = "seed points",
       .help = "One point in the middle of each vertebral body, as patient coordinates x (left), y (posterior), z (superior) "
               "in mm, as DICOM viewers show them (LPS; 3D Slicer shows RAS: negate x and y): at least the replaced vertebra and both "
               "neighbours. Points of further neighbours keep their bone apart.",
       .stage = "segment"},
      {.path = "anatomy.threshold_hu", .unit = "HU", .min = -200, .max = 2000, .label = "bone threshold",
       .help = "Bone is above this value. Absent: chosen from the histogram around the seeds, and reported.", .stage = "segment"},
      {.path = "anatomy.margin_mm", .unit = "mm", .value = segment.margin_mm, .min = 10, .max = 200, .label = "margin",
       .help = "Region of interest around the seeds, in the transverse plane.", .level = FieldLevel::kAdvanced,
       .stage = "segment"},
      {.path = "anatomy.reach_mm", .unit = "mm", .value = segment.reach_mm, .min = 20, .max = 300, .label = "reach",
       .help = "Longest path through bone from a seed that still belongs to its vertebra; faint bone and joint gaps count as longer.",
       .level = FieldLevel::kAdvanced, .stage = "segment"},
      {.path = "anatomy.smoothing_mm", .unit = "mm", .value = segment.smoothing_mm, .min = 0, .max = 3, .label = "noise filter",
       .help = "Strength of the edge-preserving noise filter, as equivalent Gaussian standard deviation.",
       .level = FieldLevel::kAdvanced, .stage = "segment"},
      {.path = "anatomy.endplate_smoothing_mm", .unit = "mm", .value = corpectomy.smoothing_mm, .min = 0, .max = 5,
       .label = "endplate smoothing", .help = "Smoothing of the measured endplate surfaces, as Gaussian standard deviation.",
       .level = FieldLevel::kAdvanced, .stage = "shape"},
  };
}

std::vector<Field> implant_fields() {
  const geometry::VertebralBodyParameters d;
  const auto advanced = FieldLevel::kAdvanced;
  return {
      {.path = "implant.footprint_fraction", .unit = "fraction", .value = d.footprint_fraction, .min = 0.5, .max = 1.0,
       .label = "footprint", .help = "Width and depth of the implant as a share of the smaller neighbouring endplate's.",
       .stage = "shape"},
      {.path = "implant.footprint_exponent", .value = d.footprint_exponent, .min = 2, .max = 6, .label = "footprint squareness",
       .help = "Exponent of the superellipse: 2 is an ellipse, larger is squarer.", .level = advanced, .stage = "shape"},
      {.path = "implant.footprint_shift_posterior_mm", .unit = "mm", .value = d.footprint_shift_posterior_mm, .min = -10,
       .max = 10, .label = "footprint shift", .help = "Moves the footprint backwards (negative: forwards).", .level = advanced,
       .stage = "shape"},
      {.path = "implant.outline_inset_mm", .unit = "mm", .value = d.outline_inset_mm, .min = 0, .max = 5,
       .label = "inset from the endplate's edge", .help = "Least distance of the footprint from the edge of both endplates.",
       .stage = "shape"},
      {.path = "implant.posterior_setback_mm", .unit = "mm", .value = d.posterior_setback_mm, .min = 0, .max = 10,
       .label = "setback from the canal", .help = "Least distance of the posterior face from the front of the spinal canal.",
       .stage = "shape"},
      {.path = "implant.clearance_mm", .unit = "mm", .value = d.clearance_mm, .min = -2, .max = 5, .label = "clearance",
       .help = "Gap left between implant face and endplate; negative presses in.", .stage = "shape"},
      {.path = "implant.face_smoothing_mm", .unit = "mm", .value = d.face_smoothing_mm, .min = 0, .max = 5,
       .label = "face smoothing", .help = "Smoothing of the faces beyond that of the endplates, as Gaussian standard deviation.",
       .level = advanced, .stage = "shape"},
      {.path = "implant.edge_radius_mm", .unit = "mm", .value = d.edge_radius_mm, .min = 0, .max = 3, .label = "edge radius",
       .help = "Rounding of the outer edges.", .level = advanced, .stage = "shape"},
      {.path = "implant.rim_thickness_mm", .unit = "mm", .value = d.rim_thickness_mm, .min = 0, .max = 10, .label = "rim",
       .help = "Thickness of the solid side wall around the porous core.", .stage = "shape"},
      {.path = "implant.graft_channel_diameter_mm", .unit = "mm", .value = d.graft_channel_diameter_mm, .min = 0, .max = 30,
       .label = "graft channel", .help = "Diameter of the channel from face to face; 0: none.", .stage = "shape"},
      {.path = "implant.channel_wall_mm", .unit = "mm", .value = d.channel_wall_mm, .min = 0, .max = 5, .label = "channel wall",
       .help = "Solid wall around the channel; 0: the lattice opens into it.", .stage = "shape"},
      {.path = "implant.tooth_height_mm", .unit = "mm", .value = d.tooth_height_mm, .min = 0, .max = 1, .label = "teeth",
       .help = "Height of ridges on the solid rim of both faces, against slipping out; 0: none. Fit is measured without them.",
       .source = "0.3 to 0.8 mm are usual (clinical-regulatory reference 2.4, project policy)", .stage = "shape"},
      {.path = "implant.tooth_pitch_mm", .unit = "mm", .value = d.tooth_pitch_mm, .min = 1, .max = 5, .label = "tooth pitch",
       .help = "From ridge to ridge, front to back.", .level = advanced, .stage = "shape"},
      {.path = "implant.inserter_diameter_mm", .unit = "mm", .value = 0.0, .min = 0, .max = 8, .label = "inserter hole",
       .help = "Diameter of a hole in the middle of the front, for the inserter's thread (3.3 for M4); 0: none.", .stage = "shape"},
      {.path = "implant.inserter_depth_mm", .unit = "mm", .value = 5.0, .min = 1, .max = 15, .label = "inserter hole: depth",
       .help = "Depth of that hole from the front; it may open into the graft channel.", .level = advanced, .stage = "shape"},
      {.path = "implant.voxel_mm", .unit = "mm", .value = d.voxel_mm, .min = 0.05, .max = 0.5, .label = "shape voxel",
       .help = "Voxel of the level sets of the implant's shape; memory grows with its inverse square.", .level = advanced,
       .stage = "shape"},
  };
}

}  // namespace spongiosa::workflow
