#pragma once
/// Phase maps: where a point of the part lies in the cell. A lattice is the periodic cell composed with such a map, so its
/// local period and direction are those of the map's derivative: cell edges are the columns of the inverse Jacobian.

#include "core/vector.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spongiosa::lattice {

/// A place where the directions of cells cannot be continuous.
struct PhaseSingularity {
  Vec3 place_Frame;   ///< mm
  double index;       ///< turns of the directions round the place, in multiples of a full turn
  std::string what;   ///< "pole of the sphere", "axis of the cylinder", "cross field"
};

/// Immutable; thread-safe; the same bytes on every machine and for any split into batches.
class PhaseMap {
 public:
  virtual ~PhaseMap();
  /// x,y,z: mm in the part's frame, n each.  u: cell coordinates, period 1, each within [-0.5, 0.5].
  /// jacobian: 9 arrays of n, du_i/dx_j in 1/mm, row major (jacobian[3*i+j]); may be nullptr where constant_jacobian() is not.
  virtual void evaluate(int n, const float* x, const float* y, const float* z, float* const u[3], float* const jacobian[9]) const = 0;
  /// For uniform maps, so that builders can be fast; otherwise nullptr. Its rows are at right angles.
  virtual const Mat3* constant_jacobian() const { return nullptr; }
  virtual std::vector<PhaseSingularity> singularities() const { return {}; }
};
using PhaseMapPtr = std::shared_ptr<const PhaseMap>;

/// Where the cells lie.
struct CellPlacement {
  Vec3 origin_Frame = Vec3::Zero();     ///< a corner of a cell, mm (the axis or centre of cylindrical and spherical maps)
  Mat3 rotation = Mat3::Identity();     ///< columns: the cell's (cylinder's, sphere's) axes in the part's frame, orthonormal
};

/// The same cell everywhere.
/// @param cell_edges_mm  edge lengths along the three axes: cell size times the cell's aspect; > 0.
/// @throws Error(kBadInput) unless the edges are positive and the rotation is one.
PhaseMapPtr uniform_phases(const Vec3& cell_edges_mm, const CellPlacement& placement);

/// Cells along radius, circumference and axis of a cylinder; the third column of `rotation` is the axis.
struct CylindricalPhases {
  Vec3 cell_edges_mm = Vec3::Ones();    ///< radial, tangential (at the reference radius), axial
  double reference_radius_mm = 10.0;    ///< a cell face lies at this radius
  std::optional<int> cells_round;       ///< absent: the number that comes nearest to the tangential edge
  CellPlacement placement;
};
/// The axis is singular: cells shrink towards it. @throws Error(kBadInput) for lengths that are not positive, or no cell round.
PhaseMapPtr cylindrical_phases(const CylindricalPhases& request);

/// Cells along radius, meridian angle and polar angle of a sphere; the third column of `rotation` points to one pole.
struct SphericalPhases {
  double radial_edge_mm = 1.0;
  double reference_radius_mm = 10.0;    ///< a cell face lies at this radius
  double tangential_edge_mm = 1.0;      ///< wanted on the equator at the reference radius
  std::optional<int> cells_round;       ///< along the equator; absent: the number that comes nearest. Half of it (rounded up) from pole to pole
  CellPlacement placement;
};
/// Both poles are singular, with index 1 each (their sum is the Euler characteristic of the sphere); so is the centre.
/// @throws Error(kBadInput) for lengths that are not positive, or no cell round.
PhaseMapPtr spherical_phases(const SphericalPhases& request);

}  // namespace spongiosa::lattice
