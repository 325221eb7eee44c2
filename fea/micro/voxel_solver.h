#pragma once
/// Equilibrium of a voxel solid: conjugate gradients in double precision, preconditioned by multigrid in single precision, for one load
/// case or up to eight at once.

#include "fea/micro/coarse_solver.h"
#include "fea/micro/vector_kernels.h"

#include <span>

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
  /// The same for a solid divided over processes, which all call everything together. Vectors have the share's own unknowns first;
  /// those of other processes are looked after here. @param op  of share.model(), with its own held components
  VoxelSolver(const VoxelOperator& op, const VoxelShare& share, const MultigridOptions& options, const Progress& progress);
  ~VoxelSolver();

  /// Solves K x = b for the components that are not held; those keep the values that x has on entry, the others start from theirs.
  /// @param b          forces (unit modulus and edge); at held components of no meaning. NodalVector<double>() stands for none.
  /// @param reference  norm that the residual is compared with; 0: the norm of the first residual
  /// @throws Error(kComputationFailed) without convergence: x is then of no use.
  SolveReport solve(const NodalVector<double>& b, NodalVector<double>& x, double reference, const SolveOptions& options,
                    const Progress& progress);

  struct LoadCase {
    const NodalVector<double>* b;
    NodalVector<double>* x;
    double reference;
  };
  /// The same for several load cases. From kLeastTogether on they are solved side by side, eight at a time, each with its own conjugate
  /// gradients, while the model is read once for all: seven take about two thirds of the time of one after the other, and bytes_together()
  /// of memory. Where that is more than kBytesTogether, and over several processes, they are solved one after the other.
  std::vector<SolveReport> solve_all(std::span<const LoadCase> cases, const SolveOptions& options, const Progress& progress);
  static constexpr std::int64_t kBytesTogether = 4'000'000'000;
  static constexpr std::size_t kLeastTogether = 5;  ///< eight lanes take 4.6 times as long as one case, filled or not

  std::vector<CoarseSolver::LevelSize> levels() const { return coarse_.levels(); }
  /// What the solver itself holds, with the vectors of one solve, without the model and without b and x.
  std::int64_t bytes() const;
  /// What solve_all() takes besides, while it solves side by side.
  std::int64_t bytes_together() const;

 private:
  template <int Lanes>
  struct Vectors;
  VoxelSolver(const VoxelOperator& op, const VoxelShare* share, const MultigridOptions& options, const Progress& progress);
  /// Values of other processes' unknowns.
  template <class Real>
  void update(Real* vector) {
    if (share_) share_->halo().update(vector);
  }
  /// Over all processes.
  template <std::size_t N>
  std::array<double, N> total(std::array<double, N> sums) const {
    if (share_) share_->processes().sum(sums);
    return sums;
  }
  template <int Lanes>
  void precondition(const ScaledVector<Lanes>& b, Vectors<Lanes>& v);
  void solve_together(std::span<const LoadCase> cases, SolveReport* reports, const SolveOptions& options, const Progress& progress);
  template <int Lanes>
  std::array<SolveReport, std::size_t(Lanes)> run(const std::array<const NodalVector<double>*, std::size_t(Lanes)>& b, NodalVector<double, Lanes>& x,
                                                  std::array<double, std::size_t(Lanes)> reference, const SolveOptions& options,
                                                  const Progress& progress);

  const VoxelOperator& op_;
  const VoxelShare* share_;  ///< null for one process
  CoarseSolver coarse_;
  std::vector<float> inverse_diagonal_;
  ChebyshevSteps steps_;
};

}  // namespace spongiosa::fea::micro
