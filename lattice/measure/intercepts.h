#pragma once
/// Line probes: mean intercept lengths of void and solid, and how they depend on direction.

#include "core/progress.h"
#include "lattice/measure/depth_bins.h"

#include <array>
#include <optional>
#include <vector>

namespace spongiosa::lattice {

/// What lines met. The mean intercept (chord) of a phase is 2 * its length / crossings: each chord has two ends, and chords cut
/// off by the zone's surface count with the part inside, which keeps the ratio free of edge effects.
struct Intercepts {
  double length_mm = 0.0;        ///< of lines inside the zone
  double solid_length_mm = 0.0;  ///< of it in the solid
  double crossings = 0.0;        ///< of the surface between solid and void, within the zone

  /// 0 when there was no crossing.
  double mean_void_mm() const { return crossings > 0.0 ? 2.0 * (length_mm - solid_length_mm) / crossings : 0.0; }
  double mean_solid_mm() const { return crossings > 0.0 ? 2.0 * solid_length_mm / crossings : 0.0; }
};

/// Ellipsoid of the mean intercept length L / crossings over directions w: 1 / M(w)^2 = w^T H w, H by least squares over all
/// directions (Harrigan & Mann, J. Mater. Sci. 19 (1984) 761). For lattices, whose M(w) is no ellipsoid, it is the nearest one.
struct Fabric {
  Vec3 axis_lengths_mm;   ///< semi-axes of the ellipsoid, largest first
  Mat3 axes_Patient;      ///< their directions as columns
  double anisotropy = 1.0;  ///< largest by smallest axis, >= 1
};

struct LineProbes {
  Intercepts all;                     ///< over all directions
  std::vector<Vec3> directions_Patient;
  std::vector<Intercepts> by_direction;
  std::array<Intercepts, 3> along_axis;  ///< lines along the grid's axes
  std::vector<Intercepts> by_depth;      ///< one per bin, over all directions
  std::optional<Fabric> fabric;          ///< absent when some direction met fewer than 30 crossings
};

/// Parallel lines in `direction_count` directions spread evenly over the half sphere (Fibonacci lattice) and along the three
/// axes of the grid, one per cell of a square raster across them, placed in the cell by a fixed rule that looks random, so that
/// lines do not fall in step with a lattice. The raster is as dense as 40 million steps of half a voxel allow, one voxel at
/// least. Crossings by linear interpolation. Same result for any thread count.
/// @param zone  same grid; null: everywhere.  @throws Error(kBadInput) for fewer than 9 directions or unequal voxels.
LineProbes probe_lines(const geometry::FloatImage& field, const geometry::FloatImage* zone, const DepthBins& bins, int direction_count,
                       const Progress& progress);

/// Fit over at least 6 directions; absent where it is no ellipsoid.
std::optional<Fabric> fit_fabric(const std::vector<Vec3>& directions_Patient, const std::vector<Intercepts>& intercepts);

}  // namespace spongiosa::lattice
