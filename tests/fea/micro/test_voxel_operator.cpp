#include "core/threads.h"
#include "tests/fea/micro/voxel_solids.h"
#include "tests/fea/models.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;
using namespace spongiosa::fea::micro;

namespace {

double largest(const NodalVector<double>& v) {
  double value = 0.0;
  for (std::int64_t i = 0; i < v.size(); ++i) value = std::max(value, std::abs(v[i]));
  return value;
}
double largest_difference(const NodalVector<double>& a, const NodalVector<double>& b) {
  REQUIRE(a.size() == b.size());
  double value = 0.0;
  for (std::int64_t i = 0; i < a.size(); ++i) value = std::max(value, std::abs(a[i] - b[i]));
  return value;
}

}  // namespace

TEST_CASE("modal element equals the Gauss integrated matrix") {
  for (const double nu : {-0.4, 0.0, 0.3, 0.49}) {
    const VoxelBlocks model({{1, 1, 1}}, std::vector<float>{1.0f}, 0.1f);
    REQUIRE(model.node_count() == 8);
    const VoxelOperator op(model, nu, {});
    const Mat24 dense = gauss_element_matrix(nu);
    Mat24 modal;
    NodalVector<double> x(model), y(model);
    for (int column = 0; column < 24; ++column) {
      const auto at = [&](int unknown) {
        const int a = unknown / 3;
        const auto node = model.node_index({a & 1, a >> 1 & 1, a >> 2});
        return node.x + unknown % 3 * node.stride;
      };
      for (int i = 0; i < 24; ++i) x[i] = 0.0;
      x[at(column)] = 1.0;
      op.apply(x, y);
      for (int i = 0; i < 24; ++i) modal(i, column) = y[at(i)];
    }
    CHECK((modal - dense).cwiseAbs().maxCoeff() < 1e-14 * dense.cwiseAbs().maxCoeff());
    CHECK(op.inverse_diagonal()[0] == Approx(1.0 / dense(0, 0)).epsilon(1e-6));
  }
}

TEST_CASE("operator equals voxel by voxel assembly: odd sizes, voids, periodic axes") {
  const Mat24 dense = gauss_element_matrix(0.3);
  struct Grid {
    VoxelGrid grid;
    double void_share;
  };
  const std::vector<Grid> grids = {{{{8, 8, 8}}, 0.0},
                                   {{{16, 24, 9}}, 0.3},
                                   {{{19, 7, 17}}, 0.7},
                                   {{{33, 10, 12}}, 0.95},
                                   {{{16, 16, 16}, {true, true, true}}, 0.5},
                                   {{{12, 20, 10}, {true, true, true}}, 0.5},
                                   {{{4, 2, 6}, {true, true, true}}, 0.2},
                                   {{{26, 9, 18}, {true, false, true}}, 0.6},
                                   {{{9, 26, 5}, {false, true, false}}, 0.6}};
  for (const Grid& g : grids) {
    INFO(g.grid.size[0] << " x " << g.grid.size[1] << " x " << g.grid.size[2] << ", void " << g.void_share);
    const VoxelBlocks model(g.grid, random_scale(g.grid.size, g.void_share, 7), 0.1f);
    const VoxelOperator op(model, 0.3, {});
    const auto x = random_vector<double>(model, 3);
    NodalVector<double> y(model);
    op.apply(x, y);
    const auto expected = dense_product(model, dense, x);
    CHECK(largest(expected) > 0.1);
    CHECK(largest_difference(y, expected) < 1e-14 * largest(expected));

    NodalVector<float> xf(model), yf(model);
    for (std::int64_t i = 0; i < x.size(); ++i) xf[i] = float(x[i]);
    op.apply(xf, yf);
    double error = 0.0;
    for (std::int64_t i = 0; i < x.size(); ++i) error = std::max(error, std::abs(double(yf[i]) - expected[i]));
    CHECK(error < 2e-6 * largest(expected));

    // Diagonal: the response at a component to itself.
    const std::vector<float> inverse = op.inverse_diagonal();
    std::int64_t number = 0;
    for (const VoxelBlock& block : model.blocks())
      model.visit_nodes(block, [&](const Index3& node, VoxelBlocks::NodeIndex) {
        double scale = 0.0;
        for (int a = 0; a < 8; ++a) {
          Index3 voxel{node[0] - (a & 1), node[1] - (a >> 1 & 1), node[2] - (a >> 2)};
          scale += model.scale_at(voxel);
        }
        REQUIRE(1.0 / inverse[std::size_t(number)] == Approx(scale * dense(0, 0)).epsilon(1e-5));
        ++number;
      });
    CHECK(number == model.node_count());
  }
}

