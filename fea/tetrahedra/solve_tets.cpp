#include "fea/tetrahedra/solve_tets.h"

#include "core/error.h"
#include "core/module.h"
#include "fea/dealii/module_interface.h"
#include "fea/material/material.h"

namespace spongiosa::fea {

double tet_memory_bytes(const geometry::TetMesh& mesh) { return 6800.0 * 3.0 * double(mesh.nodes_mm.size()); }

TetSolution solve_tets(const geometry::TetMesh& mesh, double youngs_modulus_mpa, double poisson_ratio, const PrescribedDisplacement& prescribed,
                       const TetOptions& options, const Progress& progress) {
  if (mesh.cells.empty()) fail_input("the mesh of tetrahedra is empty");
  if (!(options.tolerance > 0.0 && options.tolerance < 1.0))
    fail_input("the FE tolerance is {}; expected a number above 0 and below 1, such as 1e-8", options.tolerance);
  const Mat6 stiffness = isotropic_stiffness(youngs_modulus_mpa, poisson_ratio);
  progress.report(0.0, fmt::format("{} unknowns, about {:.1f} GB", 3 * mesh.nodes_mm.size(), 1e-9 * tet_memory_bytes(mesh)));
  TetSolution solution;
  (*module_function<SolveTetsFunction>("fea", "spongiosa_fea_solve_tets"))(mesh, stiffness, prescribed, options, progress, solution);
  return solution;
}

}  // namespace spongiosa::fea
