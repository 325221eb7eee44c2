#include "fea/micro/stress_recovery.h"
#include "tests/fea/micro/voxel_solids.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

TEST_CASE("a patch gives uniform values back as they are, in full, cut and lonely voxels") {
  const VoxelBlocks model({{12, 10, 9}}, random_scale({12, 10, 9}, 0.4, 5), 0.1f);
  for (const VoxelBlock& block : model.blocks())
    model.visit_voxels(block, [&](const Index3& voxel, std::int64_t) {
      const RecoveryPatch patch = recovery_patch(model, voxel, solid_middle(model, voxel));
      double sum = 0.0;
      for (std::size_t m = 0; m < std::size_t(patch.count); ++m) sum += double(patch.weight[m]);
      REQUIRE(sum == Approx(1.0).epsilon(1e-5));
    });
}

TEST_CASE("a patch in full material follows a linear function") {
  const VoxelBlocks model({{5, 5, 5}}, std::vector<float>(125, 1.0f), 0.5f);
  const Vec3 where(0.2, -0.4, 0.1);
  const RecoveryPatch patch = recovery_patch(model, {2, 2, 2}, where);
  double value = 0.0;
  for (int n = 0; n < 125; ++n)
    for (std::size_t m = 0; m < std::size_t(patch.count); ++m)
      if (patch.voxel[m] == model.voxel_index({n % 5, n / 5 % 5, n / 25}))
        value += double(patch.weight[m]) * (3.0 + 2.0 * (n % 5 - 2) - 1.0 * (n / 5 % 5 - 2) + 0.5 * (n / 25 - 2));
  // The thousandth that keeps thin struts without a slope takes 0.15 % off the slope.
  CHECK(value == Approx(3.0 + 2.0 * where[0] - 1.0 * where[1] + 0.5 * where[2]).epsilon(1e-3));
}

TEST_CASE("the solid part of a cut voxel lies on the side of the solid") {
  std::vector<float> scale(4 * 4 * 4, 0.0f);
  for (int c = 0; c < 64; ++c) scale[std::size_t(c)] = c % 4 < 2 ? 1.0f : c % 4 == 2 ? 0.4f : 0.0f;
  const VoxelBlocks model({{4, 4, 4}}, scale, 0.1f);
  // 40 % of the voxel, on its left: from -0.5 to -0.1.
  CHECK((solid_middle(model, {2, 1, 2}) - Vec3(-0.3, 0.0, 0.0)).norm() < 1e-6);
  CHECK(solid_middle(VoxelBlocks({{4, 4, 4}, {true, true, true}}, std::vector<float>(64, 1.0f), 0.5f), {0, 1, 1}).isZero());
}
