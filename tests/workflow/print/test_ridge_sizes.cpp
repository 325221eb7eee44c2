#include "core/threads.h"
#include "tests/workflow/print/solids.h"
#include "workflow/print/ridge_sizes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;
using lattice::MaterialPhase;

namespace {

std::vector<Ridge> ridges(const BuildField& build, MaterialPhase phase = MaterialPhase::kSolid) {
  return find_ridges(build.field, build.distance, phase, nullptr, Progress());
}

}  // namespace

TEST_CASE("struts and walls are told apart, with their size and inclination") {
  constexpr double kVoxel_mm = 0.05;
  for (const double angle_deg : {0.0, 35.0, 60.0, 90.0}) {
    CAPTURE(angle_deg);
    const double angle = angle_deg * 3.14159265358979323846 / 180.0;
    const Vec3 axis(std::cos(angle) * 0.8, std::cos(angle) * 0.6, std::sin(angle));
    const BuildField strut = build_of(2.0, kVoxel_mm, [&](const Vec3& p) {
      return std::max(rod_mm(p, Vec3(0.013, 0.021, -0.008), axis, 0.15), p.cwiseAbs().maxCoeff() - 1.6);
    });
    const std::vector<Ridge> found = ridges(strut);
    const auto lines = sizes_of(found, true);
    REQUIRE(lines);
    CHECK(std::abs(lines->median_mm - 0.30) < 0.25 * kVoxel_mm);
    CHECK(std::abs(lines->p1_mm - 0.30) < kVoxel_mm);
    CHECK_FALSE(sizes_of(found, false));
    const auto shares = line_inclination(found);
    const std::size_t bin = std::min<std::size_t>(8, std::size_t(angle_deg / 10.0));
    // The cut ends bend the axis a little.
    CHECK(shares[bin] + (bin > 0 ? shares[bin - 1] : 0.0) + (bin < 8 ? shares[bin + 1] : 0.0) > 0.9);
    const BuildField wall = build_of(2.0, kVoxel_mm, [&](const Vec3& p) {
      return std::max(std::abs(axis.dot(p) - 0.017) - 0.2, p.norm() - 1.5);
    });
    const std::vector<Ridge> sheet = ridges(wall);
    const auto walls = sizes_of(sheet, false);
    REQUIRE(walls);
    CHECK(std::abs(walls->median_mm - 0.40) < 0.25 * kVoxel_mm);
    CHECK(std::abs(walls->p5_mm - 0.40) < kVoxel_mm);
    CHECK(walls->count > 20 * std::count_if(sheet.begin(), sheet.end(), [](const Ridge& r) { return r.line; }));
  }
}

TEST_CASE("slots and channels of the void; square edges are no thin walls") {
  const BuildField block = build_of(2.5, 0.05, [](const Vec3& p) {
    const double body = box_mm(p, Vec3::Constant(-2.0), Vec3::Constant(2.0));
    const double channel = rod_mm(p, Vec3(1.01, 0.98, 0.0), Vec3::UnitZ(), 0.3), slot = std::max(std::abs(p[0] + 0.97) - 0.125, p[1]);
    return std::max(body, std::max(-channel, -slot));
  });
  geometry::FloatImage inside = block.field.like<float>();
  for (std::int64_t k = 0; k < inside.size[2]; ++k)
    for (std::int64_t j = 0; j < inside.size[1]; ++j)
      for (std::int64_t i = 0; i < inside.size[0]; ++i)
        inside.at(i, j, k) = float(inside.to_patient(Vec3(double(i), double(j), double(k))).cwiseAbs().maxCoeff() - 1.9);
  const std::vector<Ridge> pores = find_ridges(block.field, block.distance, MaterialPhase::kVoid, &inside, Progress());
  const auto holes = sizes_of(pores, true), gaps = sizes_of(pores, false);
  REQUIRE(holes);
  REQUIRE(gaps);
  CHECK(holes->median_mm == Approx(0.60).margin(0.0125));
  CHECK(gaps->median_mm == Approx(0.25).margin(0.0125));
  // The block's thinnest place is between channel and faces.
  const auto walls = sizes_of(ridges(block), false);
  if (walls) CHECK(walls->p1_mm > 0.4);
}

TEST_CASE("the same ridges for any thread count") {
  const BuildField build = build_of(1.5, 0.06, [](const Vec3& p) { return std::max(rod_mm(p, Vec3::Zero(), Vec3(1, 1, 1), 0.2), p.norm() - 1.2); });
  set_thread_count(1);
  const std::vector<Ridge> one = ridges(build);
  set_thread_count(2);
  const std::vector<Ridge> two = ridges(build);
  set_thread_count(0);
  REQUIRE(one.size() == two.size());
  for (std::size_t n = 0; n < one.size(); ++n) REQUIRE((one[n].centre == two[n].centre && one[n].diameter_mm == two[n].diameter_mm && one[n].axis == two[n].axis));
}
