#include "geometry/surface/mesh.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// The tetrahedron with corners at 0 and the unit points, moved by `shift`; volume 1/6.
TriangleMesh tetrahedron(const Vec3f& shift = Vec3f::Zero()) {
  TriangleMesh mesh;
  mesh.vertices = {shift, shift + Vec3f::UnitX(), shift + Vec3f::UnitY(), shift + Vec3f::UnitZ()};
  mesh.triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  return mesh;
}

void append(TriangleMesh& mesh, const TriangleMesh& other) {
  const auto base = std::uint32_t(mesh.vertices.size());
  mesh.vertices.insert(mesh.vertices.end(), other.vertices.begin(), other.vertices.end());
  for (const auto& t : other.triangles) mesh.triangles.push_back({t[0] + base, t[1] + base, t[2] + base});
}

/// Every triangle with its own three vertices, as STL stores it.
TriangleMesh unshared(const TriangleMesh& mesh) {
  TriangleMesh soup;
  for (const auto& t : mesh.triangles) {
    const auto base = std::uint32_t(soup.vertices.size());
    for (const auto v : t) soup.vertices.push_back(mesh.vertices[v]);
    soup.triangles.push_back({base, base + 1, base + 2});
  }
  return soup;
}

}  // namespace

TEST_CASE("a tetrahedron is closed, with its volume and area") {
  for (const TriangleMesh& mesh : {tetrahedron(), unshared(tetrahedron())}) {
    const MeshReport report = check_mesh(mesh);
    REQUIRE(report.closed_two_manifold());
    REQUIRE(report.vertices == 4);
    REQUIRE(report.edges == 6);
    REQUIRE(report.triangles == 4);
    REQUIRE(report.components == 1);
    REQUIRE(report.volume_mm3 == Approx(1.0 / 6.0).epsilon(1e-12));
    REQUIRE(report.area_mm2 == Approx(1.5 + std::sqrt(3.0) / 2.0).epsilon(1e-12));
  }
  REQUIRE(tetrahedron(Vec3f(100.0f, -300.0f, 900.0f)).volume_mm3() == Approx(1.0 / 6.0).epsilon(1e-12));
  const Box box = tetrahedron(Vec3f(1.0f, 2.0f, 3.0f)).bounds();
  REQUIRE(box.min == Vec3(1.0, 2.0, 3.0));
  REQUIRE(box.max == Vec3(2.0, 3.0, 4.0));
}

TEST_CASE("an empty mesh is not closed") {
  const MeshReport report = check_mesh(TriangleMesh());
  REQUIRE(report.components == 0);
  REQUIRE_FALSE(report.closed_two_manifold());
}

TEST_CASE("each defect is found and counted") {
  SECTION("a missing triangle opens three edges") {
    TriangleMesh mesh = tetrahedron();
    mesh.triangles.pop_back();
    REQUIRE(check_mesh(mesh).open_edges == 3);
  }
  SECTION("a turned triangle disagrees with its three neighbours") {
    TriangleMesh mesh = tetrahedron();
    std::swap(mesh.triangles[0][0], mesh.triangles[0][1]);
    const MeshReport report = check_mesh(mesh);
    REQUIRE(report.misoriented_edges == 3);
    REQUIRE(report.open_edges == 0);
  }
  SECTION("two tetrahedra on one edge") {
    TriangleMesh mesh = tetrahedron();
    TriangleMesh other = tetrahedron();
    // Mirrored through the x axis: shares the edge 0-1 only.
    for (Vec3f& v : other.vertices) v = Vec3f(v[0], -v[1], -v[2]);
    append(mesh, other);
    const MeshReport report = check_mesh(mesh);
    REQUIRE(report.non_manifold_edges == 1);
    REQUIRE(report.components == 1);
    REQUIRE(report.open_edges == 0);
  }
  SECTION("two tetrahedra on one vertex") {
    TriangleMesh mesh = tetrahedron();
    append(mesh, tetrahedron(Vec3f::UnitX()));
    const MeshReport report = check_mesh(mesh);
    REQUIRE(report.non_manifold_vertices == 1);
    REQUIRE(report.non_manifold_edges == 0);
    REQUIRE_FALSE(report.closed_two_manifold());
  }
  SECTION("two apart") {
    TriangleMesh mesh = tetrahedron();
    append(mesh, tetrahedron(Vec3f(5.0f, 0.0f, 0.0f)));
    const MeshReport report = check_mesh(mesh);
    REQUIRE(report.components == 2);
    REQUIRE(report.closed_two_manifold());
  }
  SECTION("collapsed and flat triangles") {
    TriangleMesh mesh = tetrahedron();
    mesh.triangles.push_back({0, 0, 1});
    mesh.vertices.push_back(Vec3f(0.5f, 0.0f, 0.0f));
    mesh.triangles.push_back({0, 4, 1});
    mesh.vertices.push_back(Vec3f(-0.0f, 0.0f, -0.0f));  // the place of vertex 0
    mesh.triangles.push_back({0, 5, 1});
    REQUIRE(check_mesh(mesh).degenerate_triangles == 3);
  }
}
