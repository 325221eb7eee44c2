#include "fea/micro/voxel_islands.h"
#include "fea/micro/voxel_results.h"
#include "tests/fea/micro/voxel_solids.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

namespace {

VoxelBlocks boxes(const VoxelGrid& grid, const std::vector<std::pair<Index3, Index3>>& list) {
  std::vector<float> scale(std::size_t(product(grid.size)), 0.0f);
  for (const auto& [from, to] : list)
    for (std::int64_t k = from[2]; k < to[2]; ++k)
      for (std::int64_t j = from[1]; j < to[1]; ++j)
        for (std::int64_t i = from[0]; i < to[0]; ++i) scale[std::size_t(i + grid.size[0] * (j + grid.size[1] * k))] = 0.5f;
  return VoxelBlocks(grid, scale, 0.1f);
}

}  // namespace

TEST_CASE("pieces: faces join, edges and corners do not, periodic faces do") {
  const std::vector<std::pair<Index3, Index3>> list = {{{0, 0, 0}, {10, 10, 10}}, {{10, 10, 0}, {12, 12, 2}}, {{18, 0, 0}, {20, 2, 2}}};
  const VoxelGrid open{{20, 12, 10}}, periodic{{20, 12, 10}, {true, false, false}};
  const SolidPieces apart = find_pieces(boxes(open, list)), joined = find_pieces(boxes(periodic, list));
  REQUIRE(apart.pieces.size() == 3);  // the second box touches the first along an edge only
  CHECK(apart.pieces[0].voxels == 1000);
  CHECK(apart.pieces[0].volume == Approx(500.0));
  CHECK(apart.pieces[1].voxels == 8);
  CHECK(joined.pieces.size() == 2);
  CHECK(joined.pieces[0].voxels == 1008);

  const LargestPiece kept = largest_piece(boxes(open, list), Islands::kRemove);
  CHECK(kept.model.voxel_count() == 1000);
  CHECK(kept.removed_pieces == 2);
  CHECK(kept.removed_solid_fraction == Approx(16.0 / 1016.0));
  CHECK(largest_piece(kept.model, Islands::kRefuse).removed_pieces == 0);
  const auto refused = error_of([&] { largest_piece(boxes(open, list), Islands::kRefuse); });
  CHECK(refused.first == ExitCode::kBadInput);
  CHECK_THAT(refused.second, Catch::Contains("3 pieces") && Catch::Contains("(18, 0, 0)"));
}

TEST_CASE("strain and energy of voxels: uniform strain exactly, total energy equals half the work") {
  const Index3 size{9, 12, 7};
  const VoxelBlocks model({size}, random_scale(size, 0.4, 3), 0.1f);
  Mat3 gradient;
  gradient << 0.1, 0.3, -0.2, 0.05, -0.4, 0.25, 0.15, -0.1, 0.2;
  NodalVector<double> x(model), k(model);
  set_nodes(model, x, [&](const Vec3& p) { return Vec3(gradient * p); });
  Vec6 expected;
  expected << 0.1, -0.4, 0.2, 0.15, -0.05, 0.35;
  const Mat6 stiffness = isotropic_stiffness(1.0, 0.3);
  const auto centre = centre_energy_density(model, 0.3, x), mean = mean_energy_density(model, 0.3, x);
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t index) {
      REQUIRE((centre_strain(model, x, voxel) - expected).norm() < 1e-12);
      const double density = 0.5 * double(model.scale_at(voxel)) * expected.dot(stiffness * expected);
      REQUIRE(centre[std::size_t(index)] == Approx(density));
      REQUIRE(mean[std::size_t(index)] == Approx(density));
    });
  const VoxelOperator op(model, 0.3, {});
  const auto random = random_vector<double>(model, 8);
  op.apply(random, k);
  double work = 0.0, energy = 0.0;
  for (std::int64_t i = 0; i < k.size(); ++i) work += 0.5 * k[i] * random[i];
  for (const double e : mean_energy_density(model, 0.3, random)) energy += e;
  CHECK(energy == Approx(work).epsilon(1e-12));
}
