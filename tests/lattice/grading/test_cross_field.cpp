#include "core/error.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/grading/cross_field.h"
#include "tests/lattice/grading/shapes.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::TriangleMesh;

namespace {

template <class Distance>
TriangleMesh surface(const Vec3& half, double spacing_mm, Distance distance) {
  geometry::FloatImage image;
  for (int a = 0; a < 3; ++a) image.size[a] = std::int64_t(2.0 * half[a] / spacing_mm) + 5;
  image.spacing_mm = Vec3::Constant(spacing_mm);
  image.origin_Patient = -half - Vec3::Constant(1.9 * spacing_mm);
  image.allocate();
  for (std::int64_t k = 0; k < image.size[2]; ++k)
    for (std::int64_t j = 0; j < image.size[1]; ++j)
      for (std::int64_t i = 0; i < image.size[0]; ++i)
        image.at(i, j, k) = float(distance(image.to_patient(Vec3(double(i), double(j), double(k)))));
  return geometry::extract_surface(image, Progress());
}

double euler(const TriangleMesh& mesh) {
  const auto report = geometry::check_mesh(mesh);
  return double(report.vertices - report.edges + report.triangles);
}

}  // namespace

TEST_CASE("the indices of a cross field sum to the Euler characteristic") {
  struct Shape {
    const char* name;
    TriangleMesh mesh;
    double characteristic;
  };
  const Shape shapes[] = {
      {"sphere", surface(Vec3::Constant(5.0), 0.5, [](const Vec3& p) { return sphere_distance(p, 5.0); }), 2.0},
      {"ellipsoid", surface(Vec3(8.0, 5.0, 3.0), 0.5, [](const Vec3& p) { return p.cwiseQuotient(Vec3(8.0, 5.0, 3.0)).norm() - 1.0; }), 2.0},
      {"torus", surface(Vec3(8.0, 8.0, 2.5), 0.5, [](const Vec3& p) { return torus_distance(p, 5.5, 2.5); }), 0.0},
      {"vertebra-like", surface(Vec3(14.0, 26.0, 7.0), 0.6, [](const Vec3& p) { return vertebra_distance(p); }), 0.0},
      {"two spheres", surface(Vec3(7.0, 3.0, 3.0), 0.5,
                              [](const Vec3& p) {
                                return std::min(sphere_distance(p - Vec3(3.6, 0, 0), 3.0), sphere_distance(p + Vec3(3.6, 0, 0), 3.0));
                              }),
       4.0},
  };
  for (const Shape& shape : shapes) {
    INFO(shape.name);
    REQUIRE(euler(shape.mesh) == shape.characteristic);
    const CrossField field = smooth_cross_field(shape.mesh);
    CHECK(field.index_sum == shape.characteristic);
    double sum = 0.0;
    for (const PhaseSingularity& s : field.singularities) sum += s.index;
    CHECK(sum == field.index_sum);
    for (std::size_t v = 0; v < field.normal.size(); ++v) {
      CHECK(std::abs(field.normal[v].dot(field.direction[v])) < 1e-9);
      CHECK(field.direction[v].norm() == Approx(1.0));
    }
    WARN(shape.name << ": " << field.singularities.size() << " singular points, index sum " << field.index_sum);
  }
}

TEST_CASE("on a sphere eight singular points of a quarter turn remain, on a thin torus none") {
  const TriangleMesh ball = surface(Vec3::Constant(5.0), 0.4, [](const Vec3& p) { return sphere_distance(p, 5.0); });
  const CrossField field = smooth_cross_field(ball);
  CHECK(field.singularities.size() == 8);
  for (const PhaseSingularity& s : field.singularities) {
    CHECK(s.index == 0.25);
    CHECK(s.place_Frame.norm() == Approx(5.0).epsilon(0.02));
  }
  // They keep away from each other: no two nearer than 50 degrees.
  for (std::size_t a = 0; a < field.singularities.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      CHECK(field.singularities[a].place_Frame.normalized().dot(field.singularities[b].place_Frame.normalized()) < std::cos(50.0 * 0.01745));
  const TriangleMesh ring = surface(Vec3(9.2, 9.2, 1.2), 0.3, [](const Vec3& p) { return torus_distance(p, 8.0, 1.2); });
  CHECK(smooth_cross_field(ring).singularities.empty());
}

TEST_CASE("a cross field needs a closed surface") {
  TriangleMesh open = surface(Vec3::Constant(3.0), 0.5, [](const Vec3& p) { return sphere_distance(p, 3.0); });
  open.triangles.pop_back();
  try {
    smooth_cross_field(open);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    CHECK(std::string(error.what()).find("a cross field needs a closed surface; this one has ") == 0);
  }
}
