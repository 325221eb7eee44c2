#include "core/error.h"
#include "core/threads.h"
#include "lattice/measure/local_thickness.h"
#include "tests/lattice/measure/shapes.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <limits>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;
using test::sampled;

namespace {

FloatImage thickness(const FloatImage& field, MaterialPhase phase, const FloatImage* zone = nullptr) {
  FloatImage map = field.like(0.0f);
  const SurfaceDistance distance = surface_distance(field, Progress());
  local_thickness(field, distance, phase, zone, map, Progress());
  return map;
}

struct Spread {
  double mean = 0.0, least = 1e9, most = 0.0;
  std::int64_t count = 0;
};
Spread spread(const FloatImage& map) {
  Spread s;
  for (const float v : map.data)
    if (v > 0.0f) {
      s.mean += v;
      s.least = std::min(s.least, double(v));
      s.most = std::max(s.most, double(v));
      ++s.count;
    }
  s.mean /= double(s.count);
  return s;
}

/// Hildebrand and Rueegsegger by brute force: every ball around a point of a grid `finer` times as fine inside the phase, with
/// its exact radius, marks every sample it contains.
template <class Distance>
FloatImage brute_force(const FloatImage& field, MaterialPhase phase, int finer, const Distance& exact_mm) {
  FloatImage map = field.like(0.0f);
  const double h = field.spacing_mm[0];
  const float sign = sign_of(phase);
  for (std::int64_t k = 0; k <= (field.size[2] - 1) * finer; ++k)
    for (std::int64_t j = 0; j <= (field.size[1] - 1) * finer; ++j)
      for (std::int64_t i = 0; i <= (field.size[0] - 1) * finer; ++i) {
        const Vec3 x = Vec3(double(i), double(j), double(k)) / finer;
        const double r = sign * exact_mm(Vec3(h * x)) / h;
        if (r <= 0.0) continue;
        const auto low = [&](int a) { return std::max<std::int64_t>(0, std::int64_t(std::ceil(x[a] - r))); };
        const auto high = [&](int a) { return std::min(field.size[std::size_t(a)] - 1, std::int64_t(std::floor(x[a] + r))); };
        for (std::int64_t c = low(2); c <= high(2); ++c)
          for (std::int64_t b = low(1); b <= high(1); ++b)
            for (std::int64_t a = low(0); a <= high(0); ++a) {
              float& value = map.at(a, b, c);
              if (sign * field.at(a, b, c) > 0.0f && (Vec3(double(a), double(b), double(c)) - x).squaredNorm() < r * r) value = std::max(value, float(2.0 * r * h));
            }
      }
  return map;
}

}  // namespace

TEST_CASE("distances to a tilted plane and to a sphere are those of the surface, not of its samples") {
  const Vec3 normal = Vec3(0.3, -0.5, 0.8).normalized(), centre(1.03, 0.98, 1.01);
  const auto plane = [&](const Vec3& p) { return normal.dot(p - centre); };
  const auto sphere = [&](const Vec3& p) { return (p - centre).norm() - 0.7; };
  const FloatImage flat = sampled({41, 40, 42}, 0.05, plane), round = sampled({41, 40, 42}, 0.05, sphere);
  const SurfaceDistance to_plane = surface_distance(flat, Progress()), to_sphere = surface_distance(round, Progress());
  double worst_plane = 0.0, worst_far_plane = 0.0, worst_sphere = 0.0;
  for (std::int64_t k = 10; k < 32; ++k)  // the foot of the perpendicular must lie in the grid
    for (std::int64_t j = 10; j < 30; ++j)
      for (std::int64_t i = 10; i < 31; ++i) {
        const std::size_t n = flat.offset(i, j, k);
        double& worst = std::abs(to_plane.signed_voxels[n]) < 12.0f ? worst_plane : worst_far_plane;
        worst = std::max(worst, std::abs(to_plane.signed_voxels[n] - double(flat.data[n]) / 0.05));
        worst_sphere = std::max(worst_sphere, std::abs(to_sphere.signed_voxels[n] - double(round.data[n]) / 0.05));
      }
  CAPTURE(worst_plane, worst_far_plane, worst_sphere);
  CHECK(worst_plane < 0.001);
  CHECK(worst_far_plane < 0.04);  // as documented for distances beyond 12 voxels
  CHECK(worst_sphere < 0.1);
}

