#pragma once
/// The bone surface of one vertebra of the phantom as a triangle mesh.

#include "geometry/phantom/spine_phantom.h"
#include "geometry/surface/mesh.h"

namespace spongiosa::geometry {

inline constexpr double kTruthSurfaceStep_mm = 0.45;  ///< about 3 MB of STL per vertebra

/// The implicit function sampled on a grid of `step_mm` in the vertebra's own axes, negative inside. Away from the surface only
/// the sign counts (a coarse value stands in). Patient frame.
FloatImage phantom_field(const SpinePhantom& phantom, const std::string& level, double step_mm, const Progress& progress);

/// Marching cubes of phantom_field, patient frame. With radii of at least 1 mm the chord error is about step^2 / 8 mm.
TriangleMesh phantom_surface(const SpinePhantom& phantom, const std::string& level, double step_mm, const Progress& progress);

}  // namespace spongiosa::geometry
