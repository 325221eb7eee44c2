#pragma once
/// What the stress check reads off a solved construct: stress in the struts, bone beyond yield, images for the pictures.

#include "fea/continuum/solve.h"
#include "geometry/image/image.h"
#include "workflow/porous_zones.h"

#include <string>
#include <vector>

namespace spongiosa::workflow {

/// Largest strut stress in the porous zones: the worst continuum cells' strain, localised into the unit cell.
struct StrutStress {
  double p99_mpa = 0.0;  ///< 99th volume percentile of von Mises stress in the solid of the unit cell
  Vec3 position_mm = Vec3::Zero();  ///< centre of the continuum cell, construct frame
  std::string part;
};
StrutStress worst_strut_stress(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                               const std::vector<PorousZone>& zones);

/// Share of the volume of bone `part` beyond the yield strain (positive magnitudes); the layers next to the loaded and fixed planes
/// carry boundary artefacts and are left out.
double yielded_bone_share(const fea::VoxelModel& model, const fea::ContinuumResult& result, const fea::CaseResult& load_case,
                          std::size_t part, double compression_strain, double tension_strain);

/// Cell-centred images: which part dominates a cell (1 + index, 0: void), and its von Mises stress.
struct CellImages {
  geometry::LabelImage part;
  std::vector<geometry::FloatImage> von_mises_mpa;  ///< per load case
};
CellImages cell_images(const fea::VoxelModel& model, const fea::ContinuumResult& result);

}  // namespace spongiosa::workflow