TEST_CASE("patch test: a linear displacement leaves inner nodes of a uniform solid without force") {
  const VoxelBlocks model({{13, 9, 11}}, std::vector<float>(13 * 9 * 11, 0.7f), 0.1f);
  const VoxelOperator op(model, 0.3, {});
  NodalVector<double> x(model), y(model);
  for (int strain = 0; strain < 6; ++strain) {
    Mat3 gradient = Mat3::Zero();
    const int pair[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};
    gradient(pair[strain][0], pair[strain][1]) = 1.0;
    set_nodes(model, x, [&](const Vec3& p) { return Vec3(gradient * p); });
    op.apply(x, y);
    double inner = 0.0;
    for (const VoxelBlock& block : model.blocks())
      model.visit_nodes(block, [&](const Index3& n, VoxelBlocks::NodeIndex at) {
        if (n[0] < 1 || n[1] < 1 || n[2] < 1 || n[0] > 12 || n[1] > 8 || n[2] > 10) return;
        for (int c = 0; c < 3; ++c) inner = std::max(inner, std::abs(y[at.x + c * at.stride]));
      });
    CHECK(largest(y) > 0.05);
    CHECK(inner < 1e-12);
  }
}

TEST_CASE("rigid motions give no force, translations exactly none in single precision") {
  const Index3 size{17, 12, 21};
  const VoxelBlocks model({size}, random_scale(size, 0.6, 11), 0.1f);
  const VoxelOperator op(model, 0.3, {});
  NodalVector<double> x(model), y(model);
  NodalVector<float> xf(model), yf(model);
  for (int mode = 0; mode < 6; ++mode) {
    const auto motion = [&](const Vec3& p) {
      Vec3 axis = Vec3::Zero();
      axis[mode % 3] = 1.0;
      return mode < 3 ? axis : Vec3(axis.cross(p - Vec3(8, 6, 10)));
    };
    set_nodes(model, x, motion);
    set_nodes(model, xf, motion);
    op.apply(x, y);
    op.apply(xf, yf);
    float single = 0.0f;
    for (std::int64_t i = 0; i < yf.size(); ++i) single = std::max(single, std::abs(yf[i]));
    CHECK(largest(y) < 1e-13);
    CHECK(single <= (mode < 3 ? 0.0f : 2e-6f));
  }
}

TEST_CASE("operator is symmetric and positive") {
  const Index3 size{20, 15, 18};
  const VoxelBlocks model({size}, random_scale(size, 0.5, 5), 0.1f);
  const VoxelOperator op(model, 0.3, {});
  const auto x = random_vector<double>(model, 1), y = random_vector<double>(model, 2);
  NodalVector<double> kx(model), ky(model);
  op.apply(x, kx);
  op.apply(y, ky);
  double xky = 0.0, ykx = 0.0, xkx = 0.0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    xky += x[i] * ky[i];
    ykx += y[i] * kx[i];
    xkx += x[i] * kx[i];
  }
  CHECK(xky == Approx(ykx).epsilon(1e-12));
  CHECK(xkx > 0.0);
}

TEST_CASE("held components feel no force; any thread count gives the same bits") {
  const Index3 size{40, 25, 33};
  const VoxelBlocks model({size, {true, false, false}}, random_scale(size, 0.6, 9), 0.1f);
  std::vector<std::int64_t> fixed;
  for (std::int64_t i = 0; i < model.unknown_count(); i += 7) fixed.push_back(i);
  fixed.push_back(0);
  const VoxelOperator op(model, 0.25, fixed);
  CHECK(op.fixed().size() == std::size_t((model.unknown_count() + 6) / 7));
  const auto a = random_vector<double>(model, 1);
  NodalVector<double> one(model), two(model), all(model);
  set_thread_count(1);
  op.apply(a, one);
  op.apply(a, all, VoxelOperator::Rows::kAll);
  set_thread_count(2);
  op.apply(a, two);
  CHECK(std::memcmp(one.data(), two.data(), std::size_t(one.size()) * 8) == 0);
  for (std::int64_t i = 0; i < one.size(); ++i) REQUIRE(one[i] == (i % 7 == 0 ? 0.0 : all[i]));
}

