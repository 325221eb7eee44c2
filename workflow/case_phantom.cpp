#include "geometry/phantom/spine_phantom.h"
#include "workflow/case.h"

namespace spongiosa::workflow {

geometry::SpinePhantomOptions phantom_options(const Json& section) {
  const auto number = [&](const char* name) { return section.at(name).get<double>(); };
  geometry::SpinePhantomOptions options;
  options.in_plane_spacing_mm = number("in_plane_spacing_mm");
  options.slice_spacing_mm = number("slice_spacing_mm");
  options.resolution_fwhm_mm = number("resolution_fwhm_mm");
  options.slice_profile_fwhm_mm = number("slice_profile_fwhm_mm");
  options.noise_sd_hu = number("noise_sd_hu");
  options.cortical_hu = number("cortical_hu");
  options.trabecular_hu = number("trabecular_hu");
  options.disc_hu = number("disc_hu");
  options.cortex_thickness_mm = number("cortex_thickness_mm");
  options.endplate_thickness_mm = number("endplate_thickness_mm");
  options.disc_height_mm = number("disc_height_mm");
  options.lordosis_per_segment_deg = number("lordosis_per_segment_deg");
  options.facet_gap_mm = number("facet_gap_mm");
  options.uncinate_height_mm = number("uncinate_height_mm");
  options.axial_rotation_deg = number("axial_rotation_deg");
  options.coronal_tilt_deg = number("coronal_tilt_deg");
  options.size_factor = number("size_factor");
  options.seed = section.at("seed").get<std::uint64_t>();
  return options;
}

}  // namespace spongiosa::workflow
