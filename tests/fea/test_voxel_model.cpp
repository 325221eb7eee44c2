#include "fea/continuum/hex_mesh.h"
#include "tests/fea/models.h"

#include <Eigen/Geometry>
#include <catch2/catch.hpp>

using namespace spongiosa;
using namespace spongiosa::fea;

TEST_CASE("cells that do not join top and bottom are emptied and counted") {
  VoxelModel model = block({3, 3, 4}, 1.0, 1000.0, 0.3);
  // Cut the column (0,0) at half height, and set an edge-connected cell free.
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t i = 0; i < 3; ++i)
      if (i != 1 || j != 1)
        for (std::int64_t k = 1; k < 3; ++k) model.parts[0].share[cell_index(model, i, j, k)] = 0.0f;
  model.parts[0].share[cell_index(model, 0, 0, 2)] = 0.9f;  // hangs on the top layer: stays
  CHECK(remove_unconnected_cells(model) == 0);
  model.parts[0].share[cell_index(model, 0, 0, 3)] = 0.0f;  // now it hangs on nothing but edges
  CHECK(remove_unconnected_cells(model) == 1);
  CHECK(model.parts[0].share[cell_index(model, 0, 0, 2)] == 0.0f);
}

TEST_CASE("nothing joins top and bottom: an error, not a result") {
  VoxelModel model = block({3, 3, 4}, 1.0, 1000.0, 0.3);
  for (std::int64_t j = 0; j < 3; ++j)
    for (std::int64_t i = 0; i < 3; ++i) model.parts[0].share[cell_index(model, i, j, 2)] = 0.1f;
  const auto error = error_of([&] { remove_unconnected_cells(model); });
  CHECK(error.first == ExitCode::kComputationFailed);
  CHECK_THAT(error.second, Catch::Contains("join the loaded faces in the top layer"));
  CHECK(error_of([&] { solve_continuum(model, seven_load_cases(10, 1), {}, {}, Progress()); }).first ==
        ExitCode::kComputationFailed);
}

TEST_CASE("free-floating cells are refused before solving") {
  VoxelModel model = block({3, 1, 3}, 1.0, 1000.0, 0.3);
  for (std::int64_t k = 0; k < 3; ++k) model.parts[0].share[cell_index(model, 1, 0, k)] = 0.0f;
  model.parts[0].share[cell_index(model, 2, 0, 0)] = 0.0f;
  const auto error = error_of([&] { solve_continuum(model, seven_load_cases(10, 1), {}, {}, Progress()); });
  CHECK(error.first == ExitCode::kBadInput);
  CHECK_THAT(error.second, Catch::Contains("2 cells"));
}

TEST_CASE("nonsense models are named") {
  VoxelModel model = block({2, 2, 2}, 1.0, 1000.0, 0.3);
  model.parts[0].share[3] = std::nanf("");
  CHECK_THAT(error_of([&] { check_voxel_model(model); }).second, Catch::Contains("cell 3"));
  model.parts[0].share[3] = 1.0f;
  model.parts[0].factor.assign(8, 0.0f);
  CHECK_THAT(error_of([&] { check_voxel_model(model); }).second, Catch::Contains("stiffness factor"));
  model.parts[0].factor.clear();
  model.parts[0].stiffness_mpa(0, 0) = -1.0;
  CHECK_THAT(error_of([&] { check_voxel_model(model); }).second, Catch::Contains("positive definite"));
}

TEST_CASE("nodal forces are statically equivalent to force and moment on an unsymmetric face") {
  VoxelModel model = block({5, 4, 2}, 0.8, 1000.0, 0.3);
  for (const auto& [i, j] : {std::pair{0, 0}, {1, 0}, {0, 1}, {4, 3}}) model.parts[0].share[cell_index(model, i, j, 1)] = 0.0f;
  model.first_mm = Vec3(-3, 7, 11);
  const HexMesh mesh = build_hex_mesh(model);
  const LoadedFace face = loaded_face(mesh);
  CHECK(face.area_mm2 == Approx(16 * 0.64));
  const Vec3 force_n(3, -5, -70), moment_nmm(900, -400, 250);
  const std::vector<double> load = face_load(mesh, face, force_n, moment_nmm);
  Vec3 force = Vec3::Zero(), moment = Vec3::Zero();
  for (std::size_t n = 0; n < mesh.nodes_mm.size(); ++n) {
    const Vec3 f(load[3 * n], load[3 * n + 1], load[3 * n + 2]);
    force += f;
    moment += (mesh.nodes_mm[n] - face.centroid_mm).cross(f);
  }
  CHECK((force - force_n).norm() < 1e-10);
  CHECK((moment - moment_nmm).norm() < 1e-9);
}

