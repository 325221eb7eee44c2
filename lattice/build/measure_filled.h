#pragma once
/// The full list of measures on a filled part: the porous zone, each zone of lattice in it, and layers below the faces that meet
/// bone.

#include "lattice/build/fill.h"
#include "lattice/measure/metrology.h"

namespace spongiosa::lattice {

struct MeasureFilledOptions {
  /// Surfaces that depth is counted from, negative on the part's side; empty: the surface of the body.
  std::vector<geometry::LevelSet> bone_faces = {};
  double depth_bin_mm = 0.5;  ///< at least one voxel of the part is taken; 0: no layers
};

/// Zones of the result: "porous" (body and porous; open where its faces are the body's) first, then, where the request has zones,
/// every zone of lattice under its name, the core as "core", without the ones that hold no sample. Largest balls are left out:
/// FilledPart has them. The map of local thickness is kept.
/// @param part  of fill_part with the same arguments.
Metrology measure_filled(const FilledPart& part, const geometry::LevelSet& body, const geometry::LevelSet& porous, const FillRequest& request,
                         const FieldSources& sources, const MeasureFilledOptions& options, const Progress& progress);

}  // namespace spongiosa::lattice
