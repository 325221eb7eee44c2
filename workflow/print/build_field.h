#pragma once
/// A part as samples along the axes of the build: the third axis points away from the plate.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "geometry/levelset/level_set.h"
#include "geometry/surface/mesh.h"
#include "lattice/measure/surface_distance.h"

namespace spongiosa::workflow {

/// Coordinates of the build are those of the part's file, turned; lengths in mm.
struct BuildField {
  Mat3 axes = Mat3::Identity();          ///< columns: the build's axes in the coordinates of the part's file
  geometry::FloatImage field;            ///< signed distance, negative inside, in build coordinates (direction is the identity)
  lattice::SurfaceDistance distance;     ///< of it, voxels; not cut off at a band
  geometry::Box solid;                   ///< box of the solid samples, build coordinates
  double voxel_mm = 0.0;

  Vec3 to_file(const Vec3& p_Build) const { return axes * p_Build; }
  /// Distance to the surface, mm, negative inside.
  double distance_mm(std::size_t offset) const { return voxel_mm * double(distance.signed_voxels[offset]); }
};

/// Right-handed axes with the given third one; along `frame`'s own axes when the direction is one of them.
/// @throws Error(kBadInput) for a direction without a length
Mat3 build_axes(const Vec3& direction, const Mat3& frame);

/// Samples a level set; where the build's axes are the grid's own, on its own points.
/// @param margin_mm  void around the solid on every side
/// @throws Error(kBadInput) without a solid, Error(kComputationFailed) when the samples do not fit into memory. Same bytes for any thread count.
BuildField sample_for_build(const geometry::LevelSet& part, const Mat3& axes, double margin_mm, const Progress& progress);
/// The same of a closed mesh, from exact distances to its triangles.
BuildField sample_for_build(const geometry::TriangleMesh& part, double voxel_mm, const Mat3& axes, double margin_mm, const Progress& progress);

/// Memory of print checks, bytes per sample.
constexpr double kBuildFieldBytes = 44.0;

}  // namespace spongiosa::workflow
