#pragma once
/// The finite element model of the construct: neighbour vertebra, implant, neighbour vertebra, on one hexahedral grid.

#include "fea/continuum/voxel_model.h"
#include "fea/material/material.h"
#include "geometry/bone/corpectomy.h"
#include "geometry/bone/segment.h"
#include "geometry/levelset/level_set.h"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace spongiosa::workflow {

struct ConstructOptions {
  double cell_mm = 0.8;
  double load_depth_mm = 8.0;      ///< the loaded cut plane lies this far above the cranial endplate's centre
  double support_depth_mm = 8.0;   ///< the fixed cut plane lies this far below the caudal endplate's centre
  double bone_margin_mm = 5.0;     ///< bone is kept within the endplates' bounding rectangle grown by this
  double section_margin_mm = 2.0;  ///< load and support act within the endplate's outline grown by this: on the vertebral body alone
  double tie_gap_mm = 1.0;         ///< gaps up to this between implant face and endplate are bridged (tied interface)
  double bone_modulus_min_mpa = 1.0, bone_modulus_max_mpa = 20000.0;
  int samples = 4;                 ///< per cell and axis, for volume shares and bone stiffness
};

/// What went into the model, for manifest and report.
struct ConstructSummary {
  std::int64_t cells_removed = 0;          ///< not joined to both loaded and fixed face
  double tied_gap_volume_mm3 = 0.0;        ///< gap filled by the tie
  double modulus_at_min_share = 0.0, modulus_at_max_share = 0.0;  ///< of the bone samples, clamped at the limits
  double bone_modulus_mean_cranial_mpa = 0.0, bone_modulus_mean_caudal_mpa = 0.0;
  double bone_density_mean_cranial_g_cm3 = 0.0, bone_density_mean_caudal_g_cm3 = 0.0;
  double load_plane_z_mm = 0.0, support_plane_z_mm = 0.0;         ///< in the corpectomy frame
  /// Extent in y of the loaded and of the fixed faces, in the corpectomy frame.
  std::array<double, 2> loaded_y_mm{0.0, 0.0}, fixed_y_mm{0.0, 0.0};
};

/// What the implant is made of.
struct ImplantContent {
  Mat6 solid_stiffness_mpa = Mat6::Zero();
  /// A zone of lattice: its stiffness is the sum of tensors, each times a coefficient that depends on density and place.
  struct Zone {
    std::string part;
    int label = 0;                                ///< in `zones`
    std::vector<Mat6> stiffness_mpa;              ///< in the implant's frame, one or more
    std::size_t reference = 0;                    ///< the tensor that fills bridged gaps
    std::function<std::vector<float>(double density, const Vec3& p_Implant)> coefficients;  ///< one per tensor; not negative, sum 1
  };
  std::vector<Zone> lattices;                     ///< the core first: it also bridges the tied gaps
  geometry::LabelImage zones;                     ///< of the porous zone; labels of no lattice are solid or void, by the density
  geometry::FloatImage density;                   ///< same grid
};

struct Construct {
  /// Parts in this order: bone-cranial, implant-solid, the core's, bone-caudal, then those of the other zones of lattice.
  fea::VoxelModel model;
  ConstructSummary summary;
};

/// Bone stiffness is integrated over each cell: the mean of E(density(HU)) over its bone samples, as Bonemat V3 does
/// (clinical-regulatory reference 4.4); that of a graded lattice is the mean over its samples in the cell.
Construct build_construct(const geometry::Segmentation& segmentation, int cranial_label, int caudal_label,
                          const geometry::CorpectomyAnatomy& anatomy, const geometry::LevelSet& body,
                          const geometry::LevelSet& porous, const ImplantContent& implant, const fea::BoneLaw& law, const fea::HuCalibration& calibration, const ConstructOptions& options);

}  // namespace spongiosa::workflow
