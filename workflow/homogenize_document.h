#pragma once
/// What was computed of a periodic cell, as JSON.

#include "fea/homogenize/homogenize.h"
#include "workflow/homogenize_cell.h"

namespace spongiosa::workflow {

Json matrix_json(const Mat6& m);
Json matrix_json(const Mat3& m);

/// Right-handed frame from directions of its x and z axes; z gives way where they are not at right angles.
/// @throws Error(kUsage) for directions that are zero or parallel.
Mat3 frame_axes(const std::array<Vec3, 2>& x_and_z);
/// Adds tensor, elastic constants, bounds, local stress and yield surface.
/// @throws Error(kComputationFailed) when the result breaks a bound of theory: it is wrong and is not given out.
void describe_stiffness(const fea::HomogenizedCell& cell, const CellRequest& request, Json& document);
/// Adds conductivity of solid and pore space, and permeability.
void describe_transport(const fea::PeriodicCell& cell, double cell_size_mm, Json& document, const Progress& progress);

}  // namespace spongiosa::workflow
