#include "fea/micro/surface_shape.h"
#include "tests/fea/micro/round_hole.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea::micro;

TEST_CASE("curvatures and depth at a cavity, a hole and a ball") {
  for (const double radius : {3.0, 6.0}) {
    const RoundHole sphere{HoleShape::kSphere, radius}, cylinder{HoleShape::kCylinder, radius};
    for (const RoundHole* hole : {&sphere, &cylinder}) {
      const VoxelBlocks model = hole->solid();
      const SolidCuts cuts(model);
      double sum[2] = {0.0, 0.0}, count = 0.0, deepest_error = 0.0;
      for (const VoxelBlock& block : model.blocks())
        model.visit_voxels(block, [&](const Index3& voxel, std::int64_t) {
          const Vec3 middle(double(voxel[0]) + 0.5, double(voxel[1]) + 0.5, double(voxel[2]) + 0.5);
          const double depth = hole->distance(middle) - radius;
          if (depth > 1.4) return;
          const std::optional<SurfaceShape> shape = nearest_surface(cuts, voxel);
          REQUIRE(shape);
          deepest_error = std::max(deepest_error, std::abs(shape->depth(Vec3::Zero()) - depth));
          for (int k = 0; k < 2; ++k) sum[k] += shape->curvature[k] * radius;
          ++count;
        });
      INFO(radius << " voxels, " << (hole == &sphere ? "sphere" : "cylinder"));
      CHECK(sum[0] / count == Approx(1.0).margin(radius < 4.0 ? 0.15 : 0.05));
      if (hole == &sphere) CHECK(sum[1] / count == Approx(1.0).margin(0.05));
      CHECK(deepest_error < 0.15);
    }
  }
}

TEST_CASE("a bulging surface has curvatures below zero, and far from surfaces there is no shape") {
  constexpr int n = 20;
  std::vector<float> scale(n * n * n);
  for (int c = 0; c < n * n * n; ++c) {
    const double inside = 0.5 + 7.0 - (Vec3(c % n + 0.5, c / n % n + 0.5, c / n / n + 0.5) - Vec3::Constant(10.2)).norm();
    scale[std::size_t(c)] = float(std::clamp(inside, 0.0, 1.0));
  }
  const VoxelBlocks model({{n, n, n}}, scale, 0.02f);
  const SolidCuts cuts(model);
  CHECK_FALSE(nearest_surface(cuts, {10, 10, 10}));
  const std::optional<SurfaceShape> shape = nearest_surface(cuts, {10, 10, 4});
  REQUIRE(shape);
  CHECK(shape->inwards.z() > 0.98);
  for (const double k : shape->curvature) CHECK(k * 7.0 == Approx(-1.0).margin(0.2));
}
