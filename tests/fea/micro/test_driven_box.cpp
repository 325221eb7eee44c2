#include "fea/material/material.h"
#include "fea/micro/driven_box.h"
#include "fea/micro/periodic_strains.h"
#include "fea/micro/stress_statistics.h"
#include "fea/results/principal.h"
#include "tests/fea/micro/voxel_solids.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

#include <numbers>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

namespace {

/// Gyroid sheet (half wall 0.5 of the function), `cells` cells along every edge with `n` voxels each; cut voxels have the share of 4^3 samples.
std::vector<float> gyroid(int cells, int n) {
  const int size = cells * n;
  std::vector<float> share(std::size_t(size) * std::size_t(size) * std::size_t(size), 0.0f);
  for (int v = 0; v < size * size * size; ++v)
    for (int s = 0; s < 64; ++s) {
      const double step = 2.0 * std::numbers::pi / n;
      const double x = step * (v % size + (s % 4 + 0.5) / 4), y = step * (v / size % size + (s / 4 % 4 + 0.5) / 4), z = step * (v / size / size + (s / 16 + 0.5) / 4);
      const double f = std::sin(x) * std::cos(y) + std::sin(y) * std::cos(z) + std::sin(z) * std::cos(x);
      if (std::abs(f) < 0.5) share[std::size_t(v)] += 1.0f / 64.0f;
    }
  return share;
}

DrivenDisplacement faces_strained(const Vec6& strain) {
  const Mat3 e = strain_tensor(strain);
  return [e](const Index3& node, bool on_face) -> std::optional<Vec3> {
    if (!on_face) return std::nullopt;
    return Vec3(e * Vec3(double(node[0]), double(node[1]), double(node[2])));
  };
}

}  // namespace

TEST_CASE("a solid box under linear displacements on its faces has one stress everywhere") {
  const Index3 size{9, 12, 7};
  const VoxelBlocks model({size}, std::vector<float>(std::size_t(product(size)), 1.0f), 0.5f);
  Vec6 strain;
  strain << 1e-3, -2e-3, 5e-4, 3e-4, -7e-4, 2e-4;
  const DrivenBox box = solve_driven_box(model, 0.3, faces_strained(strain), {1e-10, 100}, Progress());
  CHECK(box.driven_nodes == 10 * 13 * 8 - 8 * 11 * 6);
  CHECK(box.free_face_nodes == 0);
  CHECK(box.removed_pieces == 0);
  const Vec6 stress = isotropic_stiffness(1.0, 0.3) * strain;
  CHECK((mean_stress(box, 0.3, {0, 0, 0}, {8, 11, 6}) - stress).norm() < 1e-9);
  CHECK((mean_stress(box, 0.3, {4, 4, 4}, {4, 4, 4}) - stress).norm() < 1e-9);
  for (const float s : stress_statistics({box.model, 0.3, box.displacement}, 1.0, between_ends(box.model, 0)).middle) CHECK(double(s) == Approx(von_mises(stress)).epsilon(1e-4));
}

TEST_CASE("a lattice under the displacements of a uniform strain: the inner stress nears the homogenised one as the margin grows") {
  constexpr int kVoxels = 10;
  Vec6 strain = Vec6::Zero();
  strain[2] = 1.0;
  strain[3] = 0.5;
  const VoxelBlocks cell({{kVoxels, kVoxels, kVoxels}, {true, true, true}}, gyroid(1, kVoxels), 0.02f);
  const PeriodicStrains periodic = solve_periodic_strains(cell, 0.3, {}, {1e-8, 100}, Progress());
  const Vec6 homogenised = periodic.stiffness * strain;
  double before = 1.0;
  for (const int cells : {1, 3, 5}) {
    const int n = cells * kVoxels, margin = (cells - 1) / 2 * kVoxels;
    const VoxelBlocks model({{n, n, n}}, gyroid(cells, kVoxels), 0.02f);
    const DrivenBox box = solve_driven_box(model, 0.3, faces_strained(strain), {1e-7, 100}, Progress());
    const Vec6 inner = mean_stress(box, 0.3, {margin, margin, margin}, {margin + kVoxels - 1, margin + kVoxels - 1, margin + kVoxels - 1});
    const double error = (inner - homogenised).norm() / homogenised.norm();
    CAPTURE(cells, error);
    CHECK(error < before);
    before = error;
    // Displacements that are linear on the whole boundary make a body stiffer than periodic ones (Hill).
    const Vec6 whole = mean_stress(box, 0.3, {0, 0, 0}, {n - 1, n - 1, n - 1});
    CHECK(strain.dot(whole) > strain.dot(homogenised));
  }
  CHECK(before < 0.02);
}

TEST_CASE("pieces that the box cuts off are left out and counted; a box without hold is refused") {
  // A bar through the box, and a cube that touches no face.
  const Index3 size{12, 12, 12};
  std::vector<float> scale(std::size_t(product(size)), 0.0f);
  const auto at = [&](int i, int j, int k) -> float& { return scale[std::size_t(i + 12 * (j + 12 * k))]; };
  for (int k = 0; k < 12; ++k)
    for (int n = 0; n < 9; ++n) at(1 + n % 3, 1 + n / 3, k) = 1.0f;
  for (int n = 0; n < 27; ++n) at(7 + n % 3, 7 + n / 3 % 3, 7 + n / 9) = 1.0f;
  Vec6 strain = Vec6::Zero();
  strain[2] = 1e-3;
  const VoxelBlocks model({size}, scale, 0.5f);
  const DrivenBox box = solve_driven_box(model, 0.3, faces_strained(strain), {1e-9, 100}, Progress());
  CHECK(box.removed_pieces == 1);
  CHECK(box.removed_solid_fraction == Approx(27.0 / 135.0));
  CHECK(box.model.voxel_count() == 108);
  const auto free = [](const Index3&, bool) -> std::optional<Vec3> { return std::nullopt; };
  const auto [code, message] = error_of([&] { solve_driven_box(model, 0.3, free, {}, Progress()); });
  CHECK(code == ExitCode::kBadInput);
  CHECK(message.find("held") != std::string::npos);
}
