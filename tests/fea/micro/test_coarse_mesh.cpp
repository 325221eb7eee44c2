#include "fea/micro/coarse_matrices.h"
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

double dot(const CoarseVector& a, const CoarseVector& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int c = 0; c < 3; ++c) sum += double(a[i][c]) * b[i][c];
  return sum;
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
    const BlockMatrix matrix(level.mesh, first_level_rows(level, 0.3));
    const FirstTransfer transfer(level.mesh, level.transfer);
    const CoarseVector x = random_coarse(std::size_t(level.mesh.node_count), 5);
    CoarseVector ax(x.size());
    matrix.multiply(x, ax);
    NodalVector<float> fine(model), force(model);
    transfer.prolong(x, fine.data());
    const VoxelOperator op(model, 0.3, {});
    op.apply(fine, force);
    double energy = 0.0;
    for (std::int64_t i = 0; i < fine.size(); ++i) energy += double(fine[i]) * force[i];
    CHECK(dot(x, ax) == Approx(energy).epsilon(1e-5));
    // P' K P x = A x, entry by entry.
    CoarseVector back(x.size());
    transfer.restrict(force.data(), back);
    double error = 0.0, size = 0.0;
    for (std::size_t n = 0; n < x.size(); ++n)
      for (int c = 0; c < 3; ++c) {
        error = std::max(error, double(std::abs(back[n][c] - ax[n][c])));
        size = std::max(size, double(std::abs(ax[n][c])));
      }
    CHECK(error < 1e-5 * size);
    CHECK(size > 0.01);

    // Without the matrix: the same product, residual and smoother.
    const CompositeOperator composite(level, 0.3);
    CHECK(composite.rows() == matrix.rows());
    CoarseVector cx(x.size()), rx(x.size()), old_matrix = back, old_composite = back;
    composite.multiply(x, cx);
    composite.residual(x, back, rx);
    matrix.smooth(x, old_matrix, back, 0.3f, 0.2f);
    composite.smooth(x, old_composite, back, 0.3f, 0.2f);
    double product_error = 0.0, residual_error = 0.0, smoother_error = 0.0, smoother_size = 0.0;
    for (std::size_t n = 0; n < x.size(); ++n)
      for (int c = 0; c < 3; ++c) {
        product_error = std::max(product_error, double(std::abs(cx[n][c] - ax[n][c])));
        residual_error = std::max(residual_error, double(std::abs(rx[n][c] - (back[n][c] - ax[n][c]))));
        smoother_error = std::max(smoother_error, double(std::abs(old_composite[n][c] - old_matrix[n][c])));
        smoother_size = std::max(smoother_size, double(std::abs(old_matrix[n][c])));
      }
    CHECK(product_error < 1e-5 * size);
    CHECK(residual_error < 1e-5 * size);
    CHECK(smoother_error < 1e-3 * smoother_size);
    CHECK(composite.largest_eigenvalue() == Approx(matrix.largest_eigenvalue()).epsilon(1e-4));

    // The same down to the last level.
    const CoarseMesh* mesh = &level.mesh;
    std::vector<NextCoarseLevel> levels;
    levels.reserve(8);
    std::vector<ElementMatrix> matrices;
    auto fine_matrix = std::make_unique<BlockMatrix>(level.mesh, first_level_rows(level, 0.3));
    while (can_coarsen(*mesh)) {
      INFO("level " << levels.size() + 2);
      levels.push_back(coarsen_mesh(*mesh));
      const NextCoarseLevel& next = levels.back();
      matrices = levels.size() == 1 ? second_level_matrices(level, next, 0.3) : next_level_matrices(*mesh, next, matrices);
      auto coarse_matrix = std::make_unique<BlockMatrix>(next.mesh, rows_of(matrices));
      const CoarseTransfer between(*mesh, next);
      const CoarseVector xc = random_coarse(std::size_t(next.mesh.node_count), 9);
      CoarseVector axc(xc.size()), xf(std::size_t(mesh->node_count), Float4{0, 0, 0, 0}), axf(xf.size()), restricted(xc.size());
      coarse_matrix->multiply(xc, axc);
      between.prolong(xc, xf);
      fine_matrix->multiply(xf, axf);
      between.restrict(axf, restricted);
      // A single periodic cube has no stiffness: nothing is left but rounding.
      CHECK(dot(xc, axc) == Approx(dot(xf, axf)).epsilon(1e-5).margin(1e-5));
      CHECK(dot(restricted, xc) == Approx(dot(xc, axc)).epsilon(1e-5).margin(1e-5));
      fine_matrix = std::move(coarse_matrix);
      mesh = &next.mesh;
    }
    CHECK(levels.empty() != can_coarsen(level.mesh));
  }
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
