#include "core/error.h"
#include "geometry/io/mesh_file.h"
#include "geometry/surface/marching_cubes.h"
#include "tests/test_data.h"
#include "workflow/print/ledger.h"
#include "workflow/print/level_set_grid.h"

#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::workflow;

TEST_CASE("every change of form is in the ledger with its deviation, and another part is refused") {
  TemporaryFolder folder;
  const auto ball = geometry::LevelSet::from_function("ball", geometry::Frame(), {Vec3::Constant(-2.0), Vec3::Constant(2.0)}, 0.1, 3.0,
                                                      [](const Vec3& p) { return p.norm() - 1.5; });
  const auto vdb = folder.path() / "part.vdb", stl = folder.path() / "part.stl", threemf = folder.path() / "part.3mf";
  geometry::write_vdb(vdb, {ball}, Json::object());
  const LevelSetGrid grid(ball);
  geometry::FloatImage field = grid.image;
  field.allocate();
  ball.sample_grid(grid.first_Frame, ball.voxel_mm(), field.size, field.data.data());
  const geometry::TriangleMesh mesh = geometry::extract_surface(field, Progress());
  geometry::write_stl(stl, mesh, "part", Progress());
  geometry::write_3mf(threemf, mesh, Json::object(), Progress());

  const Json made = level_set_to_mesh(ball, vdb, mesh, stl, Progress());
  CHECK(made.at("triangles") == mesh.triangles.size());
  CHECK(made.at("max_deviation_mm").get<double>() > 0.0);
  CHECK(made.at("max_deviation_mm").get<double>() < 0.01);
  CHECK(made.at("rms_deviation_mm").get<double>() < made.at("max_deviation_mm").get<double>());
  CHECK(std::abs(made.at("volume_change_fraction").get<double>()) < 1e-5);
  CHECK(made.at("from").at("sha256").get<std::string>().size() == 64);
  for (const auto& file : {stl, threemf}) {
    const Json kept = mesh_to_file(mesh, vdb, geometry::read_mesh(file), file);
    CHECK(kept.at("max_deviation_mm") == 0.0);
    CHECK(std::abs(kept.at("volume_change_fraction").get<double>()) < 1e-12);
    CHECK(kept.at("to").at("file") == file.filename().string());
  }
  geometry::TriangleMesh moved = mesh;
  for (Vec3f& v : moved.vertices) v += Vec3f(0.3f, 0.4f, 0.0f);
  CHECK(mesh_to_file(mesh, vdb, moved, stl).at("max_deviation_mm").get<double>() == Approx(0.5).epsilon(1e-5));
  moved.triangles.pop_back();
  REQUIRE_THROWS_WITH(mesh_to_file(mesh, vdb, moved, stl), Catch::Contains("triangles"));
  REQUIRE_THROWS_AS(level_set_to_mesh(ball, vdb, moved, stl, Progress()), Error);
}
