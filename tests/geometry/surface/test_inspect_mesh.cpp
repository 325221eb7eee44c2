#include "core/error.h"
#include "core/threads.h"
#include "geometry/surface/exact_orientation.h"
#include "geometry/surface/inspect_mesh.h"
#include "geometry/surface/marching_cubes.h"
#include "geometry/surface/triangle_contact.h"
#include "tests/geometry/surface/sampled_field.h"

#include <catch2/catch.hpp>

#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

TriangleMesh ball(const Vec3& centre, double radius_mm) {
  return extract_surface(sampled(24, radius_mm / 10.0, centre, [=](const Vec3& p) { return sphere(p, radius_mm); }), Progress());
}

void append(TriangleMesh& mesh, const TriangleMesh& other) {
  const auto shift = std::uint32_t(mesh.vertices.size());
  mesh.vertices.insert(mesh.vertices.end(), other.vertices.begin(), other.vertices.end());
  for (const auto& t : other.triangles) mesh.triangles.push_back({t[0] + shift, t[1] + shift, t[2] + shift});
}

TriangleMesh turned(TriangleMesh mesh) {
  for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
  return mesh;
}

MeshInspection inspect(const TriangleMesh& mesh) { return inspect_mesh(mesh, 10, Progress()); }

}  // namespace

TEST_CASE("a sound mesh is sound; its components are measured") {
  TriangleMesh mesh = ball(Vec3(5, -3, 200), 2.0);
  append(mesh, turned(ball(Vec3(5, -3, 200), 1.0)));  // a cavity
  append(mesh, ball(Vec3(12, -3, 200), 1.5));
  const MeshInspection found = inspect(mesh);
  REQUIRE(found.sound());
  REQUIRE(found.components.size() == 3);
  const double pi = 3.14159265358979;
  REQUIRE(found.components[0].volume_mm3 == Approx(4.0 / 3.0 * pi * 8.0).epsilon(0.01));
  REQUIRE(found.components[1].volume_mm3 == Approx(4.0 / 3.0 * pi * 3.375).epsilon(0.01));
  REQUIRE(found.components[2].volume_mm3 == Approx(-4.0 / 3.0 * pi).epsilon(0.01));
  REQUIRE(found.components[1].bounds.min[0] == Approx(10.5).margin(0.01));
  double sum = 0.0;
  std::int64_t triangles = 0;
  for (const MeshComponent& c : found.components) {
    sum += c.volume_mm3;
    triangles += c.triangles;
  }
  REQUIRE(sum == Approx(mesh.volume_mm3()).epsilon(1e-9));
  REQUIRE(triangles == std::int64_t(mesh.triangles.size()));
}

