#include "fea/micro/platen_test.h"

#include "core/error.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

namespace spongiosa::fea::micro {

namespace {

Vec3 position(const Index3& node) { return {double(node[0]), double(node[1]), double(node[2])}; }

/// Nodes of the layers first..last.
template <class Visit>
void visit_layers(const VoxelBlocks& model, std::int64_t first, std::int64_t last, const Visit& visit) {
  for (const VoxelBlock& block : model.blocks())
    if (8L * block.z <= last && first < 8L * block.z + 8)
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        if (first <= node[2] && node[2] <= last) visit(node, at);
      });
}

/// @param upper  the platen at the top of the grid, else the one at its bottom
PlatenFace find_face(const VoxelBlocks& model, bool upper, std::int64_t seat_layers) {
  const Index3& size = model.grid().size;
  PlatenFace face;
  Vec3 first = Vec3::Zero(), second = Vec3::Zero();
  int spread = 0;  // independent directions between the nodes found
  visit_layers(model, upper ? size[2] - seat_layers : 0, upper ? size[2] : seat_layers, [&](const Index3& node, VoxelBlocks::NodeIndex) {
    const Vec3 p = position(node);
    if (face.nodes++ == 0) first = p;
    else if (spread == 0) second = p, spread = 1;
    else if (spread == 1 && (second - first).cross(p - first).norm() > 1e-9) spread = 2;
  });
  if (spread < 2)
    fail_input("the {} platen touches {} nodes of the part, too few to hold it: move the platen, give it a seat, or turn the part so that a face "
               "lies against it",
               upper ? "upper" : "lower", face.nodes);
  const std::int64_t layers = std::max<std::int64_t>(1, seat_layers);
  std::vector<float> column(std::size_t(size[0] * size[1]), 0.0f);
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      if (upper ? voxel[2] < size[2] - layers : voxel[2] >= layers) return;
      float& share = column[std::size_t(voxel[0] + size[0] * voxel[1])];
      share = std::max(share, model.scale()[std::size_t(index)]);
    });
  for (std::int64_t j = 0; j < size[1]; ++j)
    for (std::int64_t i = 0; i < size[0]; ++i) {
      const double share = double(column[std::size_t(i + size[0] * j)]);
      face.area += share;
      face.centre += share * Vec3(double(i) + 0.5, double(j) + 0.5, 0.0);
    }
  face.centre /= face.area;
  face.centre[2] = upper ? double(size[2]) : 0.0;
  return face;
}

/// Rigid motions in the plane that frictionless platens leave free: held at the node nearest the middle, and against turning at the
/// node farthest from it.
void hold_in_plane(const VoxelBlocks& model, const Vec3& centre, std::vector<std::int64_t>& fixed) {
  double nearest = 1e300, farthest = -1.0;
  Index3 middle{}, rim{};
  VoxelBlocks::NodeIndex middle_at, rim_at;
  visit_layers(model, 0, 0, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    const double distance = (position(node) - centre).squaredNorm();
    if (distance < nearest) nearest = distance, middle = node, middle_at = at;
  });
  visit_layers(model, 0, 0, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    const double distance = (position(node) - position(middle)).squaredNorm();
    if (distance > farthest) farthest = distance, rim = node, rim_at = at;
  });
  fixed.push_back(middle_at.x);
  fixed.push_back(middle_at.x + middle_at.stride);
  const Vec3 arm = position(rim) - position(middle);
  fixed.push_back(rim_at.x + (std::abs(arm.x()) > std::abs(arm.y()) ? rim_at.stride : 0));
}

/// Where the own unknowns of a share lie among those of the whole model: the blocks of all shares, one after the other, are those of the whole.
std::int64_t first_unknown(const VoxelBlocks& whole, const VoxelShare& share) {
  const VoxelBlock& block = share.model().own_blocks().front();
  return 3 * whole.blocks()[std::size_t(whole.block_of({8L * block.x, 8L * block.y, 8L * block.z}))].first_node;
}

}  // namespace

const char* to_string(PlatenMotion motion) {
  switch (motion) {
    case PlatenMotion::kCompression: return "compression";
    case PlatenMotion::kShearX: return "shear-x";
    case PlatenMotion::kShearY: return "shear-y";
    case PlatenMotion::kTorsion: return "torsion";
    case PlatenMotion::kBendingX: return "bending-x";
    case PlatenMotion::kBendingY: return "bending-y";
  }
  SPONGIOSA_ASSERT(false);
}

PlatenTest::PlatenTest(const VoxelBlocks& model, double poisson_ratio, const PlatenOptions& options, const MultigridOptions& multigrid,
                       const Progress& progress)
    : model_(model), options_(options) {
  const std::int64_t top = model.grid().size[2], seat = options.seat_layers;
  if (seat < 0 || 2 * seat >= top)
    fail_input("the platens' seats are {} layers of voxels deep each, of a part of {} layers: nothing is left between them", seat, top);
  lower_ = find_face(model, false, seat);
  upper_ = find_face(model, true, seat);
  std::vector<std::int64_t> fixed;
  const auto hold = [&](const Index3&, VoxelBlocks::NodeIndex at) {
    if (options.contact == PlatenContact::kBonded)
      for (int c = 0; c < 2; ++c) fixed.push_back(at.x + c * at.stride);
    fixed.push_back(at.x + 2 * at.stride);
  };
  visit_layers(model, 0, seat, hold);
  visit_layers(model, top - seat, top, hold);
  if (options.contact == PlatenContact::kFrictionless) hold_in_plane(model, lower_.centre, fixed);
  operator_ = std::make_unique<VoxelOperator>(model, poisson_ratio, std::move(fixed));
  Processes* const all = processes();
  if (!all) {
    solver_ = std::make_unique<VoxelSolver>(*operator_, multigrid, progress);
    return;
  }
  const float least = *std::min_element(model.scale().begin(), model.scale().begin() + model.voxel_count());
  share_ = std::make_unique<VoxelShare>(model.grid(), source_of(model), least, *all);
  const std::int64_t first = first_unknown(model, *share_), end = first + share_->model().own_unknown_count();
  std::vector<std::int64_t> own_fixed;
  for (const std::int64_t i : operator_->fixed())
    if (i >= first && i < end) own_fixed.push_back(i - first);
  share_operator_ = std::make_unique<VoxelOperator>(share_->model(), poisson_ratio, std::move(own_fixed));
  solver_ = std::make_unique<VoxelSolver>(*share_operator_, *share_, multigrid, progress);
}

