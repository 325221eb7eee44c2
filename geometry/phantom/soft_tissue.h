#pragma once
/// Everything of the neck but bone and discs: skin, fat, muscles, airway, canal. Plausible, not measured: nothing is designed on it.

#include "geometry/phantom/column.h"

namespace spongiosa::geometry {

struct Tissue {
  float hu;
  double interface_mm;  ///< about how far the nearest change of tissue is
};

/// Tissues in one transverse slice, in coordinates that follow the posterior wall of the column.
class SoftTissueSlice {
 public:
  SoftTissueSlice(const SpinePhantom::Impl& column, double z_mm);
  /// @param bone_mm  distance to the nearest bone (or a number above kMuscleSleeve_mm): muscle lies on bone everywhere.
  Tissue at(double x_mm, double y_mm, double bone_mm) const;

  static constexpr double kMuscleSleeve_mm = 4.0;
  static constexpr double kHalfNeck_mm = 60.0;    ///< skin to skin 120 mm
  static constexpr double kNeckCentre_y_mm = 6.0;

 private:
  double wall_x_, wall_y_, cosine_, sine_, size_;
};

}  // namespace spongiosa::geometry