TEST_CASE("a slab has its thickness everywhere, wherever it lies between the samples") {
  for (const double shift : {0.0, 0.013, 0.025, 0.041}) {
    const auto slab = [&](const Vec3& p) { return std::abs(p[2] - 1.0 - shift) - 0.14; };
    const Spread solid = spread(thickness(sampled({20, 22, 41}, 0.05, slab), MaterialPhase::kSolid));
    CAPTURE(shift, solid.least, solid.most);
    CHECK(solid.least == Approx(0.28).epsilon(2e-3));
    CHECK(solid.most == Approx(0.28).epsilon(2e-3));
  }
}

TEST_CASE("a tilted slab, a ball and a cylinder") {
  const Vec3 normal = Vec3(0.36, 0.48, 0.8), centre(1.01, 0.99, 1.02);
  // Near the border of the grid the nearest surface may lie beyond it.
  const FloatImage inner = sampled({41, 41, 41}, 0.05, [](const Vec3& p) { return (p - Vec3(1.0, 1.0, 1.0)).cwiseAbs().maxCoeff() - 0.7; });
  SECTION("slab") {
    const auto slab = [&](const Vec3& p) { return std::abs(normal.dot(p - centre)) - 0.17; };
    const Spread solid = spread(thickness(sampled({41, 41, 41}, 0.05, slab), MaterialPhase::kSolid, &inner));
    CAPTURE(solid.least, solid.most);
    CHECK(solid.mean == Approx(0.34).epsilon(5e-3));
    CHECK(solid.most == Approx(0.34).epsilon(5e-3));
  }
  SECTION("ball, as solid and as pore") {
    const auto ball = [&](const Vec3& p) { return (p - centre).norm() - 0.63; };
    const Spread solid = spread(thickness(sampled({41, 41, 41}, 0.05, ball), MaterialPhase::kSolid));
    const Spread pore = spread(thickness(sampled({41, 41, 41}, 0.05, [&](const Vec3& p) { return -ball(p); }), MaterialPhase::kVoid));
    CAPTURE(solid.least, solid.mean, solid.most);
    CHECK(solid.mean == Approx(1.26).epsilon(5e-3));
    CHECK(solid.most == Approx(1.26).epsilon(5e-3));
    CHECK(pore.mean == Approx(solid.mean).epsilon(1e-6));
  }
  SECTION("cylinder") {
    const Vec3 axis = Vec3(0.48, 0.6, 0.64);
    const auto rod = [&](const Vec3& p) {
      const Vec3 q = p - centre;
      return (q - q.dot(axis) * axis).norm() - 0.21;
    };
    const Spread solid = spread(thickness(sampled({41, 41, 41}, 0.05, rod), MaterialPhase::kSolid, &inner));
    CAPTURE(solid.least, solid.mean, solid.most);
    CHECK(solid.mean == Approx(0.42).epsilon(1e-2));
    CHECK(solid.most == Approx(0.42).epsilon(1e-2));
  }
  SECTION("shell") {
    const auto shell = [&](const Vec3& p) { return std::abs((p - centre).norm() - 0.7) - 0.1; };
    const FloatImage field = sampled({41, 41, 41}, 0.05, shell);
    const Spread solid = spread(thickness(field, MaterialPhase::kSolid));
    CAPTURE(solid.least, solid.mean, solid.most);
    CHECK(solid.mean == Approx(0.2).epsilon(1e-2));
    CHECK(solid.most == Approx(0.2).epsilon(2e-2));
  }
  SECTION("torus") {
    const auto ring = [&](const Vec3& p) { return test::torus(p, centre, 0.6, 0.2); };
    const Spread solid = spread(thickness(sampled({41, 41, 41}, 0.05, ring), MaterialPhase::kSolid));
    CAPTURE(solid.least, solid.mean, solid.most);
    CHECK(solid.mean == Approx(0.4).epsilon(1e-2));
    CHECK(solid.most == Approx(0.4).epsilon(1e-2));
  }
}

