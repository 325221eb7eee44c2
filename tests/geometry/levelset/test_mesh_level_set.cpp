#include "geometry/levelset/mesh_level_set.h"

#include "core/error.h"
#include "geometry/surface/marching_cubes.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

using namespace spongiosa;
using namespace spongiosa::geometry;

namespace {

/// A hollow ball: outer radius 4, inner radius 2, about (10, -20, 300).
TriangleMesh hollow_ball() {
  FloatImage field;
  field.size = {61, 61, 61};
  field.spacing_mm = Vec3::Constant(0.16);
  const Vec3 centre(10.0, -20.0, 300.0);
  field.origin_Patient = centre - Vec3::Constant(0.16 * 30);
  field.allocate();
  for (std::int64_t k = 0; k < 61; ++k)
    for (std::int64_t j = 0; j < 61; ++j)
      for (std::int64_t i = 0; i < 61; ++i) {
        const double r = (field.to_patient(Vec3(double(i), double(j), double(k))) - centre).norm();
        field.at(i, j, k) = float(std::max(r - 4.0, 2.0 - r));
      }
  return extract_surface(field, Progress());
}

Frame tilted() {
  Frame frame;
  frame.origin_Patient = Vec3(9.0, -21.0, 301.0);
  frame.axes_Patient = Eigen::AngleAxisd(0.5, Vec3(1, 2, 3).normalized()).toRotationMatrix();
  return frame;
}

std::string refusal(const TriangleMesh& mesh, double voxel_mm = 0.2) {
  try {
    level_set_of_mesh("part", mesh, Frame(), voxel_mm, 3.0, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a mesh becomes its signed distance, with its cavity, in any frame") {
  const TriangleMesh mesh = hollow_ball();
  for (const Frame& frame : {Frame(), tilted()}) {
    const LevelSet solid = level_set_of_mesh("ball", mesh, frame, 0.2, 3.0, Progress());
    CHECK(solid.volume_mm3() == Approx(mesh.volume_mm3()).epsilon(2e-3));
    const Vec3 centre = frame.from_patient(Vec3(10.0, -20.0, 300.0));
    for (const double r : {0.5, 1.7, 2.0, 2.3, 3.0, 3.9, 4.2, 6.0}) {
      const double expected = std::clamp(std::max(r - 4.0, 2.0 - r), -solid.band_mm(), solid.band_mm());
      CHECK(solid.value(centre + r * Vec3(0.48, 0.6, 0.64)) == Approx(expected).margin(0.015));
    }
  }
}

TEST_CASE("meshes without a clear inside are refused") {
  TriangleMesh mesh = hollow_ball();
  CHECK_THAT(refusal({}), Catch::Contains("no triangles"));
  TriangleMesh open = mesh;
  open.triangles.pop_back();
  CHECK_THAT(refusal(open), Catch::Contains("open") && Catch::Contains("3 edges"));
  TriangleMesh turned = mesh;
  for (auto& t : turned.triangles) std::swap(t[0], t[1]);
  CHECK_THAT(refusal(turned), Catch::Contains("inside out"));
  CHECK_THAT(refusal(mesh, 3.0), Catch::Contains("thin"));
}
