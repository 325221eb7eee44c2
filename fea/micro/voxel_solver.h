#pragma once
/// Equilibrium of a voxel solid: conjugate gradients in double precision, preconditioned by multigrid in single precision.

#include "fea/micro/coarse_solver.h"
#include "fea/micro/vector_kernels.h"

namespace spongiosa::fea::micro {

struct SolveOptions {
  double tolerance = 1e-6;   ///< of the residual norm, relative to `reference` of solve()
  int max_iterations = 200;
};

struct SolveReport {
  int iterations = 0;
  double relative_residual = 0.0;  ///< of b - K x computed afresh, not the recurrence's
};

class VoxelSolver {
 public:
  /// Sets up the coarse levels. @param op  must outlive the solver
  VoxelSolver(const VoxelOperator& op, const MultigridOptions& options, const Progress& progress);
  ~VoxelSolver();

  /// Solves K x = b for the components that are not held; those keep the values that x has on entry, the others start from theirs.
  /// @param b          forces (unit modulus and edge); at held components of no meaning
  /// @param reference  norm that the residual is compared with; 0: the norm of the first residual
  /// @throws Error(kComputationFailed) without convergence: x is then of no use.
  SolveReport solve(const NodalVector<double>& b, NodalVector<double>& x, double reference, const SolveOptions& options,
                    const Progress& progress);

  std::vector<CoarseSolver::LevelSize> levels() const { return coarse_.levels(); }
  /// What the solver itself holds, with the vectors of one solve, without the model.
  std::int64_t bytes() const;

 private:
  void precondition(const ScaledVector& b);

  const VoxelOperator& op_;
  MultigridOptions options_;
  CoarseSolver coarse_;
  std::vector<float> inverse_diagonal_;
  ChebyshevSteps steps_;
  NodalVector<float> x_, y_;
};

}  // namespace spongiosa::fea::micro
