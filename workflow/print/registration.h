#pragma once
/// A scan of the printed part laid over the design.

#include "workflow/print/build_field.h"

#include <vector>

namespace spongiosa::workflow {

struct Registration {
  Mat3 rotation = Mat3::Identity();   ///< q = rotation * p + shift_mm takes points of the scan into build coordinates of the design
  Vec3 shift_mm = Vec3::Zero();
  double rms_mm = 0.0;                ///< of the points' distances to the design's surface, with the weights of the last step
  int steps = 0;
  Vec3 apply(const Vec3& p) const { return rotation * p + shift_mm; }
};

/// Least squares of the signed distances of `points` to the design's surface, by Gauss-Newton steps, with Huber weights (linear beyond 1.5 times the median
/// distance), so that single flaws do not pull the part aside. Begins with the boxes' middles over each other and the orientation as it is; with
/// `any_orientation` with all 24 ways to lay the axes on each other, of which the best three are followed to the end. A regular lattice has a minimum per
/// cell: the middles must be within half a cell.
/// @throws Error(kBadInput) for fewer than 100 points, Error(kComputationFailed) when it does not converge in 100 steps
Registration register_scan(const BuildField& design, const std::vector<Vec3>& points, bool any_orientation, const Progress& progress);

/// Distance to the design's surface, mm, negative inside; beyond the grid that of its border and the way to it.
double design_distance_mm(const BuildField& design, const Vec3& p_Build);

}  // namespace spongiosa::workflow
