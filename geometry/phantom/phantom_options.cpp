#include "core/error.h"
#include "core/text.h"
#include "geometry/phantom/check_range.h"
#include "geometry/phantom/morphometry.h"
#include "geometry/phantom/spine_phantom.h"

#include <algorithm>
#include <cmath>

namespace spongiosa::geometry {

namespace {

void check_levels(const std::vector<std::string>& levels) {
  std::vector<std::string> known;
  for (const auto& row : cervical_morphometry()) known.push_back(row.level);
  if (levels.empty()) fail_input("phantom option levels is empty: name at least one of {}", join(known, ", "));
  std::size_t previous = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto found = std::find(known.begin(), known.end(), levels[i]);
    if (found == known.end())
      fail_input("phantom option levels: '{}' is not known (did you mean {}?): expected some of {}", levels[i],
                 nearest_name(levels[i], known), join(known, ", "));
    const std::size_t place = std::size_t(found - known.begin());
    if (i > 0 && place != previous + 1)
      fail_input("phantom option levels: '{}' after '{}' are not neighbours: list them from cranial to caudal without a gap",
                 levels[i], levels[i - 1]);
    previous = place;
  }
}

}  // namespace

void check_phantom_options(const SpinePhantomOptions& o) {
  check_levels(o.levels);
  check_range("in_plane_spacing_mm", o.in_plane_spacing_mm, 0.15, 1.5);
  check_range("slice_spacing_mm", o.slice_spacing_mm, 0.15, 3.0);
  check_range("resolution_fwhm_mm", o.resolution_fwhm_mm, 0.0, 3.0);
  check_range("slice_profile_fwhm_mm", o.slice_profile_fwhm_mm, 0.0, 5.0);
  check_range("noise_sd_hu", o.noise_sd_hu, 0.0, 200.0);
  check_range("cortical_hu", o.cortical_hu, 400.0, 2500.0);
  check_range("trabecular_hu", o.trabecular_hu, 50.0, 1000.0);
  check_range("disc_hu", o.disc_hu, 0.0, 200.0);
  check_range("cortex_thickness_mm", o.cortex_thickness_mm, 0.2, 2.0);
  check_range("endplate_thickness_mm", o.endplate_thickness_mm, 0.2, 2.0);
  check_range("disc_height_mm", o.disc_height_mm, 3.5, 9.0);
  check_range("lordosis_per_segment_deg", o.lordosis_per_segment_deg, -5.0, 10.0);
  check_range("facet_gap_mm", o.facet_gap_mm, 0.2, 3.0);
  check_range("uncinate_height_mm", o.uncinate_height_mm, 0.0, 3.0);
  check_range("axial_rotation_deg", o.axial_rotation_deg, -20.0, 20.0);
  check_range("coronal_tilt_deg", o.coronal_tilt_deg, -15.0, 15.0);
  check_range("size_factor", o.size_factor, 0.75, 1.25);
  if (!(o.cortical_hu > o.trabecular_hu))
    fail_input("phantom option cortical_hu is {}: expected more than trabecular_hu ({})", o.cortical_hu, o.trabecular_hu);
}

}  // namespace spongiosa::geometry