TEST_CASE("local thickness agrees with brute force on two balls joined by a neck, and on a box with its corners") {
  const Vec3 a(0.7, 0.8, 0.75), b(1.5, 0.8, 0.8);
  const auto dumbbell = [&](const Vec3& p) {
    const double t = std::clamp((p - a).dot(b - a) / (b - a).squaredNorm(), 0.0, 1.0);
    return std::min({(p - a).norm() - 0.5, (p - b).norm() - 0.34, (p - a - t * (b - a)).norm() - 0.15});
  };
  const auto box = [&](const Vec3& p) {
    const Vec3 q = (p - Vec3(1.0, 0.8, 0.8)).cwiseAbs() - Vec3(0.71, 0.52, 0.33);
    return q.cwiseMax(0.0).norm() + std::min(q.maxCoeff(), 0.0);
  };
  // In the corner of a box the diameter grows by 2 (2 + sqrt 2) = 6.8 times the distance from the edge: there brute force, with
  // centres a quarter of a voxel apart, is itself half a voxel off.
  const auto compare = [](const auto& shape, double far_voxels) {
    const FloatImage field = sampled({42, 33, 33}, 0.05, shape);
    const FloatImage ours = thickness(field, MaterialPhase::kSolid), truth = brute_force(field, MaterialPhase::kSolid, 4, shape);
    double difference = 0.0, worst = 0.0;
    std::int64_t far = 0, count = 0;
    for (std::size_t n = 0; n < truth.data.size(); ++n) {
      if (truth.data[n] == 0.0f) continue;
      const double d = double(ours.data[n] - truth.data[n]) / 0.05;
      difference += d;
      worst = std::max(worst, std::abs(d));
      far += std::abs(d) > far_voxels;
      ++count;
    }
    CAPTURE(difference / double(count), worst, far, count);
    CHECK(std::abs(difference) / double(count) < 0.02);  // voxels
    CHECK(double(far) / double(count) < 0.02);                     // samples where two balls meet
  };
  SECTION("dumbbell") { compare(dumbbell, 0.5); }
  SECTION("box") { compare(box, 1.0); }
}

TEST_CASE("local thickness follows the shape: shifts below a voxel and swapped axes change nothing but noise") {
  const double cell_mm = 1.0;
  const auto gyroid = test::cell_field("gyroid-network-minus", cell_mm, 0.0);
  // Mean over the middle one of three cells: the border of the grid has no part in it.
  const auto mean = [&](const Vec3& shift, bool swapped, MaterialPhase phase) {
    const auto f = [&](const Vec3& p) { return gyroid(swapped ? Vec3(p[1], p[2], p[0]) : Vec3(p + shift)); };
    const FloatImage map = thickness(sampled({60, 60, 60}, cell_mm / 20, f), phase);
    return spread(geometry::crop(map, {20, 20, 20}, {39, 39, 39})).mean;
  };
  for (const MaterialPhase phase : {MaterialPhase::kSolid, MaterialPhase::kVoid}) {
    const double here = mean(Vec3::Zero(), false, phase), shifted = mean(Vec3(0.013, 0.021, 0.007), false, phase), swapped = mean(Vec3::Zero(), true, phase);
    CAPTURE(here, shifted, swapped);
    CHECK(std::abs(shifted - here) < 0.1 * cell_mm / 20);  // a tenth of a voxel
    CHECK(swapped == Approx(here).epsilon(1e-3));
  }
}

TEST_CASE("local thickness has the same bytes with one thread and with two") {
  const FloatImage field = sampled({50, 44, 40}, 0.04, test::cell_field("diamond-sheet", 1.0, 0.4));
  set_thread_count(1);
  const FloatImage one = thickness(field, MaterialPhase::kSolid);
  set_thread_count(2);
  const FloatImage two = thickness(field, MaterialPhase::kSolid);
  set_thread_count(0);
  CHECK(std::memcmp(one.data.data(), two.data.data(), one.data.size() * sizeof(float)) == 0);
}

TEST_CASE("centres of balls stay in the zone, and only its samples are drawn") {
  // Void between two planes; the zone ends in the middle of a wider room beside it.
  const auto room = [](const Vec3& p) { return std::min(p[2] - 0.4, (p[0] > 1.0 ? 1.6 : 1.0) - p[2]); };
  const FloatImage field = sampled({40, 20, 40}, 0.05, [&](const Vec3& p) { return room(p); });
  const FloatImage zone = sampled({40, 20, 40}, 0.05, [](const Vec3& p) { return p[0] - 0.5; });
  const FloatImage map = thickness(field, MaterialPhase::kVoid, &zone);
  for (std::size_t n = 0; n < map.data.size(); ++n) {
    if (zone.data[n] >= 0.0f) REQUIRE(map.data[n] == 0.0f);
    else if (field.data[n] > 0.0f) REQUIRE(map.data[n] == Approx(0.6).epsilon(0.01));
  }
}

TEST_CASE("a field without a surface has no thickness, and unequal voxels are refused") {
  const FloatImage solid = sampled({5, 5, 5}, 0.1, [](const Vec3&) { return -1.0; });
  CHECK(spread(thickness(solid, MaterialPhase::kSolid)).count == 0);
  FloatImage flat = solid;
  flat.spacing_mm[2] = 0.2;
  CHECK_THROWS_AS(surface_distance(flat, Progress()), Error);
  FloatImage thin = sampled({5, 5, 1}, 0.1, [](const Vec3&) { return -1.0; });
  CHECK_THROWS_WITH(surface_distance(thin, Progress()), Catch::Contains("2 or more"));
}
