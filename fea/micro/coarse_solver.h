#pragma once
/// The coarse levels of the multigrid preconditioner: Galerkin operators on composite meshes without matrices, smoothed by Chebyshev
/// iteration, up to two conjugate gradient steps per level (K-cycle), direct solution of the last.

#include "core/progress.h"
#include "fea/micro/coarse_transfer.h"
#include "fea/micro/cube_moments.h"
#include "fea/micro/mesh_share.h"

#include <memory>

namespace spongiosa::fea::micro {

class CompositeOperator;

struct MultigridOptions {
  int fine_degree = 5;         ///< of the Chebyshev smoother on the voxels, before and after the coarse correction
  int degree_step = 0;         ///< more on each coarser level
  double smoothing_range = 12; ///< the smoother acts on eigenvalues from largest / range
  int first_steps = 2;         ///< conjugate gradient steps on the first coarse level per visit; 1: the plain cycle
  int coarse_steps = 2;        ///< the same on all coarser levels, which cost little
  double enough_reduction = 0.25;  ///< a level is left after a step that has reduced its residual so far (Notay and Vassilevski 2008)
  int direct_nodes = 1500;     ///< levels with at most so many nodes are solved directly
  int divided_nodes = 1500;    ///< third and coarser levels with fewer nodes per process are not divided: exchange would take longer than computing
};

/// Recurrence x_(k+1) = x_k + momentum_k (x_k - x_(k-1)) + step_k D^-1 r_k of the Chebyshev iteration of first kind.
struct ChebyshevSteps {
  std::vector<float> momentum, step;
  ChebyshevSteps(double largest, double range, int degree);
};

class CoarseSolver {
 public:
  /// @param fixed  held components of the voxel model, ascending
  /// @param share  of a solid divided over processes, whose own part `model` is; null for one process. The coarse levels are divided
  ///               likewise; the first two are built over a process's surroundings, all others whole by every process. Small ones are
  ///               computed whole by every process too.
  CoarseSolver(const VoxelBlocks& model, double poisson_ratio, const std::vector<std::int64_t>& fixed, const MultigridOptions& options,
               const VoxelShare* share, const Progress& progress);
  ~CoarseSolver();

  /// fine += P A^-1 P' residual, roughly. Node: Float4 for one load case, LaneNode for eight, whose vectors have eight numbers per
  /// unknown. Not to be called from several threads at once.
  template <class Node>
  void correct(const float* residual, float* fine);
  /// Frees the vectors of LaneNode.
  void forget_lanes();
  struct LevelSize {
    std::int64_t elements, nodes, bytes;
    double largest_eigenvalue;
  };
  std::vector<LevelSize> levels() const;
  /// What the vectors of eight load cases take.
  std::int64_t lane_bytes() const;

 private:
  struct Level;
  template <class Node>
  struct Vectors;
  template <class Node>
  std::vector<Vectors<Node>>& vectors();
  template <class Node>
  void solve(std::size_t level, CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x);
  template <class Node>
  void cycle(std::size_t level, const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x);
  template <class Node>
  void solve_directly(const CoarseVectorOf<Node>& b, CoarseVectorOf<Node>& x);
  void add_level(const CoarseMesh& mesh, std::unique_ptr<CompositeOperator> made, std::unique_ptr<MeshShare> share);
  /// The levels that are divided over processes; the last of them is returned as a whole.
  GatheredLevel add_shared_levels(const VoxelShare& share, double poisson_ratio, const std::vector<std::int64_t>& fixed, const Progress& progress);
  /// The level after the last, divided as that is. @param next  with all that touches this process's nodes
  /// @param own  numbers that `next` gives the own nodes of the last level  @param moments  of the elements of `next`
  void add_divided_level(const NextCoarseLevel& next, const std::vector<std::int32_t>& own, const std::vector<CubeMoments>& moments, double poisson_ratio,
                         const VoxelShare& share);
  /// Values of the nodes of other processes.
  template <class Node>
  void update(std::size_t level, CoarseVectorOf<Node>& v);
  /// Adds up what the processes have restricted to a level.
  template <class Node>
  void add_up(std::size_t level, CoarseVectorOf<Node>& v);
  template <class Node>
  LaneSums<Node> product(std::size_t level, const CoarseVectorOf<Node>& a, const CoarseVectorOf<Node>& b);
  void factorise(const CoarseMesh& mesh, const std::vector<CubeMoments>& moments, double poisson_ratio);

  MultigridOptions options_;
  Processes* processes_;  ///< null for one
  std::unique_ptr<FirstTransfer> first_;
  std::vector<std::unique_ptr<Level>> levels_;
  struct Direct;
  std::unique_ptr<Direct> direct_;
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace spongiosa::fea::micro
