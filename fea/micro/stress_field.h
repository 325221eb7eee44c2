#pragma once
/// Stress of a voxel solution at any place of the solid, and samples of it for percentiles by volume and by surface area.
///
/// The strains in the middles of the voxels (superconvergent points of trilinear cubes) around are fitted and taken to the surface, see stress_patch.h. Where the
/// solid within a voxel ends is taken from solid_cut.h: the function is evaluated in parts of each voxel that are solid, and on the surface. One value per
/// voxel would leave out the outer half voxel, where bent struts are stressed most.

#include "fea/micro/stress_patch.h"
#include "fea/micro/voxel_operator.h"

namespace spongiosa::fea::micro {

struct StressSample {
  Vec3 place = Vec3::Zero();  ///< from the middle of the voxel, voxel edges
  double weight = 0.0;        ///< voxels of solid, or voxel faces of surface
  Vec6 stress = Vec6::Zero(); ///< for unit modulus and displacements in voxel edges
};

class StressField {
 public:
  /// @param model  must outlive the field.  Memory: 40 bytes per voxel.
  StressField(const VoxelBlocks& model, double poisson_ratio, const NodalVector<double>& displacement);

  const VoxelBlocks& model() const { return cuts_.model(); }

  /// Stress of one voxel: the fit is made once for all that is asked of it.
  class Voxel {
   public:
    /// @param field  must outlive this
    Voxel(const StressField& field, const Index3& voxel);
    /// 27 parts of the voxel, those that are solid. @param samples  is replaced
    void volume_samples(std::vector<StressSample>& samples) const;
    /// On the plane that cuts the voxel, and on its faces that void or the end of the grid lies beyond.
    void surface_samples(std::vector<StressSample>& samples) const;
    /// In the middle of the voxel's solid; its weight is the voxel's share.
    StressSample middle() const;

   private:
    StressSample at(const Vec3& place, double weight) const { return {place, weight, patch_.stress(place)}; }

    const VoxelBlocks& model_;
    Index3 voxel_;
    SolidCut cut_;
    double share_;
    StressPatch patch_;
  };
  /// @param voxel  of the solid
  Voxel voxel(const Index3& voxel) const { return Voxel(*this, voxel); }

 private:
  Mat6 stiffness_;
  SolidCuts cuts_;
  std::vector<Eigen::Matrix<float, 6, 1>> strains_;
};

}  // namespace spongiosa::fea::micro
