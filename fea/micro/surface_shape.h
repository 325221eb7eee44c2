#pragma once
/// Place, direction and curvatures of the surface next to a voxel, from the planes that cut the voxels around.

#include "fea/micro/solid_cut.h"

#include <optional>

namespace spongiosa::fea::micro {

/// Planes of all voxels of a model. Memory: 16 bytes per voxel.
class SolidCuts {
 public:
  /// @param model  must outlive the cuts
  explicit SolidCuts(const VoxelBlocks& model);
  const VoxelBlocks& model() const { return model_; }
  SolidCut operator[](std::int64_t voxel) const;
  /// Whether a surface inside the grid runs through the voxel or along one of its faces.
  bool at_surface(const Index3& voxel, std::int64_t index) const;

 private:
  const VoxelBlocks& model_;
  std::vector<Eigen::Vector4f> planes_;  ///< normal into the solid, offset along it
};

/// Places are seen from the middle of a voxel, in voxel edges.
struct SurfaceShape {
  Vec3 foot = Vec3::Zero();        ///< on the surface
  Vec3 inwards = Vec3::Zero();     ///< unit normal there, into the solid
  Vec3 along[2];                   ///< unit directions of the principal curvatures
  double curvature[2] = {0.0, 0.0};  ///< 1 / radius, above zero where the solid lies outside of the arc (a notch, a cavity); the larger one first

  /// Distance into the solid. Exact for planes, cylinders and spheres.
  double depth(const Vec3& place) const;
};

/// The surface nearest to a voxel's middle, nothing when none runs through the 124 voxels around. Curvatures come from a least-squares fit of arcs through the
/// planes' middles in 5^3 voxels: at a sphere of three voxels' radius they are 1 % off, at a cylinder of three 10 %; radii below 1.4 voxels are taken as 1.4.
std::optional<SurfaceShape> nearest_surface(const SolidCuts& cuts, const Index3& voxel);

}  // namespace spongiosa::fea::micro
