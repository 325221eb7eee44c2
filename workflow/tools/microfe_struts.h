#pragma once
/// Stress, yield and fatigue of a part strut by strut.

#include "fea/micro/stress_field.h"
#include "lattice/measure/strut_regions.h"

namespace spongiosa::workflow {

struct StrutStress {
  double volume_mm3 = 0.0;           ///< solid, without the zones next to the platens
  double mean_mpa = 0.0, p99_mpa = 0.0, peak_mpa = 0.0;  ///< von Mises by volume
  Vec3 centre_index = Vec3::Zero();  ///< of that volume
};
/// Of every strut, then of every node; all zero where a region lies in the platens' zones.
struct StrutStresses {
  std::vector<StrutStress> struts, nodes;
};

/// The region of every voxel of the model, in its order, as in StrutRegions::label. Voxels of less than one half, which the regions leave out, go with most of
/// the 26 around (of equally many the smallest label); 0: none of them has a region.
std::vector<std::int32_t> voxel_regions(const lattice::StrutRegions& regions, const fea::micro::VoxelBlocks& model);

/// @param voxel_region  of voxel_regions()
/// @param to_mpa        from stress for unit modulus and displacements in voxel edges
/// @param zone          layers of voxels at both ends of the third axis that do not count
StrutStresses strut_stresses(const lattice::StrutRegions& regions, const std::vector<std::int32_t>& voxel_region, const fea::micro::StressField& field,
                             double voxel_mm, double to_mpa, std::int64_t zone);

}  // namespace spongiosa::workflow
