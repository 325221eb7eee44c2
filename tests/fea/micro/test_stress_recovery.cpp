#include "fea/micro/hot_spots.h"
#include "fea/micro/stress_recovery.h"
#include "fea/micro/voxel_results.h"
#include "fea/micro/voxel_solver.h"
#include "tests/fea/micro/voxel_solids.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

TEST_CASE("recovery leaves a uniform stress as it is, in full, cut and lonely voxels") {
  const VoxelBlocks model({{12, 10, 9}}, random_scale({12, 10, 9}, 0.4, 5), 0.1f);
  NodalVector<double> u(model);
  set_nodes(model, u, [](const Vec3& p) { return Vec3(0.01 * p.x() + 0.002 * p.y(), 0.002 * p.x() - 0.003 * p.y(), -0.003 * p.z()); });
  const VoxelStress raw = voxel_stress(model, 0.3, u, Recovery::kNone), recovered = voxel_stress(model, 0.3, u, Recovery::kLinear);
  for (std::size_t v = 0; v < raw.von_mises.size(); ++v) {
    REQUIRE(raw.von_mises[v] == Approx(raw.von_mises[0]).epsilon(1e-5));
    REQUIRE(recovered.von_mises[v] == Approx(raw.von_mises[0]).epsilon(1e-5));
    REQUIRE(recovered.principal_max[v] == Approx(raw.principal_max[0]).epsilon(1e-5));
  }
}

TEST_CASE("the solid part of a cut voxel lies on the side of the solid") {
  std::vector<float> scale(4 * 4 * 4, 0.0f);
  for (int c = 0; c < 64; ++c) scale[std::size_t(c)] = c % 4 < 2 ? 1.0f : c % 4 == 2 ? 0.4f : 0.0f;
  const VoxelBlocks model({{4, 4, 4}}, scale, 0.1f);
  // 40 % of the voxel, on its left: from -0.5 to -0.1.
  const VoxelCut cut = voxel_cut(model, {2, 1, 2});
  CHECK(cut.solid_middle.x() == Approx(-0.3));
  CHECK(cut.surface_point.x() == Approx(-0.1));
  CHECK(std::abs(cut.solid_middle.y()) + std::abs(cut.solid_middle.z()) < 1e-6);
  CHECK(voxel_cut(VoxelBlocks({{4, 4, 4}, {true, true, true}}, std::vector<float>(64, 1.0f), 0.5f), {0, 1, 1}).area == 0.0);
}

TEST_CASE("spherical cavity under uniaxial stress: the surface's peak is near the exact solution, nearer with smaller voxels") {
  // Exact displacement would need the Goodier solution at the boundary; a cube of 10 radii under frictionless pull is within half a
  // percent of the infinite body. Stress concentration (27 - 15 nu) / (2 (7 - 5 nu)) at the equator.
  const double exact = (27.0 - 4.5) / (2.0 * 5.5);
  double before = 1.0;
  for (const int radius : {3, 6}) {
    // One eighth by symmetry: the cavity sits in the corner.
    const int n = 5 * radius;
    std::vector<float> scale(std::size_t(n * n * n));
    for (int c = 0; c < n * n * n; ++c) {
      int outside = 0;
      for (int s = 0; s < 216; ++s) {
        const Vec3 p(c % n + (s % 6 + 0.5) / 6, c / n % n + (s / 6 % 6 + 0.5) / 6, c / n / n + (s / 36 + 0.5) / 6);
        outside += p.norm() > radius;
      }
      scale[std::size_t(c)] = float(outside) / 216.0f;
    }
    const VoxelBlocks model({{n, n, n}}, scale, 0.02f);
    std::vector<std::int64_t> fixed;
    NodalVector<double> u(model), b(model), k(model);
    for (const VoxelBlock& block : model.blocks())
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        for (int c = 0; c < 3; ++c)
          if (node[std::size_t(c)] == 0) fixed.push_back(at.x + c * at.stride);
        if (node[2] == n) {
          fixed.push_back(at.x + 2 * at.stride);
          u[at.x + 2 * at.stride] = 1e-3 * n;
        }
      });
    const VoxelOperator op(model, 0.3, fixed);
    VoxelSolver(op, {}, Progress()).solve(b, u, 0.0, {1e-7, 100}, Progress());
    op.apply(u, k, VoxelOperator::Rows::kAll);
    double force = 0.0;
    for (const VoxelBlock& block : model.blocks())
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        if (node[2] == n) force += k[at.x + 2 * at.stride];
      });
    const double nominal = force / (n * n);
    const VoxelStress stress = voxel_stress(model, 0.3, u, Recovery::kLinear);
    const float peak = *std::max_element(stress.surface_principal_max.begin(), stress.surface_principal_max.end());
    const double error = std::abs(double(peak) / nominal / exact - 1.0);
    INFO("radius " << radius << " voxels: " << double(peak) / nominal << ", exact " << exact);
    CHECK(error < before);
    before = error;
  }
  CHECK(before < 0.10);
}

TEST_CASE("hot spots: two apart, sorted by peak, with volume and place") {
  std::vector<float> scale(10 * 10 * 10, 1.0f);
  scale[std::size_t(2 + 10 * (2 + 10 * 2))] = 0.5f;
  const VoxelBlocks model({{10, 10, 10}}, scale, 0.1f);
  std::vector<float> values(std::size_t(model.voxel_count()), 1.0f);
  const auto set = [&](const Index3& voxel, float value) { values[std::size_t(model.voxel_index(voxel))] = value; };
  set({2, 2, 2}, 6.0f);
  set({3, 3, 2}, 4.0f);  // touches the first at an edge
  set({8, 8, 8}, 9.0f);
  const auto spots = find_hot_spots(model, values, 3.0);
  REQUIRE(spots.size() == 2);
  CHECK(spots[0].peak == 9.0);
  CHECK(spots[0].centre == Vec3(8.5, 8.5, 8.5));
  CHECK(spots[1].peak == 6.0);
  CHECK(spots[1].volume == Approx(1.5));
  CHECK(spots[1].mean == Approx((0.5 * 6.0 + 4.0) / 1.5));
  CHECK(spots[1].peak_voxel == Index3{2, 2, 2});
  CHECK(find_hot_spots(model, values, 10.0).empty());
}
