#pragma once
/// Conjugate gradients for elastic systems, several loads at once, preconditioned by smoothed aggregation with the six rigid motions.
///
/// The matrix is assembled once in blocks of three (double precision for the conjugate gradients, single for the multigrid cycle); up to four loads
/// share every pass over it. Sums are taken in fixed pieces: results do not depend on the number of threads.

#include "core/progress.h"
#include "fea/dealii/elastic_system.h"

#include <memory>
#include <string>

namespace spongiosa::fea::linear {

/// One of several loads.
struct ElasticSolve {
  std::string name;
  const std::vector<double>* load = nullptr;  ///< N, three per node
};
struct ElasticSolution {
  std::vector<double> displacement_mm;
  int iterations = 0;
  double relative_residual = 0.0;
};

class ElasticSolver {
 public:
  /// @param positions_mm  of the system's nodes
  ElasticSolver(const ElasticSystem& system, const std::vector<Vec3>& positions_mm, const Progress& progress);
  ~ElasticSolver();

  /// @param tolerance  residual over the load, both as Euclidean norms; that of the result is computed anew.
  /// @throws Error(kComputationFailed) naming the load when it is not reached.
  std::vector<ElasticSolution> solve(const std::vector<ElasticSolve>& loads, double tolerance, int max_iterations, const Progress& progress) const;

  /// Of matrices and multigrid.
  std::size_t memory_bytes() const;
  int levels() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spongiosa::fea::linear
