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
/// much); bands are denser than requested.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "lattice/grading/graded_phases.h"
#include "lattice/grading/phase_map.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace spongiosa::lattice {

struct SurfaceLayersRequest {
  double layer_mm = 1.5;           ///< cell edge along the normal
  double tangential_mm = 1.5;      ///< both edges, at the surface; below it cells go on along the normals
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
  /// To be added to the distance of a chart's lattice: struts taper off before its end, so that it leaves no chips there that
  /// touch nothing. mm; zero from 0.3 tangential edges of reach on, 0.15 edges at the end.
  float end_taper_mm(float reach_mm) const { return std::max(0.0f, 0.15f * tangential_mm_ - 0.5f * reach_mm); }

  /// Of the smooth cross field of the surface, in the part's frame. Charts do without it; it tells where cells of any
  /// surface-following lattice must meet irregularly.
  const std::vector<PhaseSingularity>& singularities() const;
  /// Sum of their indices: the Euler characteristic of the surface.
  double index_sum() const;
  /// Errors in the chart's own part of the shell.
  const PhaseReport& report(int chart) const;
  /// Where three charts meet, on the surface: there the directions of the cells as built are singular.
  const std::vector<Vec3>& corners() const;

  /// Over the charts' own parts of the shell, against cells that go on along the normals: with `tangential_mm` at the surface, and
  /// times 1 - depth x curvature below. Root mean squares.
  struct Errors {
    double layer_rms_fraction = 0.0;       ///< edge along the normal
    double normal_rms_deg = 0.0;           ///< angle between that edge and the normal
    double tangential_rms_fraction = 0.0;  ///< both edges in the surface: no chart of a doubly curved surface keeps all lengths
    double shear_rms_deg = 0.0;            ///< largest error of an angle of the cell
    double period_rms_fraction = 0.0;      ///< all three edges: what the limit is set against
    /// Narrowest and widest tangential edge wanted in the shell over `tangential_mm`. Facts of surface and depth, not errors of the layout.
    double narrowest_fraction = 1.0, widest_fraction = 1.0;
  };
  const Errors& errors() const;

  struct Impl;

 private:
  std::shared_ptr<const Impl> impl_;
  float tangential_mm_;
};

}  // namespace spongiosa::lattice
