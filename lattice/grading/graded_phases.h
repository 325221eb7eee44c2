#pragma once
/// Cells whose size and direction change over the part, by phase integration. sin(k(x) x) would not do: its local period is that
/// of d(k x)/dx = k + x k', wrong by more the farther the place is from the origin. Here the phases are potentials whose
/// gradients meet the wanted wave vectors as well as any potential can.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "lattice/grading/field.h"
#include "lattice/grading/phase_map.h"

#include <optional>

namespace spongiosa::lattice {

/// What is wanted at every point of the zone: row i of the Jacobian is (R e_i)^T / edge_i.
struct WantedCells {
  /// Edge lengths of the cell, mm: cell size times the cell's aspect. Three equal fields grade isotropically.
  std::array<Field, 3> edges_mm{Field(1.0), Field(1.0), Field(1.0)};
  Mat3 rotation = Mat3::Identity();  ///< of the cells, before the turns below
  /// Turns about the part's fixed axes x, then y, then z, degrees: R = Rz Ry Rx rotation.
  std::array<Field, 3> turns_deg{Field(0.0), Field(0.0), Field(0.0)};

  /// Rows at n points: rows[3*i+j] in 1/mm.
  void evaluate(int n, const float* x, const float* y, const float* z, float* const rows[9]) const;
  bool is_constant() const;
};

/// How far the cells of a map are from those wanted, over the points of the zone.
struct PhaseReport {
  struct Errors {
    double rms = 0.0, percentile_99 = 0.0, most = 0.0;
  };
  Errors period_fraction;     ///< edge length of the local cell / wanted - 1, all three edges (percentile and most: by magnitude)
  Errors shear_deg;           ///< how far the angles between the local cell's edges are from those wanted (90 degrees for WantedCells)
  std::array<Errors, 3> edge_fraction;  ///< the same of each edge
  std::array<Errors, 3> edge_deg;       ///< angle between each edge of the local cell and the wanted one
  Errors orientation_deg;     ///< angle of the rotation between the local cell (its nearest rotation) and the wanted one
  double least_volume_ratio = 1.0;  ///< local cell volume / wanted; negative would be a fold
  double most_volume_ratio = 1.0;
  std::int64_t points = 0;
  geometry::FloatImage period_error;  ///< largest |edge error| at a point, as a fraction; -1 outside the zone
};
/// @param zone  in the part's frame.  On a grid of about 100 000 points inside it. Same result for any thread count.
PhaseReport measure_phases(const PhaseMap& map, const WantedCells& wanted, const geometry::LevelSet& zone, const Progress& progress);

struct GradedPhasesRequest {
  WantedCells wanted;
  Vec3 origin_Frame = Vec3::Zero();                  ///< a corner of a cell
  double period_rms_limit_fraction = 0.05;           ///< of PhaseReport::period_fraction.rms; refused above
  std::optional<double> grid_mm;                     ///< absent: at most 200 000 points, no finer than a quarter of the least edge
};
struct GradedPhases {
  PhaseMapPtr map;
  PhaseReport report;
  double grid_mm = 0.0;  ///< 0 for a uniform map
};
/// The zone is fitted with weight 1, what lies more than a grid spacing outside with 0.001. Constant fields give the uniform map.
/// Exact but for the discretisation where the wanted rows have no curl: an edge that changes along its own axis only, conformal
/// maps in a plane. Elsewhere no lattice of connected cells has the wanted sizes everywhere, and this is the nearest in the
/// sense of relative least squares; the report says how near.
/// @param zone  where cells are wanted, in the part's frame (that of the fields).
/// @throws Error(kBadInput) for edges outside 0.01 mm to 100 mm or fields that are not numbers (with place and value), for a
/// grid that would be too large, and when the limit is passed or cells fold over (with figures).
GradedPhases integrate_phases(const GradedPhasesRequest& request, const geometry::LevelSet& zone, const Progress& progress);

}  // namespace spongiosa::lattice
