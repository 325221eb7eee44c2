#pragma once
/// Cells in layers below a closed surface: one phase counts layers along the normal, two lie in the surface.
///
/// No continuous pair of directions exists on most closed surfaces, so the surface is divided into charts. Each has its own
/// phases; a chart's lattice reaches beyond its border, and in the bands where two charts overlap the lattice is the union of
/// both, so that the struts of either end in the other rather than in the void.
///
/// Charts are the parts of the surface that face the same of six directions (those of the part's axes); tangential phases are
/// least-squares potentials of one direction projected onto the surface. Limits: the surface should be smooth on the scale of a
/// cell and the shell thinner than its radii of curvature; a chart bent by up to 55 degrees stretches cells (the report says how
/// much; on a sphere about 10 % RMS); bands are denser than requested.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "lattice/grading/graded_phases.h"
#include "lattice/grading/phase_map.h"

#include <memory>
#include <vector>

namespace spongiosa::lattice {

struct SurfaceLayersRequest {
  double layer_mm = 1.5;           ///< cell edge along the normal
  double tangential_mm = 1.5;      ///< both edges in the surface
  double depth_mm = 3.0;           ///< the shell between the surface and this depth is to be filled
  double overlap_cells = 1.0;      ///< width of the bands, in tangential edges; 0 cuts charts off at their border
  double period_rms_limit_fraction = 0.25;  ///< over all charts; refused above
};

class SurfaceLayers {
 public:
  /// @param body  in the part's frame.
  /// @throws Error(kBadInput) for lengths that are not positive, a body without closed surface, a shell deeper than the body,
  /// or when the limit is passed or cells fold over (with figures).
  SurfaceLayers(const geometry::LevelSet& body, const SurfaceLayersRequest& request, const Progress& progress);

  int charts() const;
  /// Phases: -depth/layer, and two tangential ones. Meaningful where reach() is positive, within the shell.
  const PhaseMap& phases(int chart) const;
  /// How far inside the chart's region (its part of the surface and half the overlap) a point's foot on the surface lies, mm;
  /// negative outside. The lattice is the union over the charts of {cell < 0 and reach > 0}. Thread-safe.
  void reach(int chart, int n, const float* x, const float* y, const float* z, float* out) const;

  /// Of the smooth cross field of the surface, in the part's frame. Charts do without it; it tells where cells of any
  /// surface-following lattice must meet irregularly.
  const std::vector<PhaseSingularity>& singularities() const;
  /// Sum of their indices: the Euler characteristic of the surface.
  double index_sum() const;
  /// Errors in the chart's own part of the shell.
  const PhaseReport& report(int chart) const;
  /// Root mean square of the period errors over all charts, as a fraction.
  double period_rms_fraction() const;

  struct Impl;

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace spongiosa::lattice
