#pragma once
/// From nodal displacements to the numbers of a CaseResult.

#include "fea/continuum/hex_mesh.h"
#include "fea/continuum/solve.h"

namespace spongiosa::fea {

Mat3 stress_tensor(const Vec6& stress);

/// Smallest value v such that the weights of all values <= v make up at least `fraction` of the total weight.
/// `values` holds (value, weight) and is sorted by the call. 0 when empty.
double weighted_percentile(std::vector<std::pair<double, double>>& values, double fraction);

/// Mean displacement (weighted by face area) and least-squares small rotation of the loaded face.
void face_motion(const HexMesh& mesh, const LoadedFace& face, const std::vector<double>& displacement_mm, CaseResult& result);

/// Stress and strain of every part from result.cell_strain.
std::vector<PartResult> part_results(const VoxelModel& model, const HexMesh& mesh, const std::vector<Vec6>& cell_strain);

}  // namespace spongiosa::fea
