#include "core/file.h"
#include "core/hash.h"
#include "core/threads.h"
#include "tests/fea/models.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::fea;

namespace {

/// A titanium column with porous middle in bone of varying stiffness, symmetric about x = 0.
VoxelModel construct(int n) {
  VoxelModel model;
  model.size = {n, n, 2 * n};
  model.cell_mm = 12.0 / n;
  model.first_mm = Vec3(-6, -6, -12);
  model.frame.origin_Patient = Vec3(40, -20, 300);
  const double angle = 0.3;
  model.frame.axes_Patient << 1, 0, 0, 0, std::cos(angle), -std::sin(angle), 0, std::sin(angle), std::cos(angle);
  const std::size_t cells = model.cell_count();
  Part bone{"bone", isotropic_stiffness(1.0, 0.3), std::vector<float>(cells), std::vector<float>(cells)};
  Part solid{"implant-solid", isotropic_stiffness(110000.0, 0.3), std::vector<float>(cells), {}};
  Part porous{"implant-porous", isotropic_stiffness(4000.0, 0.3), std::vector<float>(cells), {}};
  for (std::int64_t k = 0; k < model.size[2]; ++k)
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < n; ++i) {
        const std::size_t cell = cell_index(model, i, j, k);
        const Vec3 p = model.first_mm + model.cell_mm * Vec3(double(i) + 0.5, double(j) + 0.5, double(k) + 0.5);
        const double radius = std::hypot(p.x(), p.y());
        if (std::abs(p.z()) < 6.0) {
          solid.share[cell] = radius > 3.0 && radius < 5.0 ? 1.0f : 0.0f;
          porous.share[cell] = radius <= 3.0 ? 1.0f : 0.0f;
        } else if (radius < 6.0) {
          bone.share[cell] = 1.0f;
          bone.factor[cell] = float(20.0 + 9000.0 * std::pow(radius / 6.0, 4));
        }
      }
  model.parts = {bone, solid, porous};
  remove_unconnected_cells(model);
  return model;
}

}  // namespace

TEST_CASE("every load case balances, and its work is twice its energy") {
  const VoxelModel model = construct(12);
  const ContinuumResult result = solve_continuum(model, seven_load_cases(73.6, 1.0), {}, {}, Progress());
  REQUIRE(result.cases.size() == 7);
  CHECK(estimate_continuum(model).unknowns == result.unknowns);
  CHECK(estimate_continuum(model).cells == result.cells);
  for (const CaseResult& c : result.cases) {
    INFO(c.load.name);
    CHECK(c.relative_residual <= 1e-8);
    CHECK(c.balance_error < 1e-6);
    CHECK(c.external_work_nmm == Approx(2.0 * c.strain_energy_nmm).epsilon(1e-6));
    CHECK(c.top_displacement_mm.z() < 0.0);
    CHECK(c.cell_strain.size() == result.active_cells.size());
    for (const PartResult& part : c.parts) {
      CHECK(part.cells > 0);
      CHECK(part.von_mises_mean_mpa < part.von_mises_p99_mpa);
      CHECK(part.von_mises_p99_mpa <= part.von_mises_max_mpa);
      CHECK(part.principal_strain_min <= part.principal_strain_min_p01);
      CHECK(part.principal_strain_max >= part.principal_strain_max_p99);
    }
  }
  const auto rotation = [&](std::size_t c) { return Vec3(result.cases[c].top_rotation_deg - result.cases[0].top_rotation_deg); };
  CHECK(rotation(1).x() > 0.0);
  CHECK(rotation(3).y() > 0.0);
  CHECK(rotation(5).z() > 0.0);
  // Linear: opposite moments about the same preload give opposite changes.
  for (std::size_t c = 1; c < 7; c += 2) CHECK((rotation(c) + rotation(c + 1)).norm() < 1e-6 * rotation(c).norm());
  // Symmetric about x = 0: left and right bending mirror each other.
  const CaseResult &left = result.cases[3], &right = result.cases[4];
  CHECK(left.parts[1].von_mises_max_mpa == Approx(right.parts[1].von_mises_max_mpa).epsilon(1e-5));
  CHECK(left.top_displacement_mm.x() == Approx(-right.top_displacement_mm.x()).epsilon(1e-5));
  CHECK(left.top_displacement_mm.z() == Approx(right.top_displacement_mm.z()).epsilon(1e-5));
}

