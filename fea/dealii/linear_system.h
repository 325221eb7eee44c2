#pragma once
/// Assembled stiffness, smoothed-aggregation multigrid (Trilinos ML) and conjugate gradients, by deal.II.

#include "core/progress.h"
#include "fea/dealii/elastic_system.h"

#include <memory>
#include <string>
#include <vector>

namespace spongiosa::fea {

struct SolveReport {
  int iterations = 0;
  double relative_residual = 0.0;  ///< |f - K x| over |f| on the free unknowns, from ElasticSystem::apply
};

class LinearSystem {
 public:
  /// @param held_nodes    per node: its displacement is given, not solved for; such nodes are left out of the matrix, because the
  ///                      multigrid cannot aggregate rows without coupling
  /// @param positions     of the nodes: rigid rotations join the translations as near null space; empty: translations only
  LinearSystem(const ElasticSystem& system, const std::vector<char>& held_nodes, const std::vector<Vec3>& positions);
  ~LinearSystem();

  /// Solves K x = f on the free nodes; x holds the given values of the held ones and a starting guess of the others.
  /// `relative_to` is the norm that the tolerance refers to (the norm of the loads).
  /// @throws Error(kComputationFailed) naming `what` when the true residual stays above the tolerance.
  SolveReport solve(const std::vector<double>& load, std::vector<double>& x, double tolerance, double relative_to,
                    int max_iterations, const std::string& what, const Progress& progress) const;

  /// Euclidean norm of nodal forces on the free nodes.
  double free_norm(const std::vector<double>& forces) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spongiosa::fea
