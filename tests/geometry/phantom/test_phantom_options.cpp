// Every option out of range is refused by name.
#include "core/error.h"
#include "geometry/phantom/spine_phantom.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

std::string refusal(const SpinePhantomOptions& options) {
  try {
    check_phantom_options(options);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("default options are accepted") { CHECK(refusal({}).empty()); }

TEST_CASE("each number out of range is refused with its name, its value and the range") {
  struct Field {
    const char* name;
    double SpinePhantomOptions::*member;
  };
  const Field fields[] = {{"in_plane_spacing_mm", &SpinePhantomOptions::in_plane_spacing_mm},
                          {"slice_spacing_mm", &SpinePhantomOptions::slice_spacing_mm},
                          {"resolution_fwhm_mm", &SpinePhantomOptions::resolution_fwhm_mm},
                          {"slice_profile_fwhm_mm", &SpinePhantomOptions::slice_profile_fwhm_mm},
                          {"noise_sd_hu", &SpinePhantomOptions::noise_sd_hu},
                          {"cortical_hu", &SpinePhantomOptions::cortical_hu},
                          {"trabecular_hu", &SpinePhantomOptions::trabecular_hu},
                          {"disc_hu", &SpinePhantomOptions::disc_hu},
                          {"cortex_thickness_mm", &SpinePhantomOptions::cortex_thickness_mm},
                          {"endplate_thickness_mm", &SpinePhantomOptions::endplate_thickness_mm},
                          {"disc_height_mm", &SpinePhantomOptions::disc_height_mm},
                          {"lordosis_per_segment_deg", &SpinePhantomOptions::lordosis_per_segment_deg},
                          {"facet_gap_mm", &SpinePhantomOptions::facet_gap_mm},
                          {"uncinate_height_mm", &SpinePhantomOptions::uncinate_height_mm},
                          {"axial_rotation_deg", &SpinePhantomOptions::axial_rotation_deg},
                          {"coronal_tilt_deg", &SpinePhantomOptions::coronal_tilt_deg},
                          {"size_factor", &SpinePhantomOptions::size_factor}};
  for (const Field& field : fields)
    for (double wrong : {-7777.0, 7777.0, std::numeric_limits<double>::quiet_NaN()}) {
      SpinePhantomOptions options;
      options.*field.member = wrong;
      INFO(field.name << " = " << wrong);
      const std::string message = refusal(options);
      CHECK_THAT(message, Catch::Contains(std::string(field.name) + " is "));
      CHECK_THAT(message, Catch::Contains("expected"));
      if (!std::isnan(wrong)) CHECK_THAT(message, Catch::Contains("7777"));
    }
}

TEST_CASE("levels must be known neighbours in order") {
  SpinePhantomOptions options;
  options.levels = {};
  CHECK_THAT(refusal(options), Catch::Contains("levels is empty"));
  options.levels = {"C5", "C66"};
  CHECK_THAT(refusal(options), Catch::Contains("'C66' is not known (did you mean C6?)"));
  options.levels = {"C4", "C6"};
  CHECK_THAT(refusal(options), Catch::Contains("not neighbours"));
  options.levels = {"C6", "C5"};
  CHECK_THAT(refusal(options), Catch::Contains("not neighbours"));
  options.levels = {"C5", "C6"};
  CHECK(refusal(options).empty());
}

TEST_CASE("cortex must be denser than its inside") {
  SpinePhantomOptions options;
  options.cortical_hu = 500.0;
  options.trabecular_hu = 600.0;
  CHECK_THAT(refusal(options), Catch::Contains("more than trabecular_hu"));
}

TEST_CASE("an unknown level is refused by the questions too") {
  const SpinePhantom phantom{SpinePhantomOptions{}};
  CHECK_THROWS_WITH(phantom.bone_distance_mm("L1", Vec3::Zero()), Catch::Contains("no vertebra 'L1'"));
  CHECK_THROWS_WITH(phantom.vertebra_frame("T1"), Catch::Contains("C3, C4, C5, C6, C7"));
}

TEST_CASE("a scan that would not fit is refused before it is made") {
  SpinePhantomOptions options;
  options.in_plane_spacing_mm = 0.15;
  options.slice_spacing_mm = 0.15;
  const SpinePhantom phantom(options);
  CHECK_THROWS_WITH(scan_spine_phantom(phantom, Progress()), Catch::Contains("400 million") && Catch::Contains("slice_spacing_mm"));
}
