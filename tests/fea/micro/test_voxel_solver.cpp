#include "core/threads.h"
#include "fea/micro/voxel_solver.h"
#include "tests/fea/micro/voxel_solids.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

namespace {

struct Compression {
  SolveReport report;
  double force = 0.0;  ///< unit modulus and voxel edge, for a unit displacement of the top
  NodalVector<double> displacement;
};

/// Bottom and top held, top moved down by one voxel edge.
Compression compress(const VoxelBlocks& model, const MultigridOptions& options, const SolveOptions& solve) {
  const std::int64_t top = model.grid().size[2];
  std::vector<std::int64_t> fixed;
  Compression result;
  result.displacement = NodalVector<double>(model);
  NodalVector<double> k(model);
  const NodalVector<double> b;
  const auto visit_top_and_bottom = [&](const auto& work) {
    for (const VoxelBlock& block : model.blocks())
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
        if (node[2] == 0 || node[2] == top) work(node[2] == top, at);
      });
  };
  visit_top_and_bottom([&](bool is_top, VoxelBlocks::NodeIndex at) {
    for (int c = 0; c < 3; ++c) fixed.push_back(at.x + c * at.stride);
    if (is_top) result.displacement[at.x + 2 * at.stride] = -1.0;
  });
  const VoxelOperator op(model, 0.3, fixed);
  VoxelSolver solver(op, options, Progress());
  result.report = solver.solve(b, result.displacement, 0.0, solve, Progress());
  op.apply(result.displacement, k, VoxelOperator::Rows::kAll);
  // The work of the plates: its error is the square of the displacement's.
  for (std::int64_t i = 0; i < k.size(); ++i) result.force += k[i] * result.displacement[i];
  return result;
}

VoxelBlocks cube(std::int64_t n) { return VoxelBlocks({{n, n, n}}, std::vector<float>(std::size_t(n * n * n), 1.0f), 0.5f); }

}  // namespace

TEST_CASE("cube between plates: the reaction of CalculiX and ParOSol on the same mesh") {
  // F / (E L u), nu = 0.3, both faces held in all components; CalculiX C3D8 at 6 to 40 elements a side, ParOSol at 64.
  struct Value {
    std::int64_t n;
    double reaction;
  };
  for (const Value& v : {Value{6, 1.078545}, {12, 1.069680}, {20, 1.066819}, {30, 1.065596}, {40, 1.065053}, {64, 1.064516}}) {
    const Compression result = compress(cube(v.n), {}, {1e-8, 60});
    INFO(v.n << " elements a side, " << result.report.iterations << " iterations");
    // A unit displacement of n voxel edges: F = reaction E L u / (E h u) = reaction n
    CHECK(result.force / double(v.n) == Approx(v.reaction).margin(1e-6));
    CHECK(result.report.iterations <= 8);
    CHECK(result.report.relative_residual <= 1e-8);
  }
}

TEST_CASE("thin struts, contrast and clipped cells converge in few steps, any thread count gives the same bits") {
  // A jungle of struts two voxels thick along the three axes, 6 voxels apart, some of them soft.
  const std::int64_t n = 50;
  std::vector<float> scale(std::size_t(n * n * n), 0.0f);
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < n; ++i) {
        const int in = (i % 8 < 2) + (j % 8 < 2) + (k % 8 < 2);
        if (in >= 2) scale[std::size_t(i + n * (j + n * k))] = (i / 8 + j / 8 + k / 8) % 3 ? 1.0f : 0.05f;
      }
  const VoxelBlocks model({{n, n, n}}, scale, 0.01f);
  set_thread_count(1);
  const Compression one = compress(model, {}, {1e-6, 40});
  set_thread_count(2);
  const Compression two = compress(model, {}, {1e-6, 40});
  INFO(one.report.iterations << " iterations");
  CHECK(one.report.iterations <= 20);
  CHECK(one.report.iterations == two.report.iterations);
  CHECK(std::memcmp(one.displacement.data(), two.displacement.data(), std::size_t(one.displacement.size()) * 8) == 0);
  const Compression exact = compress(model, {}, {1e-11, 80});
  CHECK(one.force == Approx(exact.force).epsilon(1e-5));
}

TEST_CASE("a column in free compression shortens as Hooke says") {
  // Bottom supported in z, top pressed with unit traction, sides free: u_z = z / E per unit stress, lateral nu.
  const Index3 size{6, 4, 20};
  const VoxelBlocks model({size}, std::vector<float>(std::size_t(product(size)), 0.5f), 0.1f);
  std::vector<std::int64_t> fixed;
  NodalVector<double> b(model), x(model);
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      if (node[2] == 0) fixed.push_back(at.x + 2 * at.stride);
      if (node[0] == 0) fixed.push_back(at.x);
      if (node[1] == 0) fixed.push_back(at.x + at.stride);
      if (node[2] == size[2]) {
        const double share = (node[0] == 0 || node[0] == size[0] ? 0.5 : 1.0) * (node[1] == 0 || node[1] == size[1] ? 0.5 : 1.0);
        b[at.x + 2 * at.stride] = -share;
      }
    });
  const VoxelOperator op(model, 0.3, fixed);
  VoxelSolver solver(op, {}, Progress());
  solver.solve(b, x, 0.0, {1e-12, 60}, Progress());
  for (const VoxelBlock& block : model.blocks())
    model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex at) {
      REQUIRE(x[at.x + 2 * at.stride] == Approx(-2.0 * double(node[2])).margin(1e-9));
      REQUIRE(x[at.x] == Approx(0.6 * double(node[0])).margin(1e-9));
      REQUIRE(x[at.x + at.stride] == Approx(0.6 * double(node[1])).margin(1e-9));
    });
}

TEST_CASE("no convergence, free motion and loads without meaning are errors") {
  const auto stopped = error_of([] { compress(cube(12), {}, {1e-8, 1}); });
  CHECK(stopped.first == ExitCode::kComputationFailed);
  CHECK_THAT(stopped.second, Catch::Contains("stopped after 1 iterations"));

  const VoxelBlocks model = cube(6);
  const VoxelOperator held_in_z(model, 0.3, {2 * model.node_count() / 3});
  NodalVector<double> b(model), x(model);
  b[0] = 1.0;
  const auto loose = error_of([&] {
    VoxelSolver solver(held_in_z, {}, Progress());
    solver.solve(b, x, 0.0, {1e-8, 30}, Progress());
  });
  CHECK(loose.first == ExitCode::kComputationFailed);

  const VoxelBlocks odd({{9, 4, 4}, {true, false, false}}, std::vector<float>(144, 1.0f), 0.5f);
  const VoxelOperator op(odd, 0.3, {});
  const auto refused = error_of([&] { VoxelSolver(op, {}, Progress()); });
  CHECK(refused.first == ExitCode::kBadInput);
  CHECK_THAT(refused.second, Catch::Contains("even"));

  const VoxelOperator plain(model, 0.3, {0, 1, 2});
  b[5] = NAN;
  const auto wrong = error_of([&] { VoxelSolver(plain, {}, Progress()).solve(b, x, 0.0, {}, Progress()); });
  CHECK(wrong.first != ExitCode::kDone);
}
