#include "core/threads.h"
#include "fea/micro/platen_test.h"
#include "tests/fea/micro/voxel_solids.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

namespace {

VoxelBlocks box(const Index3& size) { return VoxelBlocks({size}, std::vector<float>(std::size_t(product(size)), 1.0f), 0.5f); }

/// Round bar along z, voxels with the share of their section within the radius (16^2 samples).
VoxelBlocks bar(int width, int height, double radius) {
  std::vector<float> scale;
  for (int c = 0; c < width * width * height; ++c) {
    int inside = 0;
    for (int s = 0; s < 256; ++s) {
      const double x = c % width + (s % 16 + 0.5) / 16 - 0.5 * width, y = c / width % width + (s / 16 + 0.5) / 16 - 0.5 * width;
      inside += x * x + y * y < radius * radius;
    }
    scale.push_back(float(inside) / 256.0f);
  }
  return VoxelBlocks({{width, width, height}}, scale, 0.02f);
}

}  // namespace

TEST_CASE("frictionless platens: a prism is compressed uniformly, whatever its section") {
  const Index3 size{9, 6, 12};
  const VoxelBlocks model = box(size);
  PlatenTest test(model, 0.3, {PlatenContact::kFrictionless, 0}, {}, Progress());
  CHECK(test.upper().area == Approx(54.0));
  CHECK(test.upper().centre.x() == Approx(4.5));
  CHECK(test.lower().nodes == 70);
  NodalVector<double> u;
  const PlatenResult result = test.run(PlatenMotion::kCompression, u, {1e-10, 100}, Progress());
  CHECK(result.force.z() == Approx(-54.0 / 12.0).epsilon(1e-8));  // E A / L per edge of motion
  CHECK(result.stiffness == Approx(54.0 / 12.0).epsilon(1e-10));
  CHECK(std::abs(result.force.x()) + std::abs(result.force.y()) < 1e-8);
  CHECK(result.balance_error < 1e-8);
  CHECK(error_of([&] { test.run(PlatenMotion::kTorsion, u, {}, Progress()); }).first == ExitCode::kBadInput);
}

