#include "geometry/tetrahedra/mesh_solid.h"

#include "core/error.h"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

#include <map>
#include <numbers>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

const SolidFunction kBall = [](const Vec3& p) { return SolidValue{p.norm() - 1.0, p.normalized()}; };
/// A round bar along z, cut by the box at both ends.
const SolidFunction kBar = [](const Vec3& p) {
  const double r = std::hypot(p.x(), p.y());
  return SolidValue{r - 0.4, r > 0.0 ? Vec3(p.x() / r, p.y() / r, 0.0) : Vec3::UnitX()};
};

/// Area on the box and on the surface by flat triangles, and the sum of their vectors (zero for a closed boundary).
struct Areas {
  double box = 0.0, surface = 0.0;
  Vec3 sum = Vec3::Zero();
};
Areas areas(const TetMesh& mesh) {
  Areas result;
  for (const TetMesh::Face& face : mesh.boundary) {
    const Vec3& a = mesh.nodes_mm[std::size_t(face.nodes[0])];
    const Vec3 vector = 0.5 * (mesh.nodes_mm[std::size_t(face.nodes[1])] - a).cross(mesh.nodes_mm[std::size_t(face.nodes[2])] - a);
    (face.on_box ? result.box : result.surface) += vector.norm();
    result.sum += vector;
  }
  return result;
}

}  // namespace

TEST_CASE("an eighth of a ball: the volume of curved cells converges, far below the error of flat ones") {
  const double exact = std::numbers::pi / 6.0;
  const SolidBox box{Vec3::Zero(), Vec3::Constant(1.2)};
  const TetMesh coarse = mesh_solid(kBall, box, {0.4}, Progress()), fine = mesh_solid(kBall, box, {0.12}, Progress()),
                flat = mesh_solid(kBall, box, {0.12, 0.0, false}, Progress());
  const double error_coarse = std::abs(tet_volume_mm3(coarse) / exact - 1.0), error_fine = std::abs(tet_volume_mm3(fine) / exact - 1.0),
               error_flat = std::abs(tet_volume_mm3(flat) / exact - 1.0);
  CAPTURE(coarse.cells.size(), fine.cells.size(), error_coarse, error_fine, error_flat);
  CHECK(error_coarse < 2e-3);
  CHECK(error_fine < error_coarse / 4.0);
  CHECK(error_fine < error_flat / 100.0);
  CHECK(fine.smallest_dihedral_deg > 5.0);
  for (const TetMesh::Face& face : fine.boundary)
    for (const std::int32_t n : face.nodes) {
      const Vec3& p = fine.nodes_mm[std::size_t(n)];
      if (face.on_box) CHECK(p.minCoeff() == 0.0);
      else CHECK(std::abs(p.norm() - 1.0) < 1e-5);
    }
}

TEST_CASE("a bar cut at both ends: closed boundary, faces on the box told from the surface, every cell of positive volume") {
  const SolidBox box{Vec3(-0.5, -0.5, 0.0), Vec3(0.5, 0.5, 1.0)};
  const TetMesh mesh = mesh_solid(kBar, box, {0.15}, Progress());
  const Areas found = areas(mesh);
  CHECK(found.sum.norm() < 1e-12);
  // Chords of 0.15 in a circle of radius 0.4 enclose 2.3 % less.
  CHECK(found.box == Approx(2.0 * std::numbers::pi * 0.16).epsilon(0.04));
  CHECK(found.surface == Approx(2.0 * std::numbers::pi * 0.4).epsilon(0.04));
  CHECK(tet_volume_mm3(mesh) == Approx(std::numbers::pi * 0.16).epsilon(1e-3));  // flat cells: 2.3 % less
  for (const TetMesh::Cell& cell : mesh.cells)
    for (const Vec3& corner : {Vec3(0, 0, 0), Vec3(1, 0, 0), Vec3(0, 1, 0), Vec3(0, 0, 1)}) CHECK(tet_jacobian(mesh, cell, corner).determinant() > 0.0);
  std::map<std::int32_t, int> uses;  // an inner face has two cells, so that each corner of the boundary is met by faces all round it
  for (const TetMesh::Face& face : mesh.boundary)
    for (std::size_t v = 0; v < 3; ++v) ++uses[face.nodes[3 + v]];
  for (const auto& [node, count] : uses) CHECK(count == 2);
}

TEST_CASE("the same call gives the same mesh") {
  const SolidBox box{Vec3(-0.5, -0.5, 0.0), Vec3(0.5, 0.5, 1.0)};
  const TetMesh first = mesh_solid(kBar, box, {0.2}, Progress()), second = mesh_solid(kBar, box, {0.2}, Progress());
  CHECK(first.nodes_mm == second.nodes_mm);
  CHECK(first.cells == second.cells);
}

TEST_CASE("what cannot be meshed is refused by name") {
  const SolidBox box{Vec3::Zero(), Vec3::Ones()};
  const auto message = [&](const SolidFunction& solid, const SolidBox& cut, double edge) {
    try {
      mesh_solid(solid, cut, {edge}, Progress());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  using Catch::Contains;
  CHECK_THAT(message(kBall, box, 0.0), Contains("elements of 0 mm"));
  CHECK_THAT(message(kBall, box, 0.9), Contains("at most half its shortest edge"));
  CHECK_THAT(message(kBall, {Vec3::Ones(), Vec3::Zero()}, 0.1), Contains("expected positive edges"));
  CHECK_THAT(message(kBall, {Vec3::Constant(2.0), Vec3::Constant(3.0)}, 0.1), Contains("no solid in the box"));
  CHECK_THAT(message(kBall, box, 0.001), Contains("use longer edges"));
}
