#pragma once
/// Pieces of solid and of void, and the Euler number of the solid.

#include "core/progress.h"
#include "geometry/image/image.h"
#include "lattice/measure/medial_balls.h"

#include <vector>

namespace spongiosa::lattice {

/// Solid samples are neighbours across faces (6), void samples across faces, edges and corners (26): with this pair a solid
/// that touches itself only along an edge is apart there, as the printed mesh shows it, and a void is not cut by such a touch.
struct PhaseComponent {
  std::int64_t samples = 0;
  double volume_mm3 = 0.0;               ///< samples times voxel volume
  Vec3 centroid_Patient = Vec3::Zero();  ///< mm
  Vec3 sample_Patient = Vec3::Zero();    ///< a sample of it, mm: where to look for it
  bool at_border = false;                ///< reaches the border of the grid
};

/// Samples [begin, end) of one row, by offset, and the component they belong to.
struct ComponentRun {
  std::int64_t begin, end;
  std::uint32_t component;
};

struct PhaseComponents {
  std::vector<PhaseComponent> components;  ///< largest first; of equal size the one met first
  std::vector<ComponentRun> runs;          ///< in the order of the samples
};

/// @param zone  same grid; null: everywhere. Otherwise only the samples in {zone < 0} count.
/// @throws Error(kComputationFailed) for more than 2^32 - 1 runs. Memory: about 24 bytes per run.
PhaseComponents find_components(const geometry::FloatImage& field, MaterialPhase phase, const geometry::FloatImage* zone,
                                const Progress& progress);

/// Euler number of the solid samples (in the zone, when given) joined across faces: samples - edges + squares - cubes whose
/// corners all are solid. Equals pieces - handles + cavities (void counted with 26 neighbours).
std::int64_t euler_number(const geometry::FloatImage& field, const geometry::FloatImage* zone);

}  // namespace spongiosa::lattice