PlatenResult PlatenTest::run(PlatenMotion motion, NodalVector<double>& x, const SolveOptions& options, const Progress& progress) {
  return run(std::span(&motion, 1), std::span(&x, 1), options, progress)[0];
}

std::vector<PlatenResult> PlatenTest::run(std::span<const PlatenMotion> motions, std::span<NodalVector<double>> displacements,
                                          const SolveOptions& options, const Progress& progress) {
  SPONGIOSA_ASSERT(motions.size() == displacements.size());
  for (std::size_t m = 0; m < motions.size(); ++m) displacements[m] = prescribed(motions[m]);
  const std::vector<SolveReport> reports = solve(displacements, options, progress);
  std::vector<PlatenResult> results;
  for (std::size_t m = 0; m < motions.size(); ++m) results.push_back(reactions(motions[m], displacements[m], reports[m]));
  return results;
}

std::vector<SolveReport> PlatenTest::solve(std::span<NodalVector<double>> displacements, const SolveOptions& options, const Progress& progress) {
  const NodalVector<double> no_forces;
  std::vector<NodalVector<double>> own;
  std::vector<VoxelSolver::LoadCase> cases;
  if (!share_) {
    for (NodalVector<double>& x : displacements) cases.push_back({&no_forces, &x, 0.0});
    return solver_->solve_all(cases, options, progress);
  }
  const std::int64_t first = first_unknown(model_, *share_), count = share_->model().own_unknown_count();
  for (const NodalVector<double>& x : displacements) {
    own.emplace_back(share_->model());
    std::copy_n(x.data() + first, count, own.back().data());
  }
  for (NodalVector<double>& x : own) cases.push_back({&no_forces, &x, 0.0});
  const std::vector<SolveReport> reports = solver_->solve_all(cases, options, progress);
  for (std::size_t l = 0; l < own.size(); ++l) {
    const std::vector<double> all = share_->processes().gather(std::span<const double>(own[l].data(), std::size_t(count)));
    SPONGIOSA_ASSERT(std::int64_t(all.size()) == displacements[l].size());
    std::copy(all.begin(), all.end(), displacements[l].data());
    own[l] = {};
  }
  return reports;
}

NodalVector<double> PlatenTest::prescribed(PlatenMotion motion) const {
  if (options_.contact == PlatenContact::kFrictionless && motion != PlatenMotion::kCompression)
    fail_input("platens without friction cannot load a part by {}; use bonded platens", to_string(motion));
  const std::int64_t top = model_.grid().size[2], seat = options_.seat_layers;
  NodalVector<double> x(model_);
  visit_layers(model_, top - seat, top, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    const Vec3 arm = position(node) - upper_.centre;
    Vec3 u = Vec3::Zero();
    switch (motion) {
      case PlatenMotion::kCompression: u = -Vec3::UnitZ(); break;
      case PlatenMotion::kShearX: u = Vec3::UnitX(); break;
      case PlatenMotion::kShearY: u = Vec3::UnitY(); break;
      case PlatenMotion::kTorsion: u = Vec3::UnitZ().cross(arm); break;
      case PlatenMotion::kBendingX: u = Vec3::UnitX().cross(arm); break;
      case PlatenMotion::kBendingY: u = Vec3::UnitY().cross(arm); break;
    }
    for (int c = 0; c < 3; ++c)
      if (u[c] != 0.0) x[at.x + c * at.stride] = u[c];
  });
  return x;
}

PlatenResult PlatenTest::reactions(PlatenMotion motion, const NodalVector<double>& x, const SolveReport& report) const {
  const std::int64_t top = model_.grid().size[2], seat = options_.seat_layers;
  PlatenResult result;
  result.motion = motion;
  result.solve = report;
  NodalVector<double> forces(model_);
  operator_->apply(x, forces, VoxelOperator::Rows::kAll);
  Vec3 below = Vec3::Zero();
  double gross = 0.0;
  visit_layers(model_, 0, seat, [&](const Index3&, VoxelBlocks::NodeIndex at) {
    for (int c = 0; c < 3; ++c) below[c] += forces[at.x + c * at.stride];
  });
  visit_layers(model_, top - seat, top, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
    const Vec3 force(forces[at.x], forces[at.x + at.stride], forces[at.x + 2 * at.stride]);
    result.force += force;
    gross += force.norm();
    result.moment += (position(node) - upper_.centre).cross(force);
  });
  for (std::int64_t i = 0; i < x.size(); ++i) result.stiffness += forces[i] * x[i];
  result.balance_error = gross > 0.0 ? (result.force + below).norm() / gross : 0.0;
  return result;
}

}  // namespace spongiosa::fea::micro
