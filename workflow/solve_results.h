#pragma once
/// The stress check's results as they stand in the manifest and the reports.

#include "core/json.h"
#include "fea/continuum/solve.h"
#include "fea/material/material.h"
#include "workflow/construct_model.h"
#include "workflow/porous_zones.h"
#include "workflow/spine_load.h"

#include <vector>

namespace spongiosa::workflow {

/// Everything the stress check computed; the references must outlive it.
struct SolvedConstruct {
  const fea::IsotropicMaterial& metal;
  const fea::BoneLaw& bone_law;
  const fea::HuCalibration& calibration;
  const SpineLoad& load;
  const std::vector<PorousZone>& porous;
  const Construct& construct;
  const fea::ContinuumResult& result;
  double tolerance = 0.0;
  double bone_yield_compression = 0.0, bone_yield_tension = 0.0;  ///< strains, positive magnitudes
};

/// Keys: materials, homogenized_cell (the core at its reference density), porous_zones, model, loads, definitions, cases.
void write_solve_results(const SolvedConstruct& solved, Json& results);

}  // namespace spongiosa::workflow