TEST_CASE("bonded platens: the cube of the cross-solver table") {
  // Reaction over E L u of a cube of 12 and 20 elements per side, nu = 0.3, held in all directions: CalculiX 1.069680, 1.066819.
  for (const auto& [n, expected] : {std::pair{12, 1.069680}, std::pair{20, 1.066819}}) {
    const VoxelBlocks model = box({n, n, n});
    PlatenTest test(model, 0.3, {}, {}, Progress());
    NodalVector<double> u;
    const PlatenResult result = test.run(PlatenMotion::kCompression, u, {1e-9, 100}, Progress());
    CHECK(-result.force.z() / n == Approx(expected).epsilon(2e-6));
    CHECK(result.balance_error < 1e-7);
    // The energy is right where the sum of nodal forces of a loose solution is not yet.
    const double loose = test.run(PlatenMotion::kCompression, u, {1e-3, 100}, Progress()).stiffness;
    CHECK(loose / n == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("torsion of a round bar tends to G pi r^4 / 2 and turns about its own axis") {
  double before = 1.0;
  for (const int r : {4, 8}) {
    const int height = 6 * r;
    const VoxelBlocks model = bar(2 * r + 4, height, r);
    PlatenTest test(model, 0.3, {}, {}, Progress());
    NodalVector<double> u;
    const PlatenResult result = test.run(PlatenMotion::kTorsion, u, {1e-8, 100}, Progress());
    const double exact = 1.0 / 2.6 * 0.5 * M_PI * std::pow(r, 4) / height;
    const double error = std::abs(result.moment.z() / exact - 1.0);
    CHECK(error < before);
    before = error;
    CHECK(result.stiffness == Approx(result.moment.z()).epsilon(1e-5));
    CHECK(result.force.norm() < 1e-5 * result.moment.z());
    CHECK(std::abs(result.moment.x()) < 1e-5 * result.moment.z());
  }
  CHECK(before < 0.03);
}

TEST_CASE("bending of a square bar tends to the moment of Timoshenko's beam, clamped at one end and turned at the other") {
  double before = 1.0;
  for (const int w : {4, 8}) {
    const double height = 10.0 * w, inertia = std::pow(w, 4) / 12.0, shear_factor = 10.0 * 1.3 / (12.0 + 11.0 * 0.3);
    const VoxelBlocks model = box({w, w, 10 * w});
    PlatenTest test(model, 0.3, {}, {}, Progress());
    std::vector<NodalVector<double>> u(2);
    const std::vector<PlatenMotion> motions{PlatenMotion::kBendingX, PlatenMotion::kBendingY};
    const auto results = test.run(motions, u, {1e-8, 100}, Progress());
    const double phi = 12.0 * inertia / (shear_factor / 2.6 * w * w * height * height);
    const double exact = inertia / height * (4.0 + phi) / (1.0 + phi), error = std::abs(results[0].moment.x() / exact - 1.0);
    CHECK(error < before);
    before = error;
    CHECK(results[0].stiffness == Approx(results[0].moment.x()).epsilon(1e-5));
    CHECK(results[1].moment.y() == Approx(results[0].moment.x()).epsilon(1e-5));
    CHECK(std::abs(results[0].moment.z()) < 1e-5 * exact);
  }
  CHECK(before < 0.04);
}

TEST_CASE("shear of a flat block: G A / H from above, the same along x and y for a square one") {
  const VoxelBlocks model = box({24, 24, 4});
  PlatenTest test(model, 0.3, {}, {}, Progress());
  NodalVector<double> u;
  const double fx = test.run(PlatenMotion::kShearX, u, {1e-9, 100}, Progress()).force.x();
  const double fy = test.run(PlatenMotion::kShearY, u, {1e-9, 100}, Progress()).force.y();
  CHECK(fx == Approx(fy).epsilon(1e-6));
  const double simple = 576.0 / 2.6 / 4.0;
  CHECK(fx < simple);
  CHECK(fx > 0.9 * simple);
}

TEST_CASE("a seat holds what lies in it: a block with seats is as stiff as the part between them") {
  const VoxelBlocks whole = box({8, 8, 14}), middle = box({8, 8, 10});
  PlatenTest seated(whole, 0.3, {PlatenContact::kBonded, 2}, {}, Progress()), flat(middle, 0.3, {}, {}, Progress());
  NodalVector<double> u;
  const double a = seated.run(PlatenMotion::kCompression, u, {1e-9, 100}, Progress()).force.z();
  const double b = flat.run(PlatenMotion::kCompression, u, {1e-9, 100}, Progress()).force.z();
  CHECK(a == Approx(b).epsilon(1e-7));
  CHECK(seated.lower().nodes == 3 * 81);
  CHECK_THAT(error_of([&] { PlatenTest(whole, 0.3, {PlatenContact::kBonded, 7}, {}, Progress()); }).second, Catch::Contains("nothing is left"));
}

TEST_CASE("motions solved side by side are those solved one by one; the same bits with any number of threads") {
  const Index3 size{18, 15, 22};
  std::vector<float> scale(std::size_t(product(size)), 1.0f);
  for (std::int64_t k = 3; k < 19; ++k)
    for (std::int64_t j = 4; j < 10; ++j)
      for (std::int64_t i = 5; i < 12; ++i) scale[std::size_t(i + size[0] * (j + size[1] * k))] = i < 8 ? 0.0f : 0.1f;
  const VoxelBlocks model({size}, scale, 0.01f);
  const SolveOptions options{1e-9, 100};
  const std::vector<PlatenMotion> motions{PlatenMotion::kCompression, PlatenMotion::kShearX, PlatenMotion::kShearY, PlatenMotion::kTorsion};
  PlatenTest test(model, 0.3, {}, {}, Progress());
  std::vector<NodalVector<double>> one(4), two(4);
  set_thread_count(1);
  const auto results = test.run(motions, one, options, Progress());
  set_thread_count(2);
  test.run(motions, two, options, Progress());
  REQUIRE(results.size() == 4);
  for (std::size_t m = 0; m < 4; ++m) {
    INFO(to_string(motions[m]));
    CHECK(std::memcmp(one[m].data(), two[m].data(), std::size_t(one[m].size()) * 8) == 0);
    NodalVector<double> single;
    const PlatenResult alone = test.run(motions[m], single, options, Progress());
    CHECK(results[m].motion == motions[m]);
    CHECK(results[m].solve.relative_residual <= 1e-9);
    CHECK(results[m].solve.iterations <= alone.solve.iterations + 1);
    CHECK(results[m].stiffness == Approx(alone.stiffness).epsilon(1e-9));
    double error = 0.0;
    for (std::int64_t i = 0; i < single.size(); ++i) error = std::max(error, std::abs(single[i] - one[m][i]));
    CHECK(error < 1e-6);
  }
  PlatenTest sliding(model, 0.3, {PlatenContact::kFrictionless, 0}, {}, Progress());
  CHECK(error_of([&] { sliding.run(motions, one, options, Progress()); }).first == ExitCode::kBadInput);
}

TEST_CASE("a platen that touches nothing, or a line only, is refused by name") {
  std::vector<float> scale(8 * 8 * 8, 0.0f);
  for (int k = 0; k < 6; ++k)
    for (int c = 0; c < 64; ++c) scale[std::size_t(c + 64 * k)] = 1.0f;
  const VoxelBlocks low({{8, 8, 8}}, scale, 0.5f);
  const auto refused = error_of([&] { PlatenTest(low, 0.3, {}, {}, Progress()); });
  CHECK(refused.first == ExitCode::kBadInput);
  CHECK_THAT(refused.second, Catch::Contains("upper platen touches 0 nodes"));
}