TEMPLATE_TEST_CASE("eight load cases at once: the forces of each alone, also across periodic ends within a block", "", float, double) {
  for (const VoxelGrid& grid : std::vector<VoxelGrid>{{{21, 18, 19}}, {{12, 20, 10}, {true, true, true}}, {{40, 9, 17}, {true, false, true}},
                                                      {{2, 4, 6}, {true, true, true}}}) {
    INFO(grid.size[0] << " x " << grid.size[1] << " x " << grid.size[2]);
    const VoxelBlocks model(grid, random_scale(grid.size, 0.5, 3), 0.1f);
    const VoxelOperator op(model, 0.3, {1, 5, model.unknown_count() - 1});
    NodalVector<TestType, kLoadLanes> x(model), y(model);
    std::vector<NodalVector<TestType>> single;
    for (int lane = 0; lane < kLoadLanes; ++lane) {
      single.push_back(random_vector<TestType>(model, unsigned(lane)));
      for (std::int64_t i = 0; i < model.unknown_count(); ++i) x[kLoadLanes * i + lane] = single.back()[i];
    }
    op.apply_blocks<kLoadLanes>(static_cast<const TestType*>(x.data()), VoxelOperator::Rows::kFree,
                                [&](std::size_t, const VoxelBlock& block, const TestType* force) {
                                  std::copy_n(force, kLoadLanes * 3 * block.node_count, y.data() + kLoadLanes * 3 * block.first_node);
                                });
    double error = 0.0, largest = 0.0;
    NodalVector<TestType> expected(model);
    for (int lane = 0; lane < kLoadLanes; ++lane) {
      op.apply(single[std::size_t(lane)], expected);
      for (std::int64_t i = 0; i < model.unknown_count(); ++i) {
        error = std::max(error, std::abs(double(y[kLoadLanes * i + lane]) - double(expected[i])));
        largest = std::max(largest, std::abs(double(expected[i])));
      }
    }
    CHECK(error < 10 * double(std::numeric_limits<TestType>::epsilon()) * largest);
    CHECK(largest > 0.1);
  }
}

TEST_CASE("voxel models that make no sense are refused") {
  const auto message = [](const auto& work) {
    const auto error = error_of(work);
    CHECK(error.first == ExitCode::kBadInput);
    return error.second;
  };
  CHECK_THAT(message([] { VoxelBlocks({{4, 4, 4}}, std::vector<float>(63, 1.0f), 0.1f); }), Catch::Contains("63 stiffness scales"));
  CHECK_THAT(message([] { VoxelBlocks({{4, 4, 4}}, std::vector<float>(64, 0.0f), 0.1f); }), Catch::Contains("no solid"));
  CHECK_THAT(message([] { VoxelBlocks({{4, 0, 4}}, std::vector<float>(), 0.1f); }), Catch::Contains("axis 1"));
  CHECK_THAT(message([] { VoxelBlocks({{4, 4, 4}}, std::vector<float>(64, 1.0f), 0.0f); }), Catch::Contains("smallest stiffness scale"));
  std::vector<float> wrong(64, 1.0f);
  wrong[13] = NAN;
  CHECK_THAT(message([&] { VoxelBlocks({{4, 4, 4}}, wrong, 0.1f); }), Catch::Contains("negative or not finite"));
  wrong[13] = -0.5f;
  CHECK_THAT(message([&] { VoxelBlocks({{4, 4, 4}}, wrong, 0.1f); }), Catch::Contains("negative or not finite"));
  const VoxelBlocks model({{4, 4, 4}}, std::vector<float>(64, 1.0f), 0.1f);
  CHECK_THAT(message([&] { VoxelOperator(model, 0.5, {}); }), Catch::Contains("Poisson"));
}
