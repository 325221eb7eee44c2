#pragma once
/// A voxel solid between two rigid platens, as test machines load it: compression, shear, torsion, bending. The platens lie on the lowest and the
/// highest layer of nodes along z of the voxel grid, or hold the part in a matched seat some layers deep.
///
/// Under mpirun the processes solve together: each has the whole model and gets the whole solution, and all call everything in the same order.

#include "fea/micro/voxel_solver.h"

#include <string>

namespace spongiosa::fea::micro {

enum class PlatenMotion {
  kCompression,  ///< the upper platen moves down by one voxel edge
  kShearX,       ///< it moves along x, without tilting
  kShearY,
  kTorsion,      ///< it turns about z by one radian (linear), about the middle of the face that it touches
  kBendingX,     ///< about x
  kBendingY,
};
inline constexpr std::array kPlatenMotions{PlatenMotion::kCompression, PlatenMotion::kShearX,   PlatenMotion::kShearY,
                                           PlatenMotion::kTorsion,     PlatenMotion::kBendingX, PlatenMotion::kBendingY};
const char* to_string(PlatenMotion motion);
/// A motion in radian under a moment, else one in mm under a force.
constexpr bool is_rotation(PlatenMotion motion) { return motion >= PlatenMotion::kTorsion; }

enum class PlatenContact {
  kBonded,        ///< the nodes that touch move with the platen in all directions
  kFrictionless,  ///< only along z (compression alone)
};

struct PlatenOptions {
  PlatenContact contact = PlatenContact::kBonded;
  std::int64_t seat_layers = 0;  ///< layers of voxels at each end that move with the platen as a whole
};

/// What a platen touches.
struct PlatenFace {
  std::int64_t nodes = 0;       ///< that move with it
  double area = 0.0;            ///< of the solid voxels within the seat (one layer at least), seen along z, each with its largest scale; voxel faces
  Vec3 centre = Vec3::Zero();   ///< of that area on the plane of the platen, in voxel edges
};

struct PlatenResult {
  PlatenMotion motion;
  /// On the upper platen, per unit modulus and voxel edge: times E * h for N per mm of motion (forces), E * h^3 for N mm per radian
  /// (moments, about the upper face's centre).
  Vec3 force = Vec3::Zero(), moment = Vec3::Zero();
  /// x' K x of this motion: the force (moment) along it per unit motion. Its error is of second order in that of the solution, the sum of
  /// nodal forces is of first.
  double stiffness = 0.0;
  double balance_error = 0.0;   ///< |sum of both platens' forces| over the sum of |nodal force| at the upper one
  SolveReport solve;
};

class PlatenTest {
 public:
  /// @param model  must outlive the test; one connected piece (see voxel_islands.h)
  /// @throws Error(kBadInput) when a platen touches fewer than three nodes that are not in line, or the seats meet.
  PlatenTest(const VoxelBlocks& model, double poisson_ratio, const PlatenOptions& options, const MultigridOptions& multigrid,
             const Progress& progress);

  const PlatenFace& lower() const { return lower_; }
  const PlatenFace& upper() const { return upper_; }
  std::int64_t bytes() const { return solver_->bytes(); }

  /// @param displacement  gets the displacements, in voxel edges
  /// @throws Error(kBadInput) for anything but compression without friction, Error(kComputationFailed) without convergence.
  PlatenResult run(PlatenMotion motion, NodalVector<double>& displacement, const SolveOptions& options, const Progress& progress);
  /// Several motions, solved side by side where that pays (VoxelSolver::solve_all).
  std::vector<PlatenResult> run(std::span<const PlatenMotion> motions, std::span<NodalVector<double>> displacements,
                                const SolveOptions& options, const Progress& progress);

 private:
  /// Displacements of the platens' nodes, the others zero.
  NodalVector<double> prescribed(PlatenMotion motion) const;
  PlatenResult reactions(PlatenMotion motion, const NodalVector<double>& displacement, const SolveReport& report) const;

  std::vector<SolveReport> solve(std::span<NodalVector<double>> displacements, const SolveOptions& options, const Progress& progress);

  const VoxelBlocks& model_;
  PlatenOptions options_;
  PlatenFace lower_, upper_;
  std::unique_ptr<VoxelOperator> operator_;
  std::unique_ptr<VoxelShare> share_;             ///< of this process; null for one
  std::unique_ptr<VoxelOperator> share_operator_;
  std::unique_ptr<VoxelSolver> solver_;
};

}  // namespace spongiosa::fea::micro
