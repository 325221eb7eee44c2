#pragma once
/// Local thickness by fitting balls (Hildebrand & Rueegsegger, J. Microscopy 185 (1997) 67): at a point of a phase, the diameter
/// of the largest ball that lies in the phase and contains the point.

#include "lattice/measure/medial_balls.h"

namespace spongiosa::lattice {

/// Writes the local thickness, mm, of every sample of the phase in {zone < 0} into `map`; leaves the others as they are.
/// Centres of balls lie in the zone, between the samples; the balls may reach beyond zone and grid, whose borders are no walls.
/// Balls are drawn from the largest to the smallest, each sample once. A sample that no ball reached takes the largest value of
/// its 26 neighbours or that of its own ball.
/// @param map  same grid as the field. @return the balls drawn. Same bytes for any thread count.
std::vector<MedialBall> local_thickness(const geometry::FloatImage& field, const SurfaceDistance& distance, MaterialPhase phase,
                                        const geometry::FloatImage* zone, geometry::FloatImage& map, const Progress& progress);

}  // namespace spongiosa::lattice
