#include "core/error.h"
#include "core/file.h"
#include "core/threads.h"
#include "geometry/levelset/level_set.h"
#include "geometry/levelset/plane_share.h"
#include "tests/test_data.h"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

constexpr double kPi = 3.14159265358979323846;

Frame tilted_frame() {
  Frame frame;
  frame.origin_Patient = Vec3(12.5, -140.25, 903.0);
  frame.axes_Patient = (Eigen::AngleAxisd(0.3, Vec3(1, 2, 3).normalized())).toRotationMatrix();
  return frame;
}

LevelSet sphere(double radius_mm, double voxel_mm, const Vec3& centre = Vec3(0.113, -0.071, 0.049)) {
  const Box box{centre - Vec3::Constant(radius_mm + 1.0), centre + Vec3::Constant(radius_mm + 1.0)};
  return LevelSet::from_function("sphere", tilted_frame(), box, voxel_mm, 3.0,
                                 [=](const Vec3& p) { return (p - centre).norm() - radius_mm; });
}

}  // namespace

TEST_CASE("share of a cube below a plane") {
  CHECK(share_below_plane(0.0, 0.3, -0.2, 0.9) == Approx(0.5));
  CHECK(share_below_plane(-0.25, 1.0, 0.0, 0.0) == Approx(0.75).margin(1e-6));
  CHECK(share_below_plane(0.25, 0.0, -1.0, 0.0) == Approx(0.25).margin(1e-6));
  // The corner cut off at a third of each edge: (1/3)^3 / 6.
  CHECK(share_below_plane(1.5 - 1.0 / 3.0, 1.0, 1.0, 1.0) == Approx(1.0 / 162.0));
  CHECK(share_below_plane(2.0, 1.0, 1.0, 1.0) == 0.0);
  CHECK(share_below_plane(-2.0, 1.0, 1.0, 1.0) == 1.0);
  // Against counting points.
  std::mt19937 random(7);
  std::uniform_real_distribution<double> number(-1.0, 1.0);
  for (int trial = 0; trial < 20; ++trial) {
    const Vec3 g(number(random), number(random), number(random));
    const double value = 0.7 * number(random);
    constexpr int kN = 60;
    int below = 0;
    for (int n = 0; n < kN * kN * kN; ++n) {
      const Vec3 p = (Vec3(n % kN, n / kN % kN, n / kN / kN) + Vec3::Constant(0.5)) / kN - Vec3::Constant(0.5);
      if (value + g.dot(p) < 0.0) ++below;
    }
    CHECK(share_below_plane(value, g[0], g[1], g[2]) == Approx(double(below) / (kN * kN * kN)).margin(2e-3));
  }
}

TEST_CASE("a sphere has its volume, and the error falls with the square of the voxel") {
  const double exact = 4.0 / 3.0 * kPi * 5.0 * 5.0 * 5.0;
  const double coarse = std::abs(sphere(5.0, 0.4).volume_mm3() / exact - 1.0);
  const double fine = std::abs(sphere(5.0, 0.2).volume_mm3() / exact - 1.0);
  CHECK(coarse < 2e-3);
  CHECK(fine < 5e-4);
  CHECK(fine < coarse / 3.0);
}

TEST_CASE("values are distances in the frame of the grid") {
  const LevelSet level_set = sphere(5.0, 0.2);
  CHECK(level_set.value(Vec3(5.113, -0.071, 0.049)) == Approx(0.0).margin(2e-3));
  CHECK(level_set.value(Vec3(0.113, 5.2, 0.049)) == Approx(5.271 - 5.0).margin(2e-3));
  CHECK(level_set.value(Vec3(0.113, -0.071, 0.049)) == Approx(-level_set.band_mm()));
  CHECK(level_set.value(Vec3(50, 0, 0)) == Approx(level_set.band_mm()));
  const Box box = level_set.solid_bounds();
  CHECK(box.min[0] <= -4.887);
  CHECK(box.min[0] >= -4.887 - 0.4);
  CHECK(box.max[2] >= 5.049);
  CHECK(box.max[2] <= 5.049 + 0.4);
}

TEST_CASE("sampling a finer grid agrees with the sampler") {
  const LevelSet level_set = sphere(2.0, 0.2);
  const Index3 size{40, 31, 29};
  const Vec3 first(-2.6, -2.2, -1.9);
  std::vector<float> values(std::size_t(product(size)), 0.0f);
  level_set.sample_grid(first, 0.131, size, values.data());
  const LevelSet::Sampler sampler(level_set);
  double largest = 0.0;
  for (std::int64_t k = 0; k < size[2]; ++k)
    for (std::int64_t j = 0; j < size[1]; ++j)
      for (std::int64_t i = 0; i < size[0]; ++i) {
        const double direct = sampler.value(first + 0.131 * Vec3(double(i), double(j), double(k)));
        largest = std::max(largest, std::abs(direct - values[std::size_t(i + size[0] * (j + size[1] * k))]));
      }
  CHECK(largest < 1e-5);
}