TEST_CASE("load and support keep to their columns, and stay statically equivalent with uneven stiffness") {
  VoxelModel model = block({6, 4, 3}, 0.5, 1000.0, 0.3);
  model.first_mm = Vec3(2, -1, 5);
  model.parts[0].factor.assign(model.cell_count(), 1.0f);
  for (std::int64_t j = 0; j < 4; ++j) model.parts[0].factor[cell_index(model, 1, j, 2)] = 8.0f;
  model.loaded_columns.assign(24, 0);
  model.fixed_columns.assign(24, 0);
  for (std::int64_t j = 0; j < 4; ++j)
    for (std::int64_t i = 0; i < 3; ++i) model.loaded_columns[std::size_t(i + 6 * j)] = 1;
  model.fixed_columns[5] = 1;
  const HexMesh mesh = build_hex_mesh(model);
  CHECK(mesh.top_cells.size() == 12);
  CHECK(mesh.bottom_nodes.size() == 4);
  for (const std::int32_t node : mesh.bottom_nodes) CHECK(mesh.nodes_mm[std::size_t(node)].x() >= 2 + 5 * 0.5);
  const LoadedFace face = loaded_face(mesh);
  CHECK(face.area_mm2 == Approx(12 * 0.25));
  CHECK(face.centroid_mm.x() == Approx(2.75));  // columns of stiffness 1, 8, 1 are symmetric about the middle one
  const Vec3 force_n(3, -5, -70), moment_nmm(90, -40, 25);
  const std::vector<double> load = face_load(mesh, face, force_n, moment_nmm);
  Vec3 force = Vec3::Zero(), moment = Vec3::Zero();
  double inner = 0.0;
  for (std::size_t n = 0; n < mesh.nodes_mm.size(); ++n) {
    const Vec3 f(load[3 * n], load[3 * n + 1], load[3 * n + 2]);
    if (mesh.nodes_mm[n].x() > 3.5 + 1e-9 || mesh.nodes_mm[n].z() < 6.5 - 1e-9) CHECK(f.isZero());
    if (std::abs(mesh.nodes_mm[n].x() - 2.75) < 0.3) inner += f.z();
    force += f;
    moment += (mesh.nodes_mm[n] - face.centroid_mm).cross(f);
  }
  CHECK((force - force_n).norm() < 1e-10);
  CHECK((moment - moment_nmm).norm() < 1e-9);
  CHECK(inner / force_n.z() == Approx(0.9));  // 8/10 by the stiff column, and half of each neighbour's tenth
}

TEST_CASE("a model whose loaded faces are not joined to its fixed ones is refused") {
  VoxelModel model = block({3, 1, 2}, 1.0, 1000.0, 0.3);
  for (const std::int64_t k : {0, 1}) model.parts[0].share[cell_index(model, 1, 0, k)] = 0.0f;  // two separate towers
  model.loaded_columns = {1, 0, 0};
  model.fixed_columns = {0, 0, 1};
  CHECK_THAT(error_of([&] { remove_unconnected_cells(model); }).second, Catch::Contains("nothing could carry the load"));
  model.fixed_columns = {1, 0, 0};
  CHECK(remove_unconnected_cells(model) == 2);
  CHECK_NOTHROW(check_supported(model));
  model.loaded_columns = {1, 0};
  CHECK_THAT(error_of([&] { check_voxel_model(model); }).second, Catch::Contains("2 columns of cells; it has 3"));
}
