#include "core/threads.h"
#include "lattice/measure/components.h"
#include "tests/lattice/measure/shapes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using geometry::FloatImage;
using test::sampled;

namespace {

/// Euler number of one period of n^3 samples, joined across the period: counted on n + 1 samples, less what the repeated faces,
/// edges and corner add (inclusion-exclusion).
std::int64_t periodic_euler(const FloatImage& closed) {
  const std::int64_t n = closed.size[0] - 1;
  std::int64_t sum = 0;
  for (int faces = 0; faces < 8; ++faces) {
    const Index3 last{faces & 1 ? 0 : n, faces & 2 ? 0 : n, faces & 4 ? 0 : n};
    const int sign = (std::popcount(unsigned(faces)) & 1) ? -1 : 1;
    sum += sign * euler_number(geometry::crop(closed, {0, 0, 0}, last), nullptr);
  }
  return sum;
}

}  // namespace

TEST_CASE("Euler numbers of ball, ring, double ring, shell and two balls") {
  const Vec3 c(1.51, 1.02, 0.5);
  const auto euler = [](const auto& f) { return euler_number(sampled({60, 41, 21}, 0.05, f), nullptr); };
  CHECK(euler([&](const Vec3& p) { return (p - c).norm() - 0.4; }) == 1);
  CHECK(euler([&](const Vec3& p) { return test::torus(p, c, 0.6, 0.2); }) == 0);
  CHECK(euler([&](const Vec3& p) {
          return std::min(test::torus(p, c - Vec3(0.62, 0, 0), 0.6, 0.2), test::torus(p, c + Vec3(0.62, 0, 0), 0.6, 0.2));
        }) == -1);
  CHECK(euler([&](const Vec3& p) { return std::abs((p - c).norm() - 0.35) - 0.1; }) == 2);
  CHECK(euler([&](const Vec3& p) { return std::min((p - c).norm() - 0.3, (p - Vec3(0.5, 0.5, 0.5)).norm() - 0.3); }) == 2);
}

TEST_CASE("the solid of a minimal surface has Euler number 1 - genus = -2 per primitive cell") {
  // Cubic cells hold one (P), two (G, body-centred) and four (D, face-centred) primitive cells of one side of the surface.
  // A shift keeps saddles and mirror planes off the samples.
  const auto cubic = [](const char* name, int n) {
    const auto f = test::cell_field(name, 1.0, 0.0);
    return periodic_euler(sampled({n + 1, n + 1, n + 1}, 1.0 / n, [&](const Vec3& p) { return f(p + Vec3(0.011, 0.0057, 0.0083)); }));
  };
  CHECK(cubic("primitive-network-minus", 31) == -2);
  CHECK(cubic("gyroid-network-minus", 32) == -4);
  CHECK(cubic("diamond-network-minus", 37) == -8);
}

TEST_CASE("Euler number equals pieces minus handles plus cavities for any samples") {
  // Samples chosen by a fixed rule; a border of void, so that every enclosed void is a cavity. Handles cannot be negative.
  FloatImage field = test::grid({21, 18, 16}, 0.1);
  std::uint32_t state = 12345;
  for (std::int64_t k = 0; k < 16; ++k)
    for (std::int64_t j = 0; j < 18; ++j)
      for (std::int64_t i = 0; i < 21; ++i) {
        state = state * 1664525u + 1013904223u;
        const bool border = i == 0 || j == 0 || k == 0 || i == 20 || j == 17 || k == 15;
        field.at(i, j, k) = !border && (state >> 24) < 70 ? -1.0f : 1.0f;
      }
  const auto solid = find_components(field, MaterialPhase::kSolid, nullptr, Progress());
  const auto voids = find_components(field, MaterialPhase::kVoid, nullptr, Progress());
  // The same number from the void's side (Alexander duality): the Euler number of the closed cubes around the void samples.
  CHECK(std::int64_t(solid.components.size()) + std::int64_t(voids.components.size()) - 1 - euler_number(field, nullptr) >= 0);
  std::int64_t samples = 0;
  for (const auto& c : solid.components) samples += c.samples;
  for (const auto& c : voids.components) samples += c.samples;
  CHECK(samples == product(field.size));
}

TEST_CASE("pieces, their volume and their place") {
  const Vec3 a(0.8, 0.9, 1.0), b(2.2, 1.1, 1.0);
  // A ball with a bubble in it, and a smaller ball.
  const FloatImage field = sampled({60, 40, 40}, 0.05, [&](const Vec3& p) {
    return std::min(std::max((p - a).norm() - 0.6, 0.25 - (p - a).norm()), (p - b).norm() - 0.4);
  });
  const auto solid = find_components(field, MaterialPhase::kSolid, nullptr, Progress());
  REQUIRE(solid.components.size() == 2);
  const double ball = 4.0 / 3.0 * std::numbers::pi;
  CHECK(solid.components[0].volume_mm3 == Approx(ball * (0.216 - 0.015625)).epsilon(0.02));
  CHECK(solid.components[1].volume_mm3 == Approx(ball * 0.064).epsilon(0.02));
  CHECK((solid.components[1].centroid_Patient - field.origin_Patient - b).norm() < 0.005);
  CHECK((solid.components[1].sample_Patient - field.origin_Patient - b).norm() < 0.4);
  CHECK_FALSE(solid.components[0].at_border);
  const auto voids = find_components(field, MaterialPhase::kVoid, nullptr, Progress());
  REQUIRE(voids.components.size() == 2);
  CHECK(voids.components[0].at_border);
  CHECK_FALSE(voids.components[1].at_border);
  CHECK((voids.components[1].centroid_Patient - field.origin_Patient - a).norm() < 0.005);
}

TEST_CASE("solid that touches across a corner is apart, void is not") {
  FloatImage field = test::grid({4, 4, 4}, 0.1);
  for (float& v : field.data) v = 1.0f;
  field.at(1, 1, 1) = field.at(2, 2, 2) = -1.0f;
  CHECK(find_components(field, MaterialPhase::kSolid, nullptr, Progress()).components.size() == 2);
  for (float& v : field.data) v = -v;
  CHECK(find_components(field, MaterialPhase::kVoid, nullptr, Progress()).components.size() == 1);
  CHECK(find_components(field, MaterialPhase::kSolid, nullptr, Progress()).components.size() == 1);
}

TEST_CASE("components are the same for one thread and two, and only those of the zone count") {
  const FloatImage field = sampled({40, 40, 40}, 0.04, test::cell_field("primitive-network-minus", 0.8, -1.2));  // cut off: balls
  const FloatImage zone = sampled({40, 40, 40}, 0.04, [](const Vec3& p) { return (p - Vec3(0.4, 0.4, 0.4)).norm() - 0.3; });
  const auto found = [&] { return find_components(field, MaterialPhase::kSolid, nullptr, Progress()); };
  set_thread_count(1);
  const auto one = found();
  set_thread_count(2);
  const auto two = found();
  set_thread_count(0);
  REQUIRE(one.components.size() == two.components.size());
  CHECK(one.components.size() >= 8);
  for (std::size_t n = 0; n < one.components.size(); ++n) {
    CHECK(one.components[n].samples == two.components[n].samples);
    CHECK(one.components[n].centroid_Patient == two.components[n].centroid_Patient);
  }
  CHECK(find_components(field, MaterialPhase::kSolid, &zone, Progress()).components.size() == 1);
}
