#include "fea/micro/driven_box.h"
#include "tests/fea/models.h"
#include "tests/test_data.h"
#include "workflow/displacement_field.h"

#include <catch2/catch.hpp>

#include <Eigen/Geometry>

#include <cmath>

using namespace spongiosa;
using namespace spongiosa::workflow;

namespace {

/// A solid block of 1 mm elements, turned in the patient, pressed and bent.
struct Solved {
  fea::VoxelModel model = fea::block({8, 6, 12}, 1.0, 1000.0, 0.3);
  fea::ContinuumResult result;
  DisplacementField field;

  Solved() {
    model.frame.origin_Patient = Vec3(10, -20, 30);
    model.frame.axes_Patient = Eigen::AngleAxisd(0.4, Vec3(1, 2, 3).normalized()).toRotationMatrix();
    model.first_mm = Vec3(-4, -3, 1);
    fea::LoadCase load;
    load.name = "bent";
    load.label = "Bent";
    load.force_n = Vec3(0, 0, -50);
    load.moment_nmm = Vec3(120, 0, 0);
    result = fea::solve_continuum(model, {load}, {1e-10, 500}, {}, Progress());
    field = displacement_field(model, result, result.cases[0]);
  }
};

}  // namespace

TEST_CASE("displacements on the grid of nodes give back displacement and strain in every element, and go through files") {
  const Solved solved;
  const auto centre = [&](std::size_t a) {
    const std::int64_t cell = solved.result.active_cells[a];
    return Vec3(solved.model.frame.to_patient(solved.model.first_mm +
                                              Vec3(double(cell % 8) + 0.5, double(cell / 8 % 6) + 0.5, double(cell / 48) + 0.5)));
  };
  const auto check = [&](const DisplacementField& field) {
    for (std::size_t a = 0; a < solved.result.active_cells.size(); a += 7) {
      const auto here = field.at(centre(a));
      REQUIRE(here);
      CHECK((here->displacement_mm - solved.result.cases[0].cell_displacement_mm[a]).norm() < 1e-7);
      CHECK((here->strain - solved.result.cases[0].cell_strain[a]).norm() < 1e-6);
    }
  };
  check(solved.field);
  const TemporaryFolder folder;
  write_displacement(folder.path(), "bent", solved.field);
  check(read_displacement(folder.path(), "bent"));
  // Just outside the nearest element is continued, further out there is nothing.
  const Vec3 side(4.4, 0.0, 6.0), far(6.0, 0.0, 6.0);
  CHECK(solved.field.at(solved.model.frame.to_patient(side)));
  CHECK_FALSE(solved.field.at(solved.model.frame.to_patient(far)));
  CHECK(fea::error_of([&] { read_displacement(folder.path(), "twisted"); }).first == ExitCode::kIo);
}

TEST_CASE("a sub-model of solid material has the stress of the continuum model") {
  const Solved solved;
  // A cube of 4 mm; the inner one of 1 mm is an element, in whose middle the continuum model is most accurate.
  constexpr double kVoxel = 0.25;
  constexpr std::int64_t kSize = 16, kFirst = 6, kLast = 9;
  const Vec3 first_mm(-1.5, -1.5, 5.5);
  const fea::micro::VoxelBlocks model({{kSize, kSize, kSize}}, std::vector<float>(kSize * kSize * kSize, 1.0f), 0.5f);
  const auto driven = [&](const Index3& node, bool on_face) -> std::optional<Vec3> {
    if (!on_face) return std::nullopt;
    const Vec3 p = first_mm + kVoxel * Vec3(double(node[0]), double(node[1]), double(node[2]));
    return Vec3(solved.field.at(solved.model.frame.to_patient(p))->displacement_mm / kVoxel);
  };
  const fea::micro::DrivenBox box = fea::micro::solve_driven_box(model, 0.3, driven, {1e-9, 200}, Progress());
  const Vec6 stress = 1000.0 * fea::micro::mean_stress(box, 0.3, {kFirst, kFirst, kFirst}, {kLast, kLast, kLast});
  const Vec3 middle = first_mm + Vec3::Constant(8.0 * kVoxel);
  const Vec6 expected = solved.model.parts[0].stiffness_mpa * solved.field.at(solved.model.frame.to_patient(middle))->strain;
  CHECK((stress - expected).norm() < 0.02 * expected.norm());
  // Pressure and bending of a beam: -F / A + M y / I in the middle of the cube.
  const double exact = -50.0 / 48.0 + 120.0 * middle.y() / (8.0 * 216.0 / 12.0);
  CHECK(stress[2] == Approx(exact).epsilon(0.05));
}
