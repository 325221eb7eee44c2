#include "geometry/phantom/morphometry.h"

namespace spongiosa::geometry {

VertebraMorphometry VertebraMorphometry::scaled(double factor) const {
  VertebraMorphometry m = *this;
  for (double* length : {&m.upper_width_mm, &m.upper_depth_mm, &m.lower_width_mm, &m.lower_depth_mm, &m.posterior_height_mm,
                         &m.superior_concavity_mm, &m.inferior_concavity_mm, &m.pedicle_width_mm, &m.pedicle_height_mm,
                         &m.canal_depth_mm, &m.pillar_centre_mm, &m.pillar_half_width_mm, &m.pillar_half_depth_mm,
                         &m.spinous_length_mm, &m.size_factor})
    *length *= factor;
  return m;
}

const std::vector<VertebraMorphometry>& cervical_morphometry() {
  // clang-format off
  static const std::vector<VertebraMorphometry> table = {
    // level  body: uw, ud, lw, ld, hp          endplates: sc, sa, ic, ia     slopes    pedicle: w, h, angle   canal pillar: x, w, d   spinous
    {"C3", 15.8, 15.0, 17.2, 15.6, 11.6,  0.92, 0.60, 2.15, 0.55,  6.0, 5.8,  5.81, 7.77, 46.8,  15.0, 17.8, 5.2, 4.6,  13.0, true, 1.0},
    {"C4", 17.2, 15.3, 17.0, 15.9, 11.4,  1.00, 0.61, 2.30, 0.55,  7.5, 6.8,  6.10, 8.00, 49.0,  14.8, 18.2, 5.3, 4.7,  13.5, true, 1.0},
    {"C5", 17.5, 15.2, 19.4, 17.9, 11.4,  1.05, 0.62, 2.45, 0.54,  9.0, 7.5,  6.50, 8.20, 45.0,  14.8, 18.7, 5.4, 4.8,  15.5, true, 1.0},
    {"C6", 18.5, 16.4, 22.0, 18.5, 10.9,  1.10, 0.62, 2.60, 0.54,  6.5, 6.0,  7.00, 8.40, 39.0,  15.0, 19.4, 5.5, 4.7,  20.0, true, 1.0},
    {"C7", 21.8, 18.1, 23.4, 16.8, 12.8,  1.18, 0.64, 2.40, 0.53,  4.5, 4.5,  7.49, 8.69, 32.3,  15.2, 20.0, 5.4, 4.5,  27.0, false, 1.0},
  };
  // clang-format on
  return table;
}

}  // namespace spongiosa::geometry
