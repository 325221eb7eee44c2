#include "lattice/measure/nearest_on_lines.h"
#include "lattice/measure/patch_set.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa;
using namespace spongiosa::lattice;

TEST_CASE("the nearest on sixteen lines is that of trying all, of equal ones the first") {
  constexpr std::int64_t kSamples = 70;
  constexpr int kEmptyLine = 5;
  std::mt19937 random(7);
  NearestOnLines lines(kSamples);
  std::vector<float> squared(std::size_t(kSamples * NearestOnLines::kLines), kFarSquared);
  for (std::int64_t q = 0; q < kSamples; ++q)
    for (int l = 0; l < NearestOnLines::kLines; ++l) {
      // Few and whole numbers: many are equally near.
      float& value = squared[std::size_t(q * NearestOnLines::kLines + l)];
      if (l != kEmptyLine && random() % 4 == 0) value = float(random() % 40);
      lines.squared(q)[l] = value;
      lines.code(q)[l] = std::uint32_t(1000 * l + q);
    }
  const auto check = [&](bool codes) {
    for (int l = 0; l < NearestOnLines::kLines; ++l)
      for (std::int64_t q = 0; q < kSamples; ++q) {
        std::int64_t first = 0;
        float least = kFarSquared;
        for (std::int64_t v = 0; v < kSamples; ++v) {
          const float d = float((q - v) * (q - v)) + squared[std::size_t(v * NearestOnLines::kLines + l)];
          if (d < least) {
            least = d;
            first = v;
          }
        }
        REQUIRE(lines.nearest(q)[l] == least);
        if (codes && l != kEmptyLine) REQUIRE(lines.nearest_code(q)[l] == std::uint32_t(1000 * l + first));
      }
  };
  REQUIRE(lines.find(true));
  check(true);
  REQUIRE(lines.find(false));
  check(false);
}

TEST_CASE("lines on which the nearest is far away are left to other means") {
  NearestOnLines lines(400);
  for (std::int64_t q = 0; q < 400; ++q)
    for (int l = 0; l < NearestOnLines::kLines; ++l) lines.squared(q)[l] = q == 399 || l > 0 ? 0.0f : kFarSquared;
  CHECK(!lines.find(true));
  CHECK(!lines.find(false));
}

TEST_CASE("a set of patches is as far away as the nearest of them") {
  std::mt19937 random(11);
  const auto number = [&](float most) { return most * (2.0f * float(random()) / 4294967296.0f - 1.0f); };
  const auto vector = [&](float most) {
    const float x = number(most), y = number(most), z = number(most);
    return Vec3f(x, y, z);
  };
  PatchSet set;
  CHECK(set.distance(Vec3f::Zero()) > 1e5f);
  for (int count = 1; count <= PatchSet::kMost; ++count) {
    std::vector<SurfacePatch> patches;
    set.clear();
    for (int n = 0; n < count; ++n) {
      // Every fourth without a normal, as label images have them.
      patches.push_back({vector(3.0f), n % 4 == 3 ? Vec3f(Vec3f::Zero()) : Vec3f(vector(1.0f).normalized())});
      set.add(patches.back());
    }
    const Vec3f x = vector(3.0f);
    float nearest = 1e30f;
    for (const SurfacePatch& patch : patches) nearest = std::min(nearest, patch.distance(x, SurfacePatch::kNearest));
    CHECK(set.distance(x) == Approx(nearest).margin(2e-3));
  }
}

TEST_CASE("a ball between two walls moves until it touches the second one") {
  // Walls z = 0 and z = 5 with one crossing each, a ball that touches the lower one.
  PatchSet set;
  set.add({Vec3f(0.0f, 0.0f, 0.0f), Vec3f(0.0f, 0.0f, 1.0f)});
  set.add({Vec3f(0.3f, 0.0f, 5.0f), Vec3f(0.0f, 0.0f, -1.0f)});
  const auto ways = set.ways_to_second_contact(Vec3f(0.0f, 0.0f, 1.5f), Vec3f(0.0f, 0.0f, 1.0f), 1.5f, 1.0f);
  CHECK(ways[0] == Approx(1.0).margin(1e-5));
  CHECK(ways[1] == Approx(1.0).margin(1e-5));
}
