#pragma once
/// Linear elasticity of a body-fitted mesh of quadratic tetrahedra: the second opinion on stresses of voxel models.
///
/// Isoparametric ten-node elements with deal.II's simplex element and quadrature (six points), assembled, solved by
/// conjugate gradients with smoothed-aggregation multigrid (fea/dealii/linear_system.h). Strains are linear in an element, so that stress
/// converges with the square of the edge; on the surface, one-sided, its error is several times that of the volume.

#include "fea/continuum/solve.h"
#include "geometry/tetrahedra/tet_mesh.h"

namespace spongiosa::fea {

struct TetOptions {
  double tolerance = 1e-8;   ///< of the residual, relative to the forces that the prescribed displacements alone cause
  int max_iterations = 1000;
};

/// Stress at a point, and the piece of the body it stands for.
struct TetStress {
  Vec3 place_mm;
  double weight = 0.0;  ///< mm3 in the volume, mm2 on the surface
  Vec6 stress_mpa;
};

struct TetSolution {
  std::int64_t unknowns = 0;
  int iterations = 0;
  double relative_residual = 0.0;
  double strain_energy_nmm = 0.0;
  std::vector<Vec3> displacement_mm;  ///< of every node
  std::vector<Vec3> reaction_n;       ///< of every node; zero where nothing is prescribed
  std::vector<TetStress> volume;      ///< at the six points of every cell's quadrature
  std::vector<TetStress> surface;     ///< at three points of every boundary face that is not prescribed as a whole
};

/// Peak memory of the solve, bytes: 6.8 kB per unknown (assembled matrix and multigrid of quadratic elements).
double tet_memory_bytes(const geometry::TetMesh& mesh);

/// @param prescribed  asked for the nodes of the boundary: a displacement in mm, or nothing where the node is free
/// @throws Error(kBadInput) for fewer than three prescribed nodes, options or a material that make no sense; Error(kComputationFailed) when the solve
/// does not converge or does not fit into memory.
TetSolution solve_tets(const geometry::TetMesh& mesh, double youngs_modulus_mpa, double poisson_ratio, const PrescribedDisplacement& prescribed,
                       const TetOptions& options, const Progress& progress);

}  // namespace spongiosa::fea
