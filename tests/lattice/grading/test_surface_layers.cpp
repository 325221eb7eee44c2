#include "core/error.h"
#include "geometry/levelset/mesh_level_set.h"
#include "geometry/surface/marching_cubes.h"
#include "lattice/grading/surface_layers.h"
#include "tests/lattice/grading/phases.h"
#include "tests/lattice/grading/shapes.h"

#include <algorithm>
#include <cmath>

using namespace spongiosa;
using namespace spongiosa::lattice;
using namespace spongiosa::lattice::test;
using geometry::LevelSet;

namespace {

constexpr double kRadius = 7.0;

LevelSet ball() {
  return solid("ball", Vec3::Constant(kRadius), 0.2, [](const Vec3& p) { return sphere_distance(p, kRadius); });
}

SurfaceLayersRequest ball_request() {
  SurfaceLayersRequest request;
  request.depth_mm = 2.7;
  return request;
}

/// The same surface with true distances: layers count them.
LevelSet redistanced(const LevelSet& body) {
  const geometry::Box box = body.solid_bounds();
  geometry::FloatImage field;
  for (int a = 0; a < 3; ++a) field.size[std::size_t(a)] = std::int64_t(std::ceil((box.max[a] - box.min[a]) / body.voxel_mm())) + 3;
  field.spacing_mm = Vec3::Constant(body.voxel_mm());
  field.origin_Patient = box.min - Vec3::Constant(body.voxel_mm());
  field.allocate();
  body.sample_grid(field.origin_Patient, body.voxel_mm(), field.size, field.data.data());
  geometry::TriangleMesh mesh = geometry::extract_surface(field, Progress());
  for (auto& p : mesh.vertices) p = body.frame().to_patient(p.cast<double>()).cast<float>();
  return geometry::level_set_of_mesh(body.name(), mesh, body.frame(), body.voxel_mm(), 3.0, Progress());
}

std::string error_of(const LevelSet& body, const SurfaceLayersRequest& request) {
  try {
    SurfaceLayers(body, request, Progress());
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kBadInput);
    return error.what();
  }
  return "no error";
}

/// Layers keep their thickness and follow the normal; what is left of the errors is printed.
/// @param tangential_most  edges within the surface: charts cannot be flattened without stretching
void check_errors(const char* name, const SurfaceLayers& layers, double tangential_most) {
  const SurfaceLayers::Errors& e = layers.errors();
  INFO(name);
  CHECK(e.layer_rms_fraction < 0.02);
  CHECK(e.normal_rms_deg < 2.0);
  CHECK(e.tangential_rms_fraction < tangential_most);
  WARN(name << ": " << layers.charts() << " charts, " << layers.singularities().size() << " singular points, " << layers.corners().size()
            << " corners; layers off by " << 100.0 * e.layer_rms_fraction << " %, " << e.normal_rms_deg << " deg off the normal, tangential edges by "
            << 100.0 * e.tangential_rms_fraction << " %, shear " << e.shear_rms_deg << " deg, all edges " << 100.0 * e.period_rms_fraction
            << " % RMS; edges wanted " << e.narrowest_fraction << " to " << e.widest_fraction);
}

}  // namespace

TEST_CASE("layers follow the normal of a sphere, in six charts") {
  const SurfaceLayersRequest request = ball_request();
  const SurfaceLayers layers(ball(), request, Progress());
  CHECK(layers.charts() == 6);
  CHECK(layers.index_sum() == 2.0);
  CHECK(layers.singularities().size() >= 8);
  for (const PhaseSingularity& s : layers.singularities()) CHECK(s.place_Frame.norm() == Approx(kRadius).epsilon(0.02));
  check_errors("sphere", layers, 0.08);
  // Edges shrink with the distance from the middle.
  CHECK(layers.errors().narrowest_fraction == Approx(1.0 - request.depth_mm / kRadius).margin(0.03));
  // Six charts of a sphere meet as the faces of a cube do.
  CHECK(layers.corners().size() == 8);
  for (const Vec3& corner : layers.corners()) CHECK(corner.cwiseAbs().minCoeff() == Approx(kRadius / std::sqrt(3.0)).margin(1.0));
  // Phase 0 is -depth / layer wherever a chart reaches; every point of the shell is reached.
  std::vector<Vec3> points;
  for (const Vec3& p : random_points(Vec3::Constant(-kRadius), Vec3::Constant(kRadius), 3000))
    if (p.norm() < kRadius - 0.1 && p.norm() > kRadius - request.depth_mm) points.push_back(p);
  std::vector<int> reached(points.size(), 0);
  for (int c = 0; c < layers.charts(); ++c) {
    const Phases phases(layers.phases(c), points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const float x = float(points[i][0]), y = float(points[i][1]), z = float(points[i][2]);
      float reach;
      layers.reach(c, 1, &x, &y, &z, &reach);
      if (reach <= 0.0f) continue;
      ++reached[i];
      CHECK(std::abs(whole_cells_off(phases.at(i)[0] - (points[i].norm() - kRadius) / request.layer_mm)) < 0.02);
      CHECK(phases.jacobian_at(i).determinant() > 0.0);
      CHECK(phases.jacobian_at(i).row(0).normalized().dot(points[i].normalized()) > 0.995);
      // The edge along the normal: a column of the inverse.
      const Vec3 edge = phases.jacobian_at(i).inverse().col(0);
      CHECK(edge.normalized().dot(points[i].normalized()) > std::cos(0.06));
      CHECK(edge.norm() == Approx(request.layer_mm).epsilon(0.03));
    }
  }
  CHECK(*std::min_element(reached.begin(), reached.end()) >= 1);
  CHECK(*std::max_element(reached.begin(), reached.end()) >= 2);
}

TEST_CASE("surfaces with holes and processes: indices sum to the Euler characteristic, every chart is usable", "[slow]") {
  const LevelSet ring = solid("ring", Vec3(10.0, 10.0, 3.0), 0.25, [](const Vec3& p) { return torus_distance(p, 7.0, 3.0); });
  SurfaceLayersRequest request;
  request.depth_mm = 1.4;
  const SurfaceLayers round(ring, request, Progress());
  CHECK(round.index_sum() == 0.0);
  check_errors("torus", round, 0.12);
  const LevelSet vertebra = redistanced(solid("vertebra", Vec3(14.0, 26.0, 7.0), 0.3, [](const Vec3& p) { return vertebra_distance(p); }));
  request.depth_mm = 1.0;
  request.layer_mm = 1.0;
  const SurfaceLayers bone(vertebra, request, Progress());
  CHECK(bone.index_sum() == 0.0);
  check_errors("vertebra-like", bone, 0.18);
}

TEST_CASE("impossible surface layers are refused") {
  SurfaceLayersRequest request = ball_request();
  request.layer_mm = 0.0;
  CHECK(error_of(ball(), request) == "surface layers: the layer is 0 mm; expected a positive length");
  request = ball_request();
  request.overlap_cells = 9.0;
  CHECK(error_of(ball(), request) == "surface layers: an overlap of 9 cells is not possible; expected 0 to 4");
  request = ball_request();
  request.depth_mm = 8.0;
  CHECK(error_of(ball(), request).find("surface layers 8 mm deep do not fit the body 'ball', which is 14.") == 0);
  request = ball_request();
  request.period_rms_limit_fraction = 0.001;
  CHECK(error_of(ball(), request).find("surface layers: cells are off by ") == 0);
}