TEST_CASE("dense values give the same level set as the function they came from") {
  const Index3 size{81, 81, 81};
  const Vec3 first = Vec3::Constant(-4.0);
  std::vector<float> values;
  for (std::int64_t n = 0; n < product(size); ++n)
    values.push_back(float((first + 0.1 * Vec3(double(n % 81), double(n / 81 % 81), double(n / 6561))).norm() - 3.0));
  const LevelSet dense = LevelSet::from_dense("dense", tilted_frame(), first, 0.1, size, values, 3.0);
  const LevelSet direct = LevelSet::from_function("direct", tilted_frame(), Box{first, -first}, 0.1, 3.0,
                                                  [](const Vec3& p) { return p.norm() - 3.0; });
  CHECK(dense.active_voxels() == Approx(direct.active_voxels()).epsilon(1e-3));  // rounding at the rim of the band
  CHECK(dense.volume_mm3() == Approx(direct.volume_mm3()).epsilon(1e-6));
  CHECK(dense.value(Vec3(3.05, 0.1, 0.2)) == Approx(direct.value(Vec3(3.05, 0.1, 0.2))).margin(1e-5));
  CHECK_THROWS_AS(LevelSet::from_dense("bad", Frame(), first, 0.1, {3, 3, 3}, values, 3.0), Error);
}

TEST_CASE("a level set from layers equals the one from all values at once") {
  const Vec3 first(-4.0, -4.0, -4.0);
  const Index3 size{81, 70, 83};
  const auto value = [&](std::int64_t n) {
    const Vec3 p = first + 0.1 * Vec3(double(n % size[0]), double(n / size[0] % size[1]), double(n / (size[0] * size[1])));
    return float((p - Vec3(0.0, -0.5, 0.1)).norm() - 3.0);
  };
  std::vector<float> values;
  for (std::int64_t n = 0; n < product(size); ++n) values.push_back(value(n));
  const LevelSet dense = LevelSet::from_dense("a", tilted_frame(), first, 0.1, size, values, 3.0);
  const LevelSet layered = LevelSet::from_layers("a", tilted_frame(), first, 0.1, size, 3.0,
                                                 [&](std::int64_t k, std::int64_t layers, float* out) {
                                                   for (std::int64_t n = 0; n < layers * size[0] * size[1]; ++n)
                                                     out[n] = value(n + k * size[0] * size[1]);
                                                 });
  CHECK(layered.active_voxels() == dense.active_voxels());
  const TemporaryFolder folder;
  write_vdb(folder.path() / "a.vdb", {dense}, {});
  write_vdb(folder.path() / "b.vdb", {layered}, {});
  const bool same_bytes = read_text_file(folder.path() / "a.vdb") == read_text_file(folder.path() / "b.vdb");
  CHECK(same_bytes);
}

TEST_CASE("a vdb file gives back what went in, with the same bytes every time") {
  const TemporaryFolder folder;
  const LevelSet body = sphere(3.0, 0.2);
  const Json metadata = {{"case", "demo"}, {"count", 2}};
  write_vdb(folder.path() / "a.vdb", {body, sphere(1.0, 0.1)}, metadata);
  set_thread_count(1);
  const LevelSet again = sphere(3.0, 0.2);
  set_thread_count(2);
  write_vdb(folder.path() / "b.vdb", {again, sphere(1.0, 0.1)}, metadata);
  CHECK(read_text_file(folder.path() / "a.vdb") == read_text_file(folder.path() / "b.vdb"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "a.vdb.part"));

  const std::vector<LevelSet> back = read_vdb(folder.path() / "a.vdb");
  REQUIRE(back.size() == 2);
  CHECK(back[0].name() == "sphere");
  CHECK(back[0].voxel_mm() == body.voxel_mm());
  CHECK(back[0].band_mm() == body.band_mm());
  CHECK(back[0].frame().origin_Patient == body.frame().origin_Patient);
  CHECK(back[0].frame().axes_Patient == body.frame().axes_Patient);
  CHECK(back[0].active_voxels() == body.active_voxels());
  CHECK(back[0].volume_mm3() == body.volume_mm3());
  CHECK(back[0].value(Vec3(2.9, 0.3, 0.1)) == body.value(Vec3(2.9, 0.3, 0.1)));
}

TEST_CASE("level sets refuse what makes no sense") {
  const auto unit_ball = [](const Vec3& p) { return p.norm() - 1.0; };
  const Box box{Vec3::Constant(-2.0), Vec3::Constant(2.0)};
  CHECK_THROWS_AS(LevelSet::from_function("x", Frame(), box, 0.0, 3.0, unit_ball), Error);
  CHECK_THROWS_AS(LevelSet::from_function("x", Frame(), box, 0.1, 1.0, unit_ball), Error);
  CHECK_THROWS_AS(LevelSet::from_function("x", Frame(), Box(), 0.1, 3.0, unit_ball), Error);
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_vdb(folder.path() / "missing.vdb"), Error);
  write_text_file(folder.path() / "text.vdb", "this is no VDB file");
  CHECK_THROWS_AS(read_vdb(folder.path() / "text.vdb"), Error);
}
