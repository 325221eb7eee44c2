#include "fea/micro/driven_box.h"

#include "core/error.h"
#include "fea/material/material.h"
#include "fea/micro/voxel_islands.h"
#include "fea/micro/voxel_results.h"

#include <Eigen/Geometry>

#include <tbb/parallel_for.h>

namespace spongiosa::fea::micro {

namespace {

Vec3 position(const Index3& node) { return {double(node[0]), double(node[1]), double(node[2])}; }

/// How the driven nodes of one piece lie: none, a point, a line, or enough to hold it.
struct Held {
  int spread = -1;
  Vec3 first = Vec3::Zero(), second = Vec3::Zero();

  void add(const Vec3& p) {
    if (spread == -1) first = p, spread = 0;
    else if (spread == 0 && (p - first).norm() > 1e-9) second = p, spread = 1;
    else if (spread == 1 && (second - first).cross(p - first).norm() > 1e-9) spread = 2;
  }
};

bool on_face(const VoxelBlocks& model, const Index3& node) {
  for (std::size_t a = 0; a < 3; ++a)
    if (node[a] == 0 || node[a] == model.grid().size[a]) return true;
  return false;
}

/// Leaves out the pieces that the driven nodes do not hold.
VoxelBlocks held_pieces(const VoxelBlocks& model, const std::vector<char>& is_driven, DrivenBox& result) {
  const SolidPieces found = find_pieces(model);
  std::vector<Held> held(found.pieces.size());
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      Held& piece = held[std::size_t(found.of_voxel[std::size_t(index)])];
      if (piece.spread == 2) return;
      for (int a = 0; a < 8; ++a) {
        const Index3 node{voxel[0] + (a & 1), voxel[1] + (a >> 1 & 1), voxel[2] + (a >> 2)};
        if (is_driven[std::size_t(model.node_index(node).x)]) piece.add(position(node));
      }
    });
  std::vector<char> keep;
  double kept = 0.0, total = 0.0;
  for (std::size_t p = 0; p < held.size(); ++p) {
    keep.push_back(held[p].spread == 2);
    total += found.pieces[p].volume;
    if (keep.back()) kept += found.pieces[p].volume;
    else ++result.removed_pieces;
  }
  if (kept == 0.0) fail_input("no solid in the box is held by displacements on its faces: move the box or make it larger");
  result.removed_solid_fraction = (total - kept) / total;
  return result.removed_pieces == 0 ? model : with_pieces(model, found, keep);
}

}  // namespace

DrivenBox solve_driven_box(const VoxelBlocks& model, double poisson_ratio, const DrivenDisplacement& driven, const SolveOptions& options,
                           const Progress& progress) {
  for (const bool periodic : model.grid().periodic) SPONGIOSA_ASSERT(!periodic);
  std::vector<char> is_driven(std::size_t(model.unknown_count()), 0);
  NodalVector<double> given(model);
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      const std::optional<Vec3> u = driven(node, on_face(model, node));
      if (!u) return;
      if (!u->allFinite()) fail_input("a displacement on the box is not finite");
      is_driven[std::size_t(at.x)] = 1;
      for (int c = 0; c < 3; ++c) given[at.x + c * at.stride] = (*u)[c];
    });
  DrivenBox result{model, {}, 0, 0, 0, 0.0, {}};
  result.model = held_pieces(model, is_driven, result);
  result.displacement = NodalVector<double>(result.model);
  std::vector<std::int64_t> fixed;
  for (const VoxelBlock& block : result.model.blocks())
    result.model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      const VoxelBlocks::NodeIndex from = model.node_index(node);
      if (!is_driven[std::size_t(from.x)]) {
        result.free_face_nodes += on_face(model, node);
        return;
      }
      ++result.driven_nodes;
      for (int c = 0; c < 3; ++c) {
        fixed.push_back(at.x + c * at.stride);
        result.displacement[fixed.back()] = given[from.x + c * from.stride];
      }
    });
  const VoxelOperator op(result.model, poisson_ratio, std::move(fixed));
  VoxelSolver solver(op, {}, progress.part(0.0, 0.2));
  const NodalVector<double> no_load(result.model);
  result.solve = solver.solve(no_load, result.displacement, 0.0, options, progress.part(0.2, 1.0));
  return result;
}

Vec6 mean_stress(const DrivenBox& box, double poisson_ratio, const Index3& first, const Index3& last) {
  const VoxelBlocks& model = box.model;
  std::vector<Vec6> sums(model.blocks().size(), Vec6::Zero());
  tbb::parallel_for(std::size_t(0), model.blocks().size(), [&](std::size_t b) {
    model.visit_voxels(model.blocks()[b], [&](const Index3& voxel, std::int64_t index) {
      for (std::size_t a = 0; a < 3; ++a)
        if (voxel[a] < first[a] || voxel[a] > last[a]) return;
      sums[b] += double(model.scale()[std::size_t(index)]) * centre_strain(model, box.displacement, voxel);
    });
  });
  Vec6 strain = Vec6::Zero();
  for (const Vec6& sum : sums) strain += sum;
  double volume = 1.0;
  for (std::size_t a = 0; a < 3; ++a) volume *= double(last[a] - first[a] + 1);
  return isotropic_stiffness(1.0, poisson_ratio) * strain / volume;
}

}  // namespace spongiosa::fea::micro
