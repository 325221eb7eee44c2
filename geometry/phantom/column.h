#pragma once
/// The vertebrae put together: frames along the lordotic curve, facet joints, discs and the midline of the canal.

#include "geometry/phantom/spine_phantom.h"
#include "geometry/phantom/vertebra_solid.h"

#include <vector>

namespace spongiosa::geometry {

struct ColumnLevel {
  VertebraSolid solid;
  Frame frame;
  Box bounds;  ///< of the bone, in `frame`
  VertebraTruth truth;
};

/// What SpinePhantom holds.
struct SpinePhantom::Impl {
  SpinePhantomOptions options;
  std::vector<ColumnLevel> levels;  ///< cranial to caudal
  std::vector<VertebraTruth> truth;
  /// Points on the posterior wall of bodies and discs from caudal to cranial, continued at both ends: the canal lies behind.
  std::vector<Vec3> posterior_line_Patient;

  explicit Impl(const SpinePhantomOptions& options);
  const ColumnLevel& level(const std::string& name) const;
  /// The posterior line at the height of a patient point (linear between its points).
  Vec3 posterior_line_at(double z_mm) const;
  /// Negative inside the disc between levels i and i+1.
  double disc_value(std::size_t i, const Vec3& p_Patient) const;
};

}  // namespace spongiosa::geometry
