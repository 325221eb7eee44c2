#include "core/error.h"
#include "core/threads.h"
#include "geometry/surface/inspect_mesh.h"
#include "geometry/surface/marching_cubes.h"
#include "geometry/surface/surface_stream.h"
#include "geometry/surface/vertex_weld.h"
#include "tests/geometry/surface/sampled_field.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// The corners of all triangles, one after the other.
std::vector<Vec3f> streamed(const FloatImage& field, std::int64_t step, SurfaceDeviation* deviation = nullptr) {
  std::vector<Vec3f> corners;
  SurfaceStream surface(field);
  for (std::int64_t first = 0; first + 1 < field.size[2]; first += step) {
    const std::int64_t last = std::min(first + step, field.size[2] - 1);
    surface.add(crop(field, {0, 0, first}, {field.size[0] - 1, field.size[1] - 1, last}), first,
                [&](const Vec3f* c, std::size_t triangles) { corners.insert(corners.end(), c, c + 3 * triangles); }, Progress());
  }
  REQUIRE(surface.triangles() * 3 == std::int64_t(corners.size()));
  if (deviation) *deviation = surface.deviation();
  return corners;
}

std::vector<Vec3f> corners_of(const TriangleMesh& mesh) {
  std::vector<Vec3f> corners;
  for (const auto& t : mesh.triangles)
    for (const std::uint32_t v : t) corners.push_back(mesh.vertices[v]);
  return corners;
}

/// Magnitudes over many decades, so that crossings also lie at the ends of edges.
FloatImage wild_noise(std::int64_t count, unsigned seed, unsigned solid_percent) {
  FloatImage field;
  field.size = {count, count, count};
  field.allocate();
  std::mt19937 random(seed);
  for (float& value : field.data) {
    const float magnitude = std::pow(10.0f, float(int(random() % 9)) - 4.0f);
    value = random() % 100 < solid_percent ? -magnitude : magnitude;
  }
  return field;
}

}  // namespace

TEST_CASE("streamed triangles are those of the whole, for any stacking and thread count") {
  FloatImage lattice = sampled(60, 0.08, Vec3(3.1, -7.7, -464.3), [](const Vec3& p) { return gyroid_block(p, 1.1, 2.0, 0.3); });
  lattice.direction << 0, -1, 0, 1, 0, 0, 0, 0, 1;
  FloatImage mirrored = wild_noise(20, 3, 50);
  mirrored.direction.col(2) *= -1.0;
  for (const FloatImage& field : {lattice, mirrored}) {
    const std::vector<Vec3f> whole = corners_of(extract_surface(field, Progress()));
    for (const std::int64_t step : {1, 7, 100})
      for (const int threads : {1, 2}) {
        set_thread_count(threads);
        CHECK(streamed(field, step) == whole);
      }
  }
  set_thread_count(0);
}

TEST_CASE("the surface never meets itself, nor has it a flat triangle, whatever the samples") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    FloatImage field = wild_noise(22, seed, 4 * seed + 5);
    if (seed % 2) {
      field.spacing_mm = Vec3::Constant(0.025);
      field.origin_Patient = Vec3(-180.0, 95.0, -464.0);  // a float step is a thousandth of the voxel there
    }
    const MeshInspection found = inspect_mesh(extract_surface(field, Progress()), 5, Progress());
    INFO("seed " << seed << ", " << found.report.triangles << " triangles, contacts " << found.self_contacts.count);
    CHECK(found.report.closed_two_manifold());
    CHECK(found.self_contacts.count == 0);
    CHECK(found.inside_out == 0);
  }
}

TEST_CASE("each of the 256 cases with crossings at the very ends of all edges") {
  // Each corner draws its magnitude from three decades far apart, so that every crossing lies at an end or in the middle.
  std::mt19937 random(11);
  const float magnitudes[3] = {1e-6f, 1.0f, 1e6f};
  std::int64_t triangles = 0;
  for (unsigned solid = 0; solid < 256; ++solid)
    for (int trial = 0; trial < 60; ++trial) {
      FloatImage field;
      field.size = {4, 4, 4};
      field.allocate(1.0f);
      for (unsigned c = 0; c < 8; ++c) {
        const float magnitude = magnitudes[random() % 3];
        field.at(1 + (c & 1), 1 + (c >> 1 & 1), 1 + (c >> 2)) = solid >> c & 1 ? -magnitude : magnitude;
      }
      const TriangleMesh mesh = extract_surface(field, Progress());
      triangles += std::int64_t(mesh.triangles.size());
      if (find_self_contacts(mesh, 1, Progress()).count != 0) FAIL_CHECK("case " << solid << ", trial " << trial);
    }
  REQUIRE(triangles > 256 * 60 * 8);
}

TEST_CASE("the deviation is that of the triangles from the field") {
  SurfaceDeviation deviation;
  // Of a ball: second order. The chord of a voxel's diagonal is h^2 / (8 r) * 3 below the arc at most; the trilinear field itself
  // is off the ball by as much.
  double coarse = 0.0;
  for (const double h : {0.2, 0.1, 0.05}) {
    streamed(sampled(std::int64_t(5.0 / h), h, Vec3(7, 8, 9), [](const Vec3& p) { return sphere(p, 2.0); }), 10, &deviation);
    REQUIRE(deviation.rms_mm > 0.0);
    REQUIRE(deviation.rms_mm < deviation.max_mm);
    REQUIRE(deviation.max_mm < 3.0 * h * h / (8.0 * 2.0) + 0.01 * h);
    if (coarse > 0.0) CHECK(coarse / deviation.rms_mm > 3.0);
    coarse = deviation.rms_mm;
  }
}

TEST_CASE("stacks must be whole fields of numbers; a cancel stops") {
  FloatImage field = wild_noise(10, 1, 50);
  SurfaceStream surface(field);
  request_cancel();
  REQUIRE_THROWS_AS(surface.add(field, 0, [](const Vec3f*, std::size_t) {}, Progress()), Error);
  reset_cancel();
}