TEST_CASE("a case solved alone equals the superposed one") {
  const VoxelModel model = construct(8);
  const std::vector<LoadCase> cases = seven_load_cases(73.6, 1.0);
  const ContinuumResult all = solve_continuum(model, cases, {1e-10, 500}, {}, Progress());
  const ContinuumResult one = solve_continuum(model, {cases[5]}, {1e-10, 500}, {}, Progress());
  for (std::size_t c = 0; c < one.cases[0].cell_strain.size(); ++c)
    CHECK((one.cases[0].cell_strain[c] - all.cases[5].cell_strain[c]).norm() < 1e-6 * one.cases[0].parts[0].principal_strain_max);
}

TEST_CASE("field files are whole, deterministic and independent of the thread count") {
  const VoxelModel model = construct(8);
  const TemporaryFolder folder;
  std::vector<std::string> hashes, collections;
  std::vector<double> energies;
  for (const int threads : {1, 2, 2}) {
    set_thread_count(threads);
    const std::filesystem::path here = folder.path() / std::to_string(hashes.size());
    const ContinuumResult result = solve_continuum(model, seven_load_cases(73.6, 1.0), {}, here, Progress());
    for (const CaseResult& c : result.cases) CHECK(std::filesystem::exists(here / (c.load.name + ".pvd")));
    hashes.push_back(sha256_file(here / "flexion.vtu"));
    collections.push_back(read_text_file(here / "flexion.pvd"));
    energies.push_back(result.cases[1].strain_energy_nmm);
  }
  set_thread_count(0);
  CHECK(hashes[0] == hashes[1]);
  CHECK(hashes[1] == hashes[2]);
  CHECK(energies[0] == energies[1]);
  CHECK(collections[0] == collections[2]);
  const std::string text = read_text_file(folder.path() / "0" / "flexion.vtu");
  for (const char* name : {"displacement_mm", "von_mises_mpa", "stress_xy_mpa", "strain_zz", "share_implant_porous", "\"part\""})
    CHECK_THAT(text, Catch::Contains(name));
  CHECK_THAT(collections[0], Catch::Contains("flexion.vtu"));
  CHECK_THAT(collections[0], !Catch::Contains("20"));  // no date
}

TEST_CASE("wrong input is refused") {
  const VoxelModel model = block({2, 2, 2}, 1.0, 1000.0, 0.3);
  std::vector<LoadCase> cases = seven_load_cases(10.0, 1.0);
  cases[2].moment_nmm.y() = std::nan("");
  const auto not_finite = error_of([&] { solve_continuum(model, cases, {}, {}, Progress()); });
  CHECK(not_finite.first == ExitCode::kBadInput);
  CHECK_THAT(not_finite.second, Catch::Contains("extension"));
  const TemporaryFolder folder;
  cases = seven_load_cases(10.0, 1.0);
  cases[1].name = "compression";
  CHECK(error_of([&] { solve_continuum(model, cases, {}, folder.path(), Progress()); }).first == ExitCode::kBadInput);
  cases[1].name = "../elsewhere";
  CHECK(error_of([&] { solve_continuum(model, cases, {}, folder.path(), Progress()); }).first == ExitCode::kBadInput);
  CHECK(error_of([&] { solve_continuum(model, seven_load_cases(1, 1), {0.0, 10}, {}, Progress()); }).first == ExitCode::kBadInput);
}

TEST_CASE("no convergence gives an error and no files") {
  const TemporaryFolder folder;
  const auto error =
      error_of([&] { solve_continuum(construct(8), seven_load_cases(73.6, 1.0), {1e-8, 1}, folder.path(), Progress()); });
  CHECK(error.first == ExitCode::kComputationFailed);
  CHECK_THAT(error.second, Catch::Contains("relative residual"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a solve can be cancelled") {
  const Progress cancelling([](double, const std::string& message) {
    if (message.find("iteration") != std::string::npos) request_cancel();
  });
  CHECK(error_of([&] { solve_continuum(construct(8), seven_load_cases(73.6, 1.0), {}, {}, cancelling); }).first ==
        ExitCode::kCancelled);
  reset_cancel();
}
