#include "fea/micro/coarse_transfer.h"
#include "fea/micro/composite_operator.h"
#include "tests/fea/micro/voxel_solids.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

namespace {

CoarseVector random_coarse(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  CoarseVector v(count);
  for (Float4& f : v)
    for (int c = 0; c < 3; ++c) f[c] = float(double(random()) / 2147483648.0 - 1.0);
  return v;
}

double inner(const CoarseVector& a, const CoarseVector& b) { return dot(a, b, a.size())[0]; }

double difference(const CoarseVector& a, const CoarseVector& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int c = 0; c < 3; ++c) largest = std::max(largest, double(std::abs(a[i][c] - b[i][c])));
  return largest;
}
double largest(const CoarseVector& a) { return difference(a, CoarseVector(a.size(), Float4{0, 0, 0, 0})); }

/// One step with D taken from products with unit vectors, at some nodes; and eight load cases, each a multiple of the one.
void check_smoother(const CompositeOperator& op, const CoarseVector& x, const CoarseVector& b) {
  const std::size_t count = op.rows();
  CoarseVector ax(count), residual(count), old = b, unit(count, Float4{0, 0, 0, 0}), column(count);
  op.multiply(x, ax);
  op.residual(x, b, residual);
  op.smooth(x, old, b, 0.3f, 0.2f);
  CoarseVectorOf<LaneNode> xs(count), bs(count), axs(count), olds(count);
  for (std::size_t n = 0; n < count; ++n)
    for (int c = 0; c < 3; ++c)
      for (int lane = 0; lane < kLoadLanes; ++lane) {
        xs[n].component[c][lane] = float(1 << lane) * x[n][c];  // powers of two: nothing is rounded differently
        bs[n].component[c][lane] = float(1 << lane) * b[n][c];
      }
  olds = bs;
  op.multiply(xs, axs);
  op.smooth(xs, olds, bs, 0.3f, 0.2f);
  double lane_error = 0.0;
  bool lanes_equal = true;
  for (std::size_t n = 0; n < count; ++n)
    for (int c = 0; c < 3; ++c) {
      lane_error = std::max(lane_error, std::abs(double(axs[n].component[c][0]) - double(ax[n][c])));
      for (int lane = 1; lane < kLoadLanes; ++lane)
        lanes_equal = lanes_equal && olds[n].component[c][lane] == float(1 << lane) * olds[n].component[c][0];
    }
  CHECK(lanes_equal);
  CHECK(lane_error < 2e-6 * largest(ax));
  for (std::size_t n = 0; n < count; n += 1 + count / 5) {
    Eigen::Matrix3d d;
    for (int c = 0; c < 3; ++c) {
      unit[n][c] = 1.0f;
      op.multiply(unit, column);
      unit[n][c] = 0.0f;
      for (int r = 0; r < 3; ++r) d(r, c) = double(column[n][r]);
    }
    if (d.trace() < 1e-3 * largest(ax)) continue;  // far from the solid the smoother holds back on purpose
    Vec3 r;
    for (int c = 0; c < 3; ++c) r[c] = double(b[n][c]) - double(ax[n][c]);
    const Vec3 step = 0.2 * (d.inverse() * r);
    for (int c = 0; c < 3; ++c) {
      const double expected = double(x[n][c]) + 0.3 * (double(x[n][c]) - double(b[n][c])) + step[c];
      CHECK(double(residual[n][c]) == Approx(r[c]).margin(1e-5 * largest(ax)));
      CHECK(double(old[n][c]) == Approx(expected).epsilon(1e-3).margin(1e-3 * step.norm()));
      CHECK(double(olds[n].component[c][0]) == Approx(expected).epsilon(1e-3).margin(1e-3 * step.norm()));
    }
  }
}

}  // namespace

