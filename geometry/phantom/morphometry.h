#pragma once
/// Published sizes of cervical vertebrae C3-C7, and what had to be chosen where no value per level is published.

#include <string>
#include <vector>

namespace spongiosa::geometry {

/// Lengths in mm, angles in degrees.
///
/// Source and status of each group:
/// - body: Panjabi et al., Spine 1991;16:861, mean of 12 specimens. Recalled values, not checked against the paper.
/// - endplates: Chen et al. 2013 (97 CT): ranges over C3-C7 are published (superior concavity 0.9-1.2 mm with its apex 56-67 % of
///   the depth from the front, inferior 2.1-2.7 mm at 52-57 %; slopes 4.5-9.0 and 4.5-7.5 degrees, largest at C5, least at C7);
///   the value of each level is chosen inside them.
/// - pedicles: anterior transpedicular screw morphometry, 80 CT: width 5.81-7.49, height 7.77-8.69, transverse angle 46.8 (C3),
///   49.0 to 32.3 (C4 to C7) are published; values between the ends are interpolated.
/// - posterior elements: typical anatomy, chosen so that the pictures look right. An assumption.
struct VertebraMorphometry {
  std::string level;
  double upper_width_mm, upper_depth_mm, lower_width_mm, lower_depth_mm, posterior_height_mm;
  double superior_concavity_mm, superior_apex_fraction, inferior_concavity_mm, inferior_apex_fraction;
  double superior_slope_deg, inferior_slope_deg;  ///< downwards to the front
  double pedicle_width_mm, pedicle_height_mm, pedicle_transverse_angle_deg;
  double canal_depth_mm, pillar_centre_mm, pillar_half_width_mm, pillar_half_depth_mm;
  double spinous_length_mm;  ///< behind the laminae
  bool bifid;                ///< tip of the spinous process
  double size_factor = 1.0;  ///< of this row against the table

  /// All lengths times `factor`.
  VertebraMorphometry scaled(double factor) const;
};

/// C3 to C7, from cranial to caudal.
const std::vector<VertebraMorphometry>& cervical_morphometry();

}  // namespace spongiosa::geometry
