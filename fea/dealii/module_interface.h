#pragma once
/// The functions of the module spongiosa-fea, as found by core/module.h. Results are passed by reference: "C" names cannot
/// return C++ objects. Errors cross as spongiosa::Error.

#include "fea/continuum/solve.h"
#include "fea/tetrahedra/solve_tets.h"

namespace spongiosa::fea {

using SolveContinuumFunction = void(const VoxelModel&, const std::vector<LoadCase>&, const ContinuumOptions&,
                                    const std::filesystem::path&, const Progress&, ContinuumResult&);
using SolvePrescribedFunction = void(const VoxelModel&, const PrescribedDisplacement&, const ContinuumOptions&, const Progress&,
                                     ContinuumResult&);
using SolveTetsFunction = void(const geometry::TetMesh&, const Mat6&, const PrescribedDisplacement&, const TetOptions&, const Progress&, TetSolution&);

}  // namespace spongiosa::fea