TEST_CASE("first coarse level: Galerkin energy, transpose, rigid motions, also where struts pass each other") {
  struct Case {
    VoxelGrid grid;
    double void_share;
  };
  for (const Case& g : std::vector<Case>{{{{16, 16, 16}}, 0.0},
                                         {{{19, 13, 22}}, 0.5},
                                         {{{21, 24, 18}}, 0.8},
                                         {{{40, 33, 26}}, 0.93},
                                         {{{16, 16, 16}, {true, true, true}}, 0.7},
                                         {{{12, 20, 10}, {true, true, true}}, 0.8},
                                         {{{2, 4, 6}, {true, true, true}}, 0.3}}) {
    INFO(g.grid.size[0] << " x " << g.grid.size[1] << " x " << g.grid.size[2] << ", void " << g.void_share);
    const VoxelBlocks model(g.grid, random_scale(g.grid.size, g.void_share, 21), 0.1f);
    FirstCoarseLevel level = coarsen_voxels(model, {});
    REQUIRE(level.transfer.x.size() == std::size_t(model.node_count()));
    for (const auto& nodes : level.mesh.nodes)
      for (const std::int32_t n : nodes) REQUIRE((n >= 0 && n < level.mesh.node_count));
    const CompositeOperator first(level.mesh, level.scale, 0.3);
    CHECK(first.rows() == std::size_t(level.mesh.node_count));
    const FirstTransfer transfer(level.mesh, level.transfer);
    const CoarseVector x = random_coarse(std::size_t(level.mesh.node_count), 5);
    CoarseVector ax(x.size());
    first.multiply(x, ax);
    NodalVector<float> fine(model), force(model);
    transfer.prolong(x, fine.data());
    const VoxelOperator op(model, 0.3, {});
    op.apply(fine, force);
    double energy = 0.0;
    for (std::int64_t i = 0; i < fine.size(); ++i) energy += double(fine[i]) * force[i];
    CHECK(inner(x, ax) == Approx(energy).epsilon(1e-5));
    // P' K P x = A x, entry by entry.
    CoarseVector back(x.size());
    transfer.restrict(force.data(), back);
    CHECK(difference(back, ax) < 1e-5 * largest(ax));
    CHECK(largest(ax) > 0.01);
    check_smoother(first, x, back);

    // The same down to the last level.
    const CoarseMesh* mesh = &level.mesh;
    std::vector<NextCoarseLevel> levels;
    levels.reserve(8);
    std::vector<CubeMoments> moments;
    for (const auto& scale : level.scale) moments.push_back(octant_moments(scale));
    auto fine_operator = std::make_unique<CompositeOperator>(level.mesh, level.scale, 0.3);
    while (can_coarsen(*mesh)) {
      INFO("level " << levels.size() + 2);
      levels.push_back(coarsen_mesh(*mesh));
      const NextCoarseLevel& next = levels.back();
      std::vector<CubeMoments> parents(next.mesh.element_count(), CubeMoments{});
      for (std::size_t e = 0; e < moments.size(); ++e) {
        const auto& cube = mesh->cube[e];
        add_child_moments(moments[e], (cube[0] & 1) | (cube[1] & 1) << 1 | (cube[2] & 1) << 2, parents[std::size_t(next.parent[e])]);
      }
      moments = std::move(parents);
      auto coarse_operator = std::make_unique<CompositeOperator>(next.mesh, moments, 0.3);
      REQUIRE(next.mesh.block_first_node.back() == next.mesh.node_count);
      const CoarseTransfer between(*mesh, next);
      const CoarseVector xc = random_coarse(std::size_t(next.mesh.node_count), 9);
      CoarseVector axc(xc.size()), xf(std::size_t(mesh->node_count), Float4{0, 0, 0, 0}), axf(xf.size()), restricted(xc.size());
      coarse_operator->multiply(xc, axc);
      between.prolong(xc, xf);
      fine_operator->multiply(xf, axf);
      between.restrict(axf, restricted);
      // A single periodic cube has no stiffness: nothing is left but rounding.
      CHECK(inner(xc, axc) == Approx(inner(xf, axf)).epsilon(1e-5).margin(1e-5));
      CHECK(difference(restricted, axc) < 1e-5 * largest(axc) + 1e-5);
      if (largest(axc) > 1e-3) check_smoother(*coarse_operator, xc, restricted);
      fine_operator = std::move(coarse_operator);
      mesh = &next.mesh;
    }
    CHECK(levels.empty() != can_coarsen(level.mesh));
  }
}

TEST_CASE("moments give the matrix of a cube, and of a cube of cubes") {
  const auto unit = [](double nu) {
    CubeMoments parent{};
    const CubeMoments child = octant_moments({1, 1, 1, 1, 1, 1, 1, 1});
    for (int octant = 0; octant < 8; ++octant) add_child_moments(child, octant, parent);
    return std::pair{moment_matrix(child, nu), moment_matrix(parent, nu)};
  };
  const auto [two, four] = unit(0.3);
  const Mat24 one = gauss_element_matrix(0.3);  // of edge 1: stiffness grows with the edge
  CHECK((two - 2.0 * one).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((four - 4.0 * one).cwiseAbs().maxCoeff() < 1e-14);
  const Mat24 mixed = moment_matrix(octant_moments({0.1f, 1, 0, 0, 0.5f, 0, 0.25f, 1}), 0.2);
  CHECK((mixed - mixed.transpose()).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(Eigen::SelfAdjointEigenSolver<Mat24>(mixed).eigenvalues()[5] < 1e-14);
  CHECK(Eigen::SelfAdjointEigenSolver<Mat24>(mixed).eigenvalues()[6] > 1e-5);
}

TEST_CASE("struts that pass each other in one coarse cube are not joined, a strut is not cut") {
  // Two parallel struts of 2x2 voxels, 1 voxel of air between them: at 4 voxels per cube both lie in the same column of cubes.
  const Index3 size{8, 8, 16};
  std::vector<float> scale(std::size_t(product(size)), 0.0f);
  for (std::int64_t k = 0; k < 16; ++k)
    for (std::int64_t j = 0; j < 2; ++j)
      for (const std::int64_t i : {0, 1, 3, 4}) scale[std::size_t(i + 8 * (j + 8 * k))] = 1.0f;
  const VoxelBlocks model({size}, scale, 0.5f);
  const FirstCoarseLevel first = coarsen_voxels(model, {});
  const NextCoarseLevel second = coarsen_mesh(first.mesh), third = coarsen_mesh(second.mesh);
  CHECK(first.mesh.element_count() == 8 * 3);
  // The second strut fills cubes 1 and 2 of the first level, one voxel wide each.
  const auto pieces = [](const CoarseMesh& mesh) {
    std::vector<std::int32_t> group(std::size_t(mesh.node_count));
    for (std::size_t n = 0; n < group.size(); ++n) group[n] = std::int32_t(n);
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& nodes : mesh.nodes)
        for (const std::int32_t n : nodes)
          if (group[std::size_t(n)] != group[std::size_t(nodes[0])]) {
            group[std::size_t(n)] = group[std::size_t(nodes[0])] = std::min(group[std::size_t(n)], group[std::size_t(nodes[0])]);
            changed = true;
          }
    }
    std::sort(group.begin(), group.end());
    return std::unique(group.begin(), group.end()) - group.begin();
  };
  CHECK(pieces(first.mesh) == 2);
  CHECK(pieces(second.mesh) == 2);
  CHECK(pieces(third.mesh) == 2);
  CHECK(third.mesh.element_count() == 4);  // 2 cubes along the struts, each twice
}