TEST_CASE("each fault is found, and only that one") {
  const TriangleMesh good = ball(Vec3::Zero(), 2.0);
  SECTION("a hole") {
    TriangleMesh mesh = good;
    mesh.triangles.pop_back();
    const MeshInspection found = inspect(mesh);
    REQUIRE(found.report.open_edges == 3);
    REQUIRE(found.self_contacts.count == 0);
    REQUIRE_FALSE(found.sound());
  }
  SECTION("balls that cross") {
    TriangleMesh mesh = good;
    append(mesh, ball(Vec3(3, 0.01, 0.02), 2.0));
    const MeshInspection found = inspect(mesh);
    REQUIRE(found.report.closed_two_manifold());
    REQUIRE(found.self_contacts.count > 50);
    REQUIRE(found.self_contacts.first.size() == 10);
    for (const auto& [a, b] : found.self_contacts.first) {
      REQUIRE(a < good.triangles.size());
      REQUIRE(b >= good.triangles.size());
    }
  }
  SECTION("turned inside out") {
    const MeshInspection found = inspect(turned(good));
    REQUIRE(found.report.closed_two_manifold());
    REQUIRE(found.inside_out == 1);
    REQUIRE_FALSE(found.sound());
  }
  SECTION("a flake") {
    TriangleMesh mesh = good;
    TriangleMesh flake;
    flake.vertices = {{5, 0, 0}, {6, 0, 0}, {5, 1, 0}, {5.2f, 0.2f, 1e-7f}};
    flake.triangles = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};
    append(mesh, flake);
    const MeshInspection found = inspect(mesh);
    REQUIRE(found.report.closed_two_manifold());
    REQUIRE(found.self_contacts.count == 0);
    REQUIRE(found.flakes == 1);
    REQUIRE(found.components[1].flake);
    REQUIRE_FALSE(found.sound());
  }
  SECTION("the same triangle twice, back to back") {
    TriangleMesh mesh = good;
    append(mesh, {{{5, 0, 0}, {6, 0, 0}, {5, 1, 0}}, {{0, 1, 2}, {0, 2, 1}}});
    const MeshInspection found = inspect(mesh);
    REQUIRE(found.self_contacts.count == 1);
    REQUIRE(found.flakes == 1);
  }
  SECTION("three corners on one slanted line") {
    TriangleMesh mesh = good;
    append(mesh, {{{5.1f, 0.1f, 0.1f}, {5.2f, 0.2f, 0.2f}, {5.4f, 0.4f, 0.4f}}, {{0, 1, 2}}});
    mesh.vertices[mesh.vertices.size() - 3] = Vec3f(0.1f, 0.1f, 0.1f) + Vec3f(5, 5, 5);
    mesh.vertices[mesh.vertices.size() - 2] = Vec3f(0.2f, 0.2f, 0.2f) + Vec3f(5, 5, 5);
    mesh.vertices[mesh.vertices.size() - 1] = Vec3f(0.4f, 0.4f, 0.4f) + Vec3f(5, 5, 5);
    REQUIRE(inspect(mesh).report.degenerate_triangles == 1);
  }
}

TEST_CASE("contacts of random triangles of mixed sizes are those of all pairs, for any thread count") {
  std::mt19937 random(3);
  TriangleMesh soup;
  const auto coordinate = [&](double size) { return float(size * double(random()) / 4294967296.0); };
  for (int n = 0; n < 1500; ++n) {
    const double size = n % 50 == 0 ? 5.0 : 0.4;
    const Vec3f at(coordinate(10), coordinate(10), coordinate(10));
    for (int c = 0; c < 3; ++c) soup.vertices.push_back(at + Vec3f(coordinate(size), coordinate(size), coordinate(size)));
    soup.triangles.push_back({std::uint32_t(3 * n), std::uint32_t(3 * n + 1), std::uint32_t(3 * n + 2)});
  }
  // Some of them share corners.
  for (int n = 0; n + 10 < 1500; n += 10) soup.triangles[std::size_t(n)][2] = soup.triangles[std::size_t(n + 7)][0];
  std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
  const auto corners = [&](std::uint32_t n) {
    const auto& t = soup.triangles[n];
    return Corners{soup.vertices[t[0]], soup.vertices[t[1]], soup.vertices[t[2]]};
  };
  for (std::uint32_t a = 0; a < 1500; ++a)
    for (std::uint32_t b = a + 1; b < 1500; ++b)
      if (meet_improperly(corners(a), corners(b))) expected.emplace_back(a, b);
  REQUIRE(expected.size() > 100);
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    const SelfContacts found = find_self_contacts(soup, 1000000, Progress());
    REQUIRE(found.count == std::int64_t(expected.size()));
    REQUIRE(found.first == expected);
  }
  set_thread_count(0);
  const SelfContacts few = find_self_contacts(soup, 5, Progress());
  REQUIRE(few.count == std::int64_t(expected.size()));
  REQUIRE(std::equal(few.first.begin(), few.first.end(), expected.begin()));
}

TEST_CASE("a cancel stops the inspection; an empty mesh is not sound") {
  REQUIRE_FALSE(inspect(TriangleMesh()).sound());
  request_cancel();
  REQUIRE_THROWS_AS(inspect(ball(Vec3::Zero(), 1.0)), Error);
  reset_cancel();
}
