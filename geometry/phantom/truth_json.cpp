#include "geometry/phantom/column.h"

namespace spongiosa::geometry {

namespace {

Json vector_json(const Vec3& v) { return Json::array({v.x(), v.y(), v.z()}); }

Json options_json(const SpinePhantomOptions& o) {
  return Json{{"levels", o.levels},
              {"in_plane_spacing_mm", o.in_plane_spacing_mm},
              {"slice_spacing_mm", o.slice_spacing_mm},
              {"resolution_fwhm_mm", o.resolution_fwhm_mm},
              {"slice_profile_fwhm_mm", o.slice_profile_fwhm_mm},
              {"noise_sd_hu", o.noise_sd_hu},
              {"cortical_hu", o.cortical_hu},
              {"trabecular_hu", o.trabecular_hu},
              {"disc_hu", o.disc_hu},
              {"cortex_thickness_mm", o.cortex_thickness_mm},
              {"endplate_thickness_mm", o.endplate_thickness_mm},
              {"disc_height_mm", o.disc_height_mm},
              {"lordosis_per_segment_deg", o.lordosis_per_segment_deg},
              {"facet_gap_mm", o.facet_gap_mm},
              {"uncinate_height_mm", o.uncinate_height_mm},
              {"axial_rotation_deg", o.axial_rotation_deg},
              {"coronal_tilt_deg", o.coronal_tilt_deg},
              {"size_factor", o.size_factor},
              {"seed", o.seed}};
}

Json definitions() {
  return Json{
      {"frame", "patient coordinates LPS: x to the left, y posterior, z cranial; millimetres"},
      {"vertebra_frame", "origin and unit axes (columns x, y, z) of the vertebra's own frame in patient coordinates"},
      {"body_centre", "midway between the two endplate centres; also the seed"},
      {"endplate_centre_and_normal",
       "orthogonal least-squares plane of the endplate surface over its outline (where it meets the wall) scaled by 0.8 about its centre, "
       "0.25 mm grid; the normal points cranially; the uncinate rise within that outline is part of it"},
      {"height_anterior_mm", "distance of the upper and lower rim points in the mid-sagittal plane, in front"},
      {"height_posterior_mm", "the same at the back"},
      {"rim", "where the endplate surface meets the side wall, before the edge is rounded by 1 mm"},
      {"width_depth_mm", "left-right and front-back size of the side wall at the rim"},
      {"concavity_mm", "largest distance of the mid-sagittal endplate profile from the straight line between its rims"},
      {"disc_height", "distance of the facing endplate centres along the mean of their normals"},
      {"labels", "labels.nrrd: n where the voxel centre lies inside the bone of vertebra n of 'vertebrae' (from 1), else 0"},
      {"hu_noise_free", "hu_noise_free.nrrd: the scan before noise is added (partial volume, point spread and slice profile included)"},
      {"surface", "<level>.stl: zero surface of the implicit solid, marching cubes on a 0.45 mm grid, patient coordinates"}};
}

Json sources() {
  return Json::array(
      {Json{{"what", "body widths, depths, posterior heights"},
            {"source", "Panjabi et al., Spine 1991;16:861, means of 12 specimens"},
            {"status", "from memory, not verified"}},
       Json{{"what", "endplate concavity, apex and slope"},
            {"source", "Chen et al. 2013, 97 CT: ranges over C3-C7"},
            {"status", "ranges verified; the value of each level is chosen inside its range"}},
       Json{{"what", "pedicle width, height and transverse angle"},
            {"source", "anterior transpedicular screw morphometry, 80 CT: ranges C3-C7"},
            {"status", "ranges verified; values between the ends are interpolated"}},
       Json{{"what", "disc height, lordosis"}, {"source", "textbook ranges 4-7 mm, 3-7 degrees per segment"}, {"status", "from memory, not verified"}},
       Json{{"what", "posterior elements, soft tissue, HU, trabecular texture"}, {"source", "typical anatomy"}, {"status", "assumed"}}});
}

}  // namespace

Json phantom_truth_json(const SpinePhantom& phantom) {
  Json vertebrae = Json::array(), seeds = Json::array();
  for (std::size_t i = 0; i < phantom.truth().size(); ++i) {
    const VertebraTruth& t = phantom.truth()[i];
    const Frame& frame = phantom.impl().levels[i].frame;
    vertebrae.push_back(Json{
        {"level", t.level},
        {"label", i + 1},
        {"body_centre_Patient_mm", vector_json(t.body_centre_Patient)},
        {"superior_endplate", {{"centre_Patient_mm", vector_json(t.superior_centre_Patient)},
                               {"normal_Patient", vector_json(t.superior_normal_Patient)},
                               {"width_mm", t.upper_width_mm}, {"depth_mm", t.upper_depth_mm},
                               {"concavity_mm", t.superior_concavity_mm}}},
        {"inferior_endplate", {{"centre_Patient_mm", vector_json(t.inferior_centre_Patient)},
                               {"normal_Patient", vector_json(t.inferior_normal_Patient)},
                               {"width_mm", t.lower_width_mm}, {"depth_mm", t.lower_depth_mm},
                               {"concavity_mm", t.inferior_concavity_mm}}},
        {"height_anterior_mm", t.height_anterior_mm},
        {"height_posterior_mm", t.height_posterior_mm},
        {"vertebra_frame", {{"origin_Patient_mm", vector_json(frame.origin_Patient)},
                            {"x_axis_Patient", vector_json(frame.axes_Patient.col(0))},
                            {"y_axis_Patient", vector_json(frame.axes_Patient.col(1))},
                            {"z_axis_Patient", vector_json(frame.axes_Patient.col(2))}}}});
    seeds.push_back(Json{{"level", t.level}, {"p_Patient_mm", vector_json(t.body_centre_Patient)}});
  }
  return Json{{"format", "spongiosa spine phantom truth"}, {"version", 1},
              {"definitions", definitions()}, {"sources", sources()},
              {"options", options_json(phantom.options())}, {"seeds", seeds}, {"vertebrae", vertebrae}};
}

}  // namespace spongiosa::geometry
